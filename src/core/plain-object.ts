/** Objects as JSON has them. Imports nothing: whatever compares JSON may use it. */

/** A JSON object (or one without prototype): not an array, not an instance of something. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
