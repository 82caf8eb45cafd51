/**
 * The one place that writes logs: a JSON object per event. Fields are ids, counts and codes. Answers, phone numbers, secrets
 * and SQL parameters have no business here; of an error only name and message are taken.
 */

export type Level = "info" | "warn" | "error";
export type Fields = Readonly<Record<string, string | number | boolean | null | undefined | Error | unknown>>;

/** Writes one event. Never throws. */
export function logEvent(level: Level, event: string, fields: Fields = {}): void {
  const plain: Record<string, unknown> = { level, event };
  for (const [name, value] of Object.entries(fields)) {
    plain[name] = value instanceof Error ? `${value.name}: ${value.message}` : value;
  }
  console[level](JSON.stringify(plain));
}
