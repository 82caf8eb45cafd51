/** The limits of a soak over what was looked at: no errors, a lag that is bounded, a memory that stays flat. Pure. */
import { type Figure, megabytes } from "./report";
import { median } from "./rounds";
import type { Rates, SoakForm } from "./soak-forms";
import type { Look } from "./soak-look";

/** An integration is behind by what its form gets in so many seconds at most, at any look of the last two thirds; */
const LAG_SECONDS = 90;
/**
 * and it does not grow: its median in the last third over that in the second, where it is more than what comes in ten
 * seconds.
 */
const LAG_GROWTH = 1.5;
const LAG_SMALL_SECONDS = 10;
/** Memory of the last third over that of the second. */
const MEMORY_GROWTH = 1.15;

/** Figures over all looks, in order. Throws when there are too few to have thirds. */
export function judge(looks: readonly Look[], rates: Rates): Figure[] {
  if (looks.length < 3) throw new Error("a soak of less than half a minute has no thirds");
  const third = Math.floor(looks.length / 3);
  const [second, last] = [looks.slice(-2 * third, -third), looks.slice(-third)];
  const sum = (name: "sent" | "ok" | "tooMany" | "failed") => looks.reduce((n, look) => n + look[name], 0);
  const lags = Object.keys(looks.at(-1)?.lag ?? {}).map((name) => judgeLag(name, second, last, rates));
  return [
    {
      what: `answers other than 2xx and 429, of ${sum("sent")} (429: ${sum("tooMany")})`,
      measured: String(sum("failed")),
      limit: "0",
      good: sum("failed") === 0,
    },
    ...lags,
    judgeMemory("memory of workerd", second, last, ({ rss }) => rss),
    judgeMemory("heap of the gateway", second, last, ({ heap }) => heap),
  ];
}

function judgeLag(name: string, second: readonly Look[], last: readonly Look[], rates: Rates): Figure {
  const rate = rates[name.split("/")[0] as SoakForm["name"]] ?? 0;
  const of = (looks: readonly Look[]) => looks.map(({ lag }) => lag[name] ?? 0);
  const most = Math.max(...of(second), ...of(last));
  const [before, after] = [median(of(second)), median(of(last))];
  const steady = after <= Math.max(LAG_GROWTH * before, LAG_SMALL_SECONDS * rate);
  return {
    what: `lag of ${name}, which gets ${rate.toFixed(1)} a second: most; medians of the second and the last third`,
    measured: `${most}; ${before.toFixed(0)}, ${after.toFixed(0)}`,
    limit: `≤ ${(LAG_SECONDS * rate).toFixed(0)}; not growing`,
    good: most <= LAG_SECONDS * rate && steady,
  };
}

function judgeMemory(
  what: string,
  second: readonly Look[],
  last: readonly Look[],
  read: (look: Look) => number | null,
): Figure {
  const mean = (looks: readonly Look[]) => {
    const seen = looks.map(read).filter((bytes) => bytes !== null);
    return seen.length === 0 ? null : seen.reduce((sum, bytes) => sum + bytes, 0) / seen.length;
  };
  const [before, after] = [mean(second), mean(last)];
  if (before === null || after === null) return { what, measured: "not seen", good: true };
  return {
    what: `${what}, last third over the second`,
    measured: `${(after / before).toFixed(2)} (${megabytes(before)}, ${megabytes(after)})`,
    limit: `≤ ${MEMORY_GROWTH}`,
    good: after <= MEMORY_GROWTH * before,
  };
}
