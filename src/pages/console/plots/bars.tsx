/** Counts of named things: a table that has a bar in each row. The numbers say all, the bars only find it faster. */
import type { Child } from "hono/jsx";
import { count } from "../words";

export interface Bar {
  readonly name: Child;
  readonly count: number;
  /** Beside the name: that it is not asked any more. */
  readonly note?: string | undefined;
}

interface BarsProps {
  readonly label: string;
  /** What a row is. */
  readonly of: string;
  readonly bars: readonly Bar[];
  /** What the shares are of; without it there are none. */
  readonly total?: number;
}

export const Bars = ({ label, of, bars, total }: BarsProps) => {
  const whole = total ?? Math.max(0, ...bars.map(({ count: n }) => n));
  if (bars.length === 0) return <p class="soft">Nothing to show yet.</p>;
  return (
    <table class="bars" aria-label={label}>
      <thead class="sr">
        <tr>
          <th scope="col">{of}</th>
          <th scope="col">Count</th>
          {total !== undefined && <th scope="col">Share</th>}
        </tr>
      </thead>
      <tbody>
        {bars.map(({ name, count: n, note }) => (
          <tr>
            <th scope="row">
              <span dir="auto">{name}</span>
              {note && <span class="soft small"> {note}</span>}
              <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                <rect class="track" width="100" height="1" />
                <rect class="column" width={shareOf(n, whole)} height="1" />
              </svg>
            </th>
            <td class="end">{count(n)}</td>
            {total !== undefined && <td class="end soft">{percent(n, total)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
};

/** In hundredths, as a length. */
const shareOf = (n: number, of: number): number => (of === 0 ? 0 : Math.min(100, Math.round((n / of) * 10_000) / 100));

/** "37 %"; what is there is never told as 0 %, and what is missing never as 100 %. */
export function percent(n: number, of: number): string {
  const share = of === 0 ? 0 : (100 * n) / of;
  if (share > 0 && share < 0.5) return "< 1 %";
  if (share < 100 && share >= 99.5) return "> 99 %";
  return `${Math.round(share)} %`;
}
