/**
 * Counts of this isolate that nobody has written down yet. Adding costs a look into a map; they are taken out at most
 * once in a while (dispatch/flush-counts.ts), and those of an isolate that ends before are lost.
 */
import type { Counted, CounterName, Labels } from "../core/counters";

let pending = new Map<string, { readonly name: string; readonly labels: Labels; value: number }>();

/** Adds to a series. Never fails. */
export function count(name: CounterName, labels: Labels, by = 1): void {
  if (by === 0) return;
  let series: string = name;
  for (const label in labels) series += ` ${label}=${labels[label]}`;
  const known = pending.get(series);
  if (known) known.value += by;
  else pending.set(series, { name, labels, value: by });
}

/** All that was counted since the last call. */
export function takeCounts(): readonly Counted[] {
  const taken = [...pending.values()];
  pending = new Map();
  return taken;
}
