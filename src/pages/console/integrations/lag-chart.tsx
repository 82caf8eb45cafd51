/** How an integration keeps up, as SVG made on the server: when responses came, and up to which one it is done. */
import type { ArrivalsView } from "../../../services/arrivals";
import { Time } from "../parts/time";
import { count, counted } from "../words";

const WIDTH = 720;
const HEIGHT = 160;
const PAD = 6;

interface LagChartProps {
  readonly arrivals: ArrivalsView;
  /** Milliseconds. */
  readonly now: number;
}

/** The line of arrivals from its first sample until now; what lies above the integration's place waits. */
export const LagChart = ({ arrivals: { place, samples }, now }: LagChartProps) => {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last) return null;
  const end = Math.max(now, last.at);
  const x = scale(first.at, end, PAD, WIDTH - PAD);
  const y = scale(first.number - 1, last.number, HEIGHT - PAD, PAD);
  const line = [...samples.map(({ number, at }) => [x(at), y(number)] as const), [x(end), y(last.number)] as const];
  const done = y(Math.max(first.number - 1, place.position));
  const waiting = place.head - place.position;
  // What is settled lies below the integration's place.
  const settled = line.map(([at, height]) => [at, Math.max(height, done)] as const);
  return (
    <figure class="chart">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={sayOf(waiting, place.head)}
      >
        <polygon class="waits" points={area(line)} />
        <polygon class="done" points={area(settled)} />
        <polyline class="came" points={line.join(" ")} />
        <line class="place" x1="0" x2={WIDTH} y1={done} y2={done} />
      </svg>
      <figcaption>
        <p>
          <Time at={new Date(first.at).toISOString()} />
          <span>now</span>
        </p>
        <p class="legend">
          <span>
            Received: response {count(first.number)} to {count(last.number)}
          </span>
          <span class="place">Settled up to {count(place.position)}</span>
          {waiting > 0 && <span class="waits">{count(waiting)} wait</span>}
        </p>
      </figcaption>
    </figure>
  );
};

type Point = readonly [x: number, y: number];

/** Down to the ground below a line. */
const area = (line: readonly Point[]) =>
  [...line, [line.at(-1)?.[0] ?? 0, HEIGHT - PAD], [line[0]?.[0] ?? 0, HEIGHT - PAD]].join(" ");

const sayOf = (waiting: number, head: number) =>
  waiting === 0
    ? `Nothing waits: all ${counted(head, "response")} are settled.`
    : `${count(waiting)} of ${counted(head, "response")} wait.`;

/** From one range to another, rounded to a tenth; where all is one, its end. */
function scale(from: number, to: number, low: number, high: number): (value: number) => number {
  return (value) => {
    const part = to === from ? 1 : Math.min(1, Math.max(0, (value - from) / (to - from)));
    return Math.round((low + (high - low) * part) * 10) / 10;
  };
}
