/**
 * Writes logs: a JSON object per event, through the functions of events.ts alone. Fields are ids, counts and codes.
 * Answers, phone numbers, secrets and SQL parameters have no business here.
 */
import type { LogLevel } from "../core/log";
import type { Trace } from "../core/trace";

/** What every event may say: where it began. */
export interface Traced {
  readonly trace?: Trace | undefined;
}

/** Writes one event; fields that are undefined are left out, `trace` becomes requestId and traceId. Never throws. */
export function logEvent(level: LogLevel, event: string, fields: Traced): void {
  const { trace, ...rest } = fields;
  const plain: Record<string, unknown> = { level, event, requestId: trace?.request, traceId: trace?.id };
  for (const [name, value] of Object.entries(rest)) plain[name] = name === "error" ? describe(value) : value;
  console[level](JSON.stringify(plain));
}

/**
 * An error's name and message. What was thrown may be anything, and some messages quote what the code had in hand: of a
 * syntax error (JSON.parse) its place is told instead, of a failed query of drizzle what the database said.
 */
function describe(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown === undefined || thrown === null ? thrown : typeof thrown;
  const { name, message, cause } = thrown;
  if (message.startsWith("Failed query:")) return cause instanceof Error ? describe(cause) : name;
  if (thrown instanceof SyntaxError) return `${name} ${placeOf(thrown)}`;
  return `${name}: ${message}`;
}

/** Where in our code an error was thrown: no message, three lines of its stack. */
export const placeOf = ({ stack = "" }: Error): string =>
  stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 3)
    .map((line) => line.trim())
    .join(" ");
