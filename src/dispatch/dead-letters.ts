/**
 * Dead letters (docs/decisions/033): submissions that were answered 202 and that the intake consumer could not store in
 * all its tries. The consumer of the dead letter queue keeps them in the control database; the sweeper tries them
 * again, with pauses, until they are stored or their form is erased.
 */
import { deadLetterOf, type IntakeFailure, readDeadLetter } from "../core/dead-letter";
import { backoffSeconds, timeAfter } from "../core/retry";
import { type DueLetter, type FailedTry, keepLetters, noteTries, readDueLetters } from "../store/dead-letters";
import * as events from "../telemetry/events";
import type { Intake } from "./intake";
import { type Taker, takeAll } from "./take-in";

/**
 * While they can't be kept: after an outage of some hours the next try comes within as many; 100 last longer than the
 * queue keeps a message.
 */
const KEEP_RETRY = { base: 2, cap: 8 * 3600 };
/** Of what is kept: within the hour after its cause is gone. Without jitter: one sweeper tries them all. */
const SEND_RETRY = { base: 60, cap: 3600 };
/**
 * Letters that are in hand at once, of up to 128 KB, and rounds of one sweep: after a long outage a thousand a minute.
 */
const ROUND = 50;
const ROUNDS = 20;

/** Keeps the messages of a batch and acks them; while the control database can't, all come again. Never fails. */
export async function keepDead({ shards, now, random, trace }: Intake, batch: MessageBatch<unknown>): Promise<void> {
  const letters = batch.messages.map(deadLetterOf);
  const count = letters.length;
  try {
    if (!(await keepLetters(shards.control, letters, now()))) throw new Error("a backup is being restored");
  } catch (error) {
    for (const message of batch.messages) {
      message.retry({ delaySeconds: Math.ceil(backoffSeconds(message.attempts, random(), KEEP_RETRY)) });
    }
    const attempts = Math.max(...batch.messages.map((message) => message.attempts));
    events.deadLettersNotKept({ trace, count, attempts, error });
    return;
  }
  for (const message of batch.messages) message.ack();
  const unreadable = letters.filter((letter) => readDeadLetter(letter) === null).length;
  events.deadLettersKept({ trace, count, unreadable });
}

/**
 * Tries letters that are due: all of them, up to a bound, as long as some can be stored. Returns how many are done
 * with.
 */
export async function resendDead(on: Taker, now: number): Promise<number> {
  let done = 0;
  for (let rounds = ROUNDS; rounds > 0; rounds -= 1) {
    const due = await readDueLetters(on.shards.control, now, ROUND);
    const settled = due.length === 0 ? 0 : await resend(on, due, now);
    done += settled;
    if (settled === 0 || due.length < ROUND) break;
  }
  return done;
}

/**
 * Tries these letters and notes what became of them. A crash before that tries them again, and finds what is stored by
 * its nonce.
 */
async function resend(on: Taker, due: readonly DueLetter[], now: number): Promise<number> {
  const done = new Set<string>();
  const failed = new Map<string, IntakeFailure>();
  const waiting = due.flatMap((letter) => {
    const { id, attempts, orphaned } = letter;
    const entry = orphaned ? null : readDeadLetter(letter);
    if (orphaned) done.add(id);
    else if (!entry) failed.set(id, "unreadable");
    const again = (reason: IntakeFailure) => void failed.set(id, reason);
    return entry ? [{ entry, attempts: attempts + 1, settled: () => void done.add(id), again }] : [];
  });
  const dropped = done.size;
  await takeAll(on, waiting);
  const left = due.flatMap(({ id, attempts }): FailedTry[] => {
    const reason = done.has(id) ? undefined : failed.get(id);
    const nextAt = timeAfter(now, backoffSeconds(attempts, 1, SEND_RETRY));
    return reason === undefined ? [] : [{ id, nextAt, reason }];
  });
  await noteTries(on.shards.control, [...done], left);
  const counts = { tried: due.length, settled: done.size - dropped, dropped, left: left.length };
  events.deadLettersTried({ trace: on.trace, ...counts });
  return done.size;
}
