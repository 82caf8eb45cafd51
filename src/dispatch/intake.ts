/**
 * The consumer of the `intake` queue: stores what D1 could not take when it came (DESIGN.md section 3 step 6). A
 * message here is the data itself, so it is acked only when its response is stored or refused with a receipt;
 * everything else waits and comes again, and at the very end goes to the dead letter queue (dead-letters.ts).
 */
import { backoffSeconds } from "../core/retry";
import { SpooledSchema } from "../core/spool-schema";
import * as events from "../telemetry/events";
import { type Taker, takeAll, type Waiting } from "./take-in";

export interface Intake extends Taker {
  /** A number in [0, 1). */
  readonly random: () => number;
}

/**
 * A short pause at first, so that a moment's fault costs moments; 100 retries of up to 15 minutes last about half a
 * day.
 */
const RETRY = { base: 2, cap: 15 * 60 };

/** Stores the messages of a batch and acks or retries each. Never fails. */
export async function takeIn(intake: Intake, batch: MessageBatch<unknown>): Promise<void> {
  const waiting = batch.messages.flatMap((message): Waiting[] => {
    const { attempts } = message;
    const again = () => message.retry({ delaySeconds: Math.ceil(backoffSeconds(attempts, intake.random(), RETRY)) });
    const parsed = SpooledSchema.safeParse(message.body);
    if (parsed.success) return [{ entry: parsed.data, attempts, settled: () => message.ack(), again }];
    events.spooledUnreadable({ trace: intake.trace, message: message.id, attempts });
    again();
    return [];
  });
  await takeAll(intake, waiting);
}
