/**
 * The log of `npm run serve`: a JSON object per line on stdout, from the workers, from workerd and from the service
 * itself.
 */
import { Log, LogLevel, type WorkerdStructuredLog } from "miniflare";

/** Writes one event of the service itself. */
export function say(
  level: "info" | "warn" | "error",
  event: string,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  write({ time: new Date().toISOString(), level, event, ...fields });
}

/** What a worker wrote by `logEvent` is such an object already; everything else becomes the `message` of one. */
export function passOn({ timestamp, level, message }: WorkerdStructuredLog): void {
  const time = new Date(timestamp).toISOString();
  const own = message.startsWith("{") ? parse(message) : null;
  write(own ? { time, ...own } : { time, level, event: "runtime", message });
}

function parse(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

/**
 * What Miniflare has to say: that workerd crashed and is started again. It tells of each batch of a queue, too: that is
 * left out.
 */
export class ServiceLog extends Log {
  quiet = false;
  override logWithLevel(level: LogLevel, message: string): void {
    if (this.quiet || level > LogLevel.WARN) return;
    say(level === LogLevel.WARN ? "warn" : "error", "miniflare", { message });
  }
}

const write = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
