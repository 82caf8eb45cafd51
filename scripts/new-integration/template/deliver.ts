/** Sends the records of a page, one after the other, and says of each answer what it means. */
import type { Deps, Entry, Halt, Outcome, Page, PageResult, TestResult } from "../../../src/core/integration";
import { type Answer, addRecord, readAccount } from "./client";
import type { Config, Secrets } from "./manifest";

/** Entries without an outcome wait where they are; `halt` says why. */
export async function deliver(page: Page, deps: Deps<Config, Secrets>): Promise<PageResult> {
  const outcomes = new Map<number, Outcome>();
  for (const entry of page.entries) {
    const answer = await addRecord(deps, entry.delivery, recordOf(entry, deps.config.list));
    const outcome = judge(answer);
    const halt = await haltOf(outcome, answer, deps);
    if (halt) return { outcomes, halt };
    outcomes.set(entry.position, outcome);
  }
  return { outcomes };
}

/** What may have arrived is sent again with its key: nothing has to be found out. */
export async function reconcile(_page: Page): Promise<PageResult> {
  return { outcomes: new Map() };
}

/** Whether the token is taken. Adds nothing. */
export async function test(deps: Deps<Config, Secrets>): Promise<TestResult> {
  const outcome = judge(await readAccount(deps));
  if (outcome.type === "delivered") return { ok: true, detail: "The token is taken." };
  return { ok: false, detail: outcome.reason };
}

/** What is sent of a response. */
export function recordOf({ response }: Entry, list: string) {
  const { id, receivedAt, answers } = response;
  return { list, id, receivedAt: new Date(receivedAt).toISOString(), answers };
}

/** What an answer means for the record that it answers. */
export function judge({ status, retryAfter }: Answer): Outcome {
  const pause = retryAfter === null ? {} : { afterSeconds: retryAfter };
  // Safe to repeat, whether it was executed or not: the key is the same.
  if (status === null || status >= 500)
    return { type: "retry", reason: "My Kind can't be reached or fails.", ...pause };
  if (status === 429) return { type: "retry", reason: "My Kind gets too many calls (HTTP 429).", ...pause };
  if (status < 300) return { type: "delivered", status: String(status) };
  if (status === 401 || status === 403) {
    return { type: "blocked", reason: `My Kind refuses the token (HTTP ${status}): make a new one and store it.` };
  }
  return { type: "rejected", reason: `My Kind does not take this response (HTTP ${status}).` };
}

/** Whether the page stops here: when what happened to this record would happen to the next one too. */
async function haltOf(outcome: Outcome, { status }: Answer, deps: Deps<Config, Secrets>): Promise<Halt | null> {
  if (outcome.type === "blocked") return outcome;
  if (outcome.type !== "retry") return null;
  // A record that it fails at waits alone, as long as it answers other calls.
  const isUp = status !== 429 && judge(await readAccount(deps)).type === "delivered";
  return isUp ? null : outcome;
}
