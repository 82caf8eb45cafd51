/**
 * Columns over an even scale, as SVG without script or style of its own. Their sizes are attributes; colours come by
 * classes. What they show stands in a table below, for whoever can't see them or wants the numbers.
 */

import { count, counted } from "../words";
import type { Bin } from "./bins";

interface ColumnsProps {
  /** What is shown, as a title. */
  readonly label: string;
  /** What a column is: "Day", "Hour". */
  readonly of: string;
  readonly bins: readonly Bin[];
  /** What is counted. */
  readonly unit?: string;
}

const HEIGHT = 100;
/** Part of its place that a column fills. */
const WIDTH = 0.86;

export const Columns = ({ label, of, bins, unit = "response" }: ColumnsProps) => {
  const most = Math.max(0, ...bins.map(({ count: n }) => n));
  const peak = bins.find(({ count: n }) => n === most);
  if (!peak || most === 0) return <p class="soft">Nothing to show yet.</p>;
  return (
    <figure class="plot">
      <p class="peak" aria-hidden="true">
        {count(most)}
      </p>
      <svg
        role="img"
        aria-label={`${label}: most are at ${peak.label}, ${counted(most, unit)}. The table has all.`}
        viewBox={`0 0 ${bins.length} ${HEIGHT}`}
        preserveAspectRatio="none"
      >
        {bins.map((bin, i) => (
          <Column bin={bin} at={i} height={(HEIGHT * bin.count) / most} />
        ))}
      </svg>
      <Axis bins={bins} />
      <Numbers label={label} of={of} bins={bins} />
    </figure>
  );
};

const Column = ({ bin, at, height }: { readonly bin: Bin; readonly at: number; readonly height: number }) => (
  <g>
    <title>{`${bin.label}: ${count(bin.count)}`}</title>
    <rect class="reach" x={at} y="0" width="1" height={HEIGHT} />
    <rect
      class="column"
      x={round(at + (1 - WIDTH) / 2)}
      y={round(HEIGHT - height)}
      width={WIDTH}
      height={round(height)}
    />
  </g>
);

const round = (n: number): number => Math.round(n * 1000) / 1000;

/** Names of the first, the middle and the last column. */
const Axis = ({ bins }: { readonly bins: readonly Bin[] }) => {
  const named = bins.length < 3 ? bins : [bins[0], bins[Math.floor((bins.length - 1) / 2)], bins.at(-1)];
  return (
    <p class="axis" aria-hidden="true">
      {named.map((bin) => (
        <span>{bin?.label}</span>
      ))}
    </p>
  );
};

const Numbers = ({ label, of, bins }: Pick<ColumnsProps, "label" | "of" | "bins">) => (
  <details>
    <summary>
      As a table<span class="sr">: {label}</span>
    </summary>
    <table aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{of}</th>
          <th scope="col" class="end">
            Count
          </th>
        </tr>
      </thead>
      <tbody>
        {bins.map((bin) => (
          <tr>
            <th scope="row">{bin.label}</th>
            <td class="end">{count(bin.count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </details>
);
