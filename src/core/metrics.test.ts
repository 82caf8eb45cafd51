import { expect, it } from "vitest";
import { formatMetrics } from "./metrics";

it("metrics are written as OpenMetrics says", () => {
  const text = formatMetrics([
    {
      name: "formlog_lag_seconds",
      type: "gauge",
      unit: "seconds",
      help: "How long\nthe oldest waits.",
      samples: [{ labels: { kind: 'a "quoted" \\ one' }, value: 2.5 }, { value: 0 }],
    },
    { name: "formlog_none", type: "gauge", help: "Nothing.", samples: [] },
  ]);
  expect(text).toBe(
    [
      "# TYPE formlog_lag_seconds gauge",
      "# UNIT formlog_lag_seconds seconds",
      "# HELP formlog_lag_seconds How long\\nthe oldest waits.",
      'formlog_lag_seconds{kind="a \\"quoted\\" \\\\ one"} 2.5',
      "formlog_lag_seconds 0",
      "# TYPE formlog_none gauge",
      "# HELP formlog_none Nothing.",
      "# EOF",
      "",
    ].join("\n"),
  );
});
