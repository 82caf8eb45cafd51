/** What changed between two states of something that is kept by name: answers, metadata. */
import { isPlainObject } from "./plain-object";

/** A value before and after; null: there was none. */
export interface Difference<T = unknown> {
  readonly from: T | null;
  readonly to: T | null;
}

type Named = Readonly<Record<string, unknown>>;

/** The names whose values differ, with both values, in the order of `before` and then of `after`. */
export function differences(before: Named, after: Named): Record<string, Difference> {
  const found = new Map<string, Difference>();
  const read = (from: Named, name: string) => (Object.hasOwn(from, name) ? (from[name] ?? null) : null);
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [from, to] = [read(before, name), read(after, name)];
    if (!sameJson(from, to)) found.set(name, { from, to });
  }
  return Object.fromEntries(found);
}

/** Whether two JSON values are the same; the order of an object's members does not matter. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, i) => sameJson(one, b[i]));
  if (!isPlainObject(a) || !isPlainObject(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}
