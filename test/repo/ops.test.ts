/** ops/: what Prometheus is told. Its own tool (Debian's package `prometheus`) checks the files, and the alerts against made-up series. */
import { execFileSync, spawnSync } from "node:child_process";
import path from "node:path";
import { describe, expect, it } from "vitest";

const ops = path.resolve(import.meta.dirname, "../../ops");
const hasTool = spawnSync("promtool", ["--version"]).status === 0;

// Whoever works on this without Prometheus still has the rest; .ci/run installs it.
describe.runIf(hasTool)("promtool", () => {
  it.each([
    ["takes the alerts", ["check", "rules", "alerts.yml"]],
    ["takes the example of a configuration", ["check", "config", "--syntax-only", "prometheus.yml"]],
    ["sees each alert when it is due, and not before", ["test", "rules", "alerts.test.yml"]],
  ])("%s", (_, args) => {
    expect(execFileSync("promtool", args, { cwd: ops, encoding: "utf8", stdio: "pipe" })).toContain("SUCCESS");
  });
});
