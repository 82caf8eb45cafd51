/**
 * Puts submissions that D1 could not take on the `intake` queue. Unlike a wake-up, such a message is the data itself:
 * the caller learns of each whether the queue has it. Called by services/spool.ts over the context.
 */
import { MESSAGE_BYTES_MAX, messageBytes, type Spooled } from "../core/spool";
import type { Trace } from "../core/trace";
import * as events from "../telemetry/events";

/**
 * Cloudflare Queues: a sendBatch has at most 100 messages and 256 KB (platform.md 1.3), with room for what a message
 * adds.
 */
const BATCH_MAX = 100;
const BATCH_BYTES_MAX = 250_000;
const OVERHEAD_BYTES = 200;

/** `too_large`: never given to the queue. `unknown`: the queue did not confirm it, and may have it nevertheless. */
export type SpoolOutcome = "spooled" | "too_large" | "unknown";

/** Sends messages; outcomes by index. Never fails. `cause` goes into the log, and holds no answers (store/db.ts). */
export async function sendSpooled(
  queue: Queue<Spooled> | undefined,
  messages: readonly Spooled[],
  cause: unknown,
  trace?: Trace,
): Promise<readonly SpoolOutcome[]> {
  const outcomes: SpoolOutcome[] = messages.map(() => "too_large");
  for (const chunk of chunks(messages)) {
    const outcome = await sendChunk(
      queue,
      chunk.flatMap((i) => messages[i] ?? []),
    );
    for (const i of chunk) outcomes[i] = outcome;
  }
  const count = (wanted: SpoolOutcome) => outcomes.filter((outcome) => outcome === wanted).length;
  events.responsesSpooled({
    trace,
    spooled: count("spooled"),
    tooLarge: count("too_large"),
    unknown: count("unknown"),
    error: cause,
  });
  return outcomes;
}

async function sendChunk(queue: Queue<Spooled> | undefined, messages: readonly Spooled[]): Promise<SpoolOutcome> {
  try {
    if (!queue) throw new Error("no intake queue is bound");
    await queue.sendBatch(messages.map((body) => ({ body, contentType: "json" })));
    return "spooled";
  } catch (error) {
    events.spoolFailed({ trace: messages[0]?.trace, count: messages.length, error });
    return "unknown";
  }
}

/** Indices of messages that go together; those too large for the queue are in none. */
function chunks(messages: readonly Spooled[]): number[][] {
  const all: number[][] = [];
  let bytes = BATCH_BYTES_MAX;
  for (const [i, message] of messages.entries()) {
    const size = messageBytes(message) + OVERHEAD_BYTES;
    if (size - OVERHEAD_BYTES > MESSAGE_BYTES_MAX) continue;
    if (bytes + size > BATCH_BYTES_MAX || (all.at(-1)?.length ?? 0) >= BATCH_MAX) {
      all.push([]);
      bytes = 0;
    }
    bytes += size;
    all.at(-1)?.push(i);
  }
  return all;
}
