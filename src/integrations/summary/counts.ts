/** The counts of an index that lies in several databases, as one. Pure. */
import type { CountRow } from "./tables";

/** Sums of the counts of all databases, in the order in which each has its own. */
export function sumCounts(databases: readonly (readonly CountRow[])[]): readonly CountRow[] {
  const [first = [], ...others] = databases;
  if (others.every((rows) => rows.length === 0)) return first;
  const sums = new Map<string, CountRow>();
  for (const row of databases.flat()) {
    const name = JSON.stringify([row.subject, row.facet, row.key]);
    sums.set(name, { ...row, n: row.n + (sums.get(name)?.n ?? 0) });
  }
  return [...sums.values()].toSorted(
    (a, b) => compareTexts(a.subject, b.subject) || compareTexts(a.facet, b.facet) || compareKeys(a.key, b.key),
  );
}

/** As SQLite does: numbers come before texts. */
function compareKeys(a: CountRow["key"], b: CountRow["key"]): number {
  if (typeof a === "number") return typeof b === "number" ? a - b : -1;
  return typeof b === "number" ? 1 : compareTexts(a, b);
}

const ENCODER = new TextEncoder();

/** As SQLite does: by the bytes of UTF-8. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [ENCODER.encode(a), ENCODER.encode(b)];
  const at = left.findIndex((byte, i) => byte !== right[i]);
  return at < 0 ? -1 : (left[at] as number) - (right[at] ?? -1);
}
