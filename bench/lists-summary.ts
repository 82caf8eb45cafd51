/** Rows that D1 reads for a summary, in both databases, against the counts that it returns. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Installation } from "./installation";
import type { Form } from "./lists-load";
import { RATIO_MAX } from "./lists-pages";
import { type Figure, progress } from "./report";

/**
 * Adds the kind, lets its worker go through all responses, and reads the summary twice: the first time an isolate
 * learns.
 */
export async function summaryOf(installation: Installation, form: Form): Promise<Figure> {
  const at = `${form.path}/summary`;
  const tell = progress("summarized", form.responses);
  await installation.call("POST", `${form.path}/integrations`, { kind: "summary", config: {} });
  for (;;) {
    const { total, index } = await installation.call("GET", at);
    if (index.state === "blocked") throw new Error("the summary is blocked");
    tell(total);
    if (total === form.responses) break;
    await sleep(1_000);
  }
  await installation.count(at);
  const { body, rows } = await installation.count(at);
  const returned = countsIn(body);
  return {
    what: "rows read, summary",
    measured: `${rows} for ${returned} counts returned: ${(rows / returned).toFixed(2)}`,
    limit: String(RATIO_MAX),
    good: rows <= RATIO_MAX * returned,
  };
}

/** How many counts an answer has, at any depth. */
function countsIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const own = ["count", "answered"].filter((name) => name in value).length;
  return Object.values(value).reduce((sum: number, one) => sum + countsIn(one), own);
}
