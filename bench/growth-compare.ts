/** What something costs with few responses stored and with many, as ratios with one limit. Pure. */
import type { Figure } from "./report";

export const FEW = 1_000;
const RATIO_MAX = 1.15;

/** Of one request or one response of each sort: rows that D1 read, and milliseconds of CPU. */
export type Costs = ReadonlyMap<string, { readonly rows: number; readonly cpu: number }>;

/** Two figures for each sort. */
export function compare(small: Costs, large: Costs, many: number): Figure[] {
  return [...large].flatMap(([name, { rows, cpu }]) => {
    const before = small.get(name) ?? { rows: Number.NaN, cpu: Number.NaN };
    const figure = (what: string, a: number, b: number, digits: number): Figure => ({
      what: `${what}, ${name}, ${many} over ${FEW}`,
      measured: `${(b / a).toFixed(2)} (${a.toFixed(digits)}, ${b.toFixed(digits)})`,
      limit: `≤ ${RATIO_MAX}`,
      good: b <= a * RATIO_MAX,
    });
    return [figure("rows read", before.rows, rows, 2), figure("CPU ms", before.cpu, cpu, 3)];
  });
}
