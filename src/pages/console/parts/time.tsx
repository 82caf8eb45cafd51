/**
 * Moments and how long ago they are. All times of the console are UTC; the script adds the reader's own as a tooltip.
 */
import { lasting } from "../words";

/** Of an RFC 3339 moment: "2026-11-24 14:05", with seconds if told. */
export const Time = ({ at, seconds = false }: { readonly at: string; readonly seconds?: boolean }) => (
  <time datetime={at}>{at.slice(0, seconds ? 19 : 16).replace("T", " ")}</time>
);

/** "3 min ago", or the moment itself when it is longer ago than a month. `now`: milliseconds. */
export const Ago = ({ at, now }: { readonly at: string; readonly now: number }) => {
  const seconds = Math.max(0, (now - Date.parse(at)) / 1000);
  if (seconds > 30 * 86_400) return <Time at={at} />;
  return <time datetime={at}>{seconds < 5 ? "just now" : `${lasting(seconds)} ago`}</time>;
};

/** "in 3 min". */
export const In = ({ at, now }: { readonly at: string; readonly now: number }) => (
  <time datetime={at}>{`in ${lasting(Math.max(0, (Date.parse(at) - now) / 1000))}`}</time>
);
