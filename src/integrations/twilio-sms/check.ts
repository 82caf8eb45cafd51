/**
 * Reads the status of messages that Twilio has taken and whose last word did not come. Reads only: nothing is sent
 * here. Many are read from Twilio's list, 1,000 with a request; what is not in it is asked for by its SID, which
 * settles the matter.
 */
import type { Deps, Outcome, PageResult, Unchecked } from "../../core/integration";
import { fetchMessage, type Message, newestMessages } from "./client";
import { senderOf } from "./deliver";
import type { Config, Secrets } from "./manifest";
import { judgeListFailure, optOutScope, outcomeOfStatus, STOPPED, type Verdicts } from "./outcomes";
import { BEFORE_MS } from "./reconcile";
import { NOT_FOUND } from "./statuses";

/** As many as are created at once (deliver.ts); as few are not worth a list. */
const AT_ONCE = 5;
/** A page of the list is read for so many texts, as long as it finds them: others may have sent thousands since. */
const TEXTS_A_PAGE = 20;
const PAGES_MAX = 50;

/** An outcome for every delivery; when Twilio can't be asked, `halt` says why and the rest has none. */
export async function checkMessages(
  deliveries: readonly Unchecked[],
  deps: Deps<Config, Secrets>,
): Promise<PageResult> {
  const outcomes = new Map<number, Outcome>();
  const halt = deliveries.length > AT_ONCE ? await readList(deliveries, outcomes, deps) : undefined;
  if (halt) return { outcomes, halt };
  const rest = deliveries.filter(({ position }) => !outcomes.has(position));
  for (let at = 0; at < rest.length; at += AT_ONCE) {
    const asked = rest.slice(at, at + AT_ONCE);
    const verdicts = await Promise.all(asked.map((delivery) => checkOne(delivery, deps)));
    for (const [i, verdict] of verdicts.entries()) {
      const position = asked[i]?.position;
      if ("outcome" in verdict && position !== undefined) outcomes.set(position, verdict.outcome);
    }
    const failed = verdicts.find((verdict) => "halt" in verdict);
    if (failed) return { outcomes, halt: failed.halt };
  }
  return { outcomes };
}

/** Adds the outcomes of those that the list has. Returns why it can't be read. */
async function readList(
  deliveries: readonly Unchecked[],
  outcomes: Map<number, Outcome>,
  deps: Deps<Config, Secrets>,
): Promise<PageResult["halt"]> {
  const wanted = new Map(deliveries.map((delivery) => [delivery.reference, delivery]));
  const { From, MessagingServiceSid } = senderOf(deps) ?? {};
  const pages = newestMessages(deps, {
    // Which number of its pool a Messaging Service chose is not known.
    from: MessagingServiceSid === undefined ? (From ?? null) : null,
    since: Math.min(...deliveries.map(({ triedAt }) => triedAt)) - BEFORE_MS,
    pagesMax: Math.min(PAGES_MAX, Math.ceil(deliveries.length / TEXTS_A_PAGE)),
  });
  for await (const listed of pages) {
    if (!listed.ok) return judgeListFailure(listed.failure);
    for (const message of listed.value.messages) {
      const delivery = wanted.get(message.sid);
      if (!delivery) continue;
      wanted.delete(message.sid);
      outcomes.set(delivery.position, await read(message, delivery, deps));
    }
    if (wanted.size === 0) return undefined;
  }
  return undefined;
}

async function checkOne(delivery: Unchecked, deps: Deps<Config, Secrets>): Promise<Verdicts> {
  const { reference } = delivery;
  const result = await fetchMessage(deps, reference);
  if (result.ok) return { outcome: await read({ ...result.value, sid: reference }, delivery, deps) };
  const { status, code } = result.failure;
  // Deleted there, or of the account that was used before: what became of the text can't be told.
  if (status === 404 && code === 20404) {
    return { outcome: outcomeOfStatus({ reference, status: NOT_FOUND, code: null, checks: delivery.checks + 1 }) };
  }
  return { halt: judgeListFailure(result.failure) };
}

async function read(
  { sid: reference, status, error_code: code = null, to }: Message,
  { checks }: Unchecked,
  { optOuts, secrets }: Deps<Config, Secrets>,
): Promise<Outcome> {
  if (code === STOPPED && to) await optOuts.add(optOutScope(secrets), to);
  return outcomeOfStatus({ reference, status, code, checks: checks + 1 });
}
