/**
 * Counts of this isolate that nobody has written down yet. Adding costs a look into a map; they are taken out at most once in
 * a while (dispatch/flush-counts.ts), and those of an isolate that ends before are lost.
 */
import type { Counted, CounterName, Labels } from "../core/counters";

let pending = new Map<string, Counted>();

/** Adds to a series. Never fails. */
export function count(name: CounterName, labels: Labels, by = 1): void {
  if (by === 0) return;
  const series = `${name} ${JSON.stringify(labels)}`;
  pending.set(series, { name, labels, value: (pending.get(series)?.value ?? 0) + by });
}

/** All that was counted since the last call. */
export function takeCounts(): readonly Counted[] {
  const taken = [...pending.values()];
  pending = new Map();
  return taken;
}
