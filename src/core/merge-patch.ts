/** JSON Merge Patch (RFC 7396). */
import { isPlainObject } from "./plain-object";

/**
 * What a patch makes of a value: objects are merged member by member, null takes a member away, anything else replaces.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isPlainObject(patch)) return patch;
  const merged = new Map(isPlainObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}
