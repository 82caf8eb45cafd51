/**
 * A draft as it is kept: any JSON (services/drafts.ts). What edits it changes members by name and keeps all others, in
 * their order, whether it knows them or not. Pure; used by the other files of this folder.
 */
import { isPlainObject } from "../plain-object";

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = isPlainObject;
export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});
export const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
/** A member that is the object's own; undefined where there is none. */
export const memberOf = (value: unknown, name: string): unknown =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** With a member set in its place, or at the end; undefined takes it away. */
export function withMember(object: JsonObject, name: string, value: unknown): JsonObject {
  const entries = Object.entries(object);
  const at = entries.findIndex(([key]) => key === name);
  if (value === undefined) return at < 0 ? object : Object.fromEntries(entries.filter((_, i) => i !== at));
  return Object.fromEntries(at < 0 ? [...entries, [name, value]] : entries.with(at, [name, value]));
}

/** With a member called otherwise, in its place; what was called so is gone. */
export function renamed(object: JsonObject, from: string, to: string): JsonObject {
  if (from === to || !Object.hasOwn(object, from)) return object;
  const rest = Object.entries(object).filter(([key]) => key !== to);
  return Object.fromEntries(rest.map(([key, value]) => [key === from ? to : key, value]));
}

/** What stands at a path of names; undefined where it leads nowhere. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const name of path) at = memberOf(at, name);
  return at;
}

/**
 * With a value at a path of names; undefined takes it away, and the objects that are empty then. Objects on the way are
 * made; where something else is in the way nothing is changed.
 */
export function withValueAt(object: JsonObject, path: readonly string[], value: unknown): JsonObject {
  const [name, ...rest] = path;
  if (name === undefined) return object;
  if (rest.length === 0) return withMember(object, name, value);
  const inner = memberOf(object, name);
  if (inner === undefined && value === undefined) return object;
  if (inner !== undefined && !isObject(inner)) return object;
  const changed = withValueAt(inner ?? {}, rest, value);
  if (changed === inner) return object;
  return withMember(object, name, value === undefined && Object.keys(changed).length === 0 ? undefined : changed);
}

/** With an item changed; undefined takes it away. */
export const withItem = (items: readonly unknown[], at: number, item: unknown): readonly unknown[] =>
  item === undefined ? items.filter((_, i) => i !== at) : items.with(at, item);

/** With two neighbours exchanged: the item and the one before (-1) or behind it (1), if there is one. */
export function moved<T>(items: readonly T[], at: number, by: -1 | 1): readonly T[] {
  const [one, other] = [items[at], items[at + by]];
  if (at < 0 || at + by < 0 || one === undefined || other === undefined) return items;
  return items.with(at, other).with(at + by, one);
}
