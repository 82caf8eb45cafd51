/**
 * The hours of a week as a field of squares: the more there is, the stronger its colour. The table below has the
 * numbers.
 */
import { DAYS } from "../../../core/opening-hours";
import type { Summary } from "../../../core/summary";
import { count, counted } from "../words";

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const NAMES: Readonly<Record<(typeof DAYS)[number], string>> = {
  mon: "Mon",
  tue: "Tue",
  wed: "Wed",
  thu: "Thu",
  fri: "Fri",
  sat: "Sat",
  sun: "Sun",
};
/** What there is least of is still seen. */
const FAINTEST = 0.15;

export const Week = ({ label, hours }: { readonly label: string; readonly hours: Summary["hours"] }) => {
  const counts = new Map(hours.map(({ weekday, hour, count: n }) => [`${weekday} ${hour}`, n]));
  const of = (day: string, hour: number) => counts.get(`${day} ${hour}`) ?? 0;
  const busiest = hours.toSorted((a, b) => b.count - a.count)[0];
  if (!busiest) return <p class="soft">Nothing to show yet.</p>;
  const peak = `${NAMES[busiest.weekday]} ${clock(busiest.hour)}`;
  return (
    <figure class="plot week">
      <div class="days">
        <p class="names" aria-hidden="true">
          {DAYS.map((day) => (
            <span>{NAMES[day]}</span>
          ))}
        </p>
        <svg
          role="img"
          aria-label={`${label}: most are at ${peak}, ${counted(busiest.count, "response")}. The table has all.`}
          viewBox="0 0 24 7"
          preserveAspectRatio="none"
        >
          {DAYS.map((day, y) =>
            HOURS.map((hour) => (
              <Square at={[hour, y]} name={`${NAMES[day]} ${clock(hour)}`} n={of(day, hour)} most={busiest.count} />
            )),
          )}
        </svg>
      </div>
      <p class="axis" aria-hidden="true">
        <span>00:00</span>
        <span>12:00</span>
        <span>23:00</span>
      </p>
      <details>
        <summary>
          As a table<span class="sr">: {label}</span>
        </summary>
        <table aria-label={label}>
          <thead>
            <tr>
              <th scope="col">Hour</th>
              {DAYS.map((day) => (
                <th scope="col" class="end">
                  {NAMES[day]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {HOURS.map((hour) => (
              <tr>
                <th scope="row">{clock(hour)}</th>
                {DAYS.map((day) => (
                  <td class="end">{count(of(day, hour))}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
};

/** "09:00". */
export const clock = (hour: number): string => `${String(hour).padStart(2, "0")}:00`;

interface SquareProps {
  readonly at: readonly [x: number, y: number];
  readonly name: string;
  readonly n: number;
  readonly most: number;
}

const Square = ({ at: [x, y], name, n, most }: SquareProps) => (
  <g>
    <title>{`${name}: ${count(n)}`}</title>
    {n === 0 ? (
      <rect class="track" x={x + 0.05} y={y + 0.05} width="0.9" height="0.9" />
    ) : (
      <rect
        class="column"
        x={x + 0.05}
        y={y + 0.05}
        width="0.9"
        height="0.9"
        fill-opacity={(FAINTEST + ((1 - FAINTEST) * n) / most).toFixed(2)}
      />
    )}
  </g>
);
