/**
 * Finds out what became of messages in doubt: Twilio's list of messages to the number is asked for the same text at
 * that time. Two empty looks, minutes apart, are as much certainty as Twilio gives that a message was never taken.
 */
import type { Attempted, Deps, Entry, Outcome, Page, PageResult } from "../../core/integration";
import { type Listed, listMessages, type Message, type Result } from "./client";
import { lookSeconds } from "./look";
import type { Config, Secrets } from "./manifest";
import { type Content, contentOf } from "./message";
import { isDoubtful, judgeListFailure, outcomeOfStatus } from "./outcomes";

/** Clocks differ, and Twilio's times are whole seconds; a page of time-outs takes minutes. */
export const BEFORE_MS = 60_000;
export const AFTER_MS = 600_000;
/**
 * Lists that are asked for at once: a page may need as many as it has entries, and nobody else's turn comes meanwhile.
 */
const AT_ONCE = 5;
/** So many lists in a row that do not come are an outage; fewer hold up only those that asked for them. */
const OUTAGE_AFTER = 3;

/**
 * An outcome for every entry: found → delivered (or why it failed); not found → `unknown` until the second empty look,
 * then `retry`. A look before its time is not taken: `unknown` without `looked`, which the engine does not count.
 */
export async function reconcilePage(page: Page, deps: Deps<Config, Secrets>): Promise<PageResult> {
  const outcomes = new Map<number, Outcome>();
  const lists = new Map<string, Result<Listed>>();
  const taken = new Set<string>();
  const unread: { position: number; reason: string }[] = [];
  let inARow = 0;
  const toLookFor = page.entries.filter((entry) => {
    const outcome = outcomeWithoutLook(entry, attemptedOf(entry, page), deps);
    if (outcome) outcomes.set(entry.position, outcome);
    return !outcome;
  });
  for (const [at, entry] of toLookFor.entries()) {
    const content = contentOf(entry);
    const listed = lists.get(content.to) ?? (await listAhead(lists, toLookFor.slice(at), { page, deps }));
    if (!listed.ok) {
      // For the next entry of this number it is asked for again.
      lists.delete(content.to);
      const halt = judgeListFailure(listed.failure);
      inARow += 1;
      if (!isDoubtful(listed.failure) || inARow >= Math.min(OUTAGE_AFTER, page.entries.length))
        return { outcomes, halt };
      unread.push({ position: entry.position, reason: halt.reason });
      continue;
    }
    inARow = 0;
    const attempted = attemptedOf(entry, page);
    const wanted = { entry, content, triedAt: attempted.triedAt };
    const found = await findMessage(listed.value.messages, { wanted, taken }, deps);
    outcomes.set(entry.position, found ?? notFound(attempted, listed.value, deps));
  }
  const [afterSeconds] = lookSeconds(deps.settings);
  for (const { position, reason } of unread) outcomes.set(position, { type: "unknown", reason, afterSeconds });
  return { outcomes };
}

/**
 * Reads the list of the first entry's number, and those of the numbers behind it that are still missing. Returns the
 * first.
 */
async function listAhead(
  lists: Map<string, Result<Listed>>,
  entries: readonly Entry[],
  { page, deps }: { page: Page; deps: Deps<Config, Secrets> },
): Promise<Result<Listed>> {
  const numbers = new Set(entries.map((entry) => contentOf(entry).to).filter((to) => !lists.has(to)));
  const since = earliest(page) - BEFORE_MS;
  const asked = [...numbers].slice(0, AT_ONCE).map(async (to) => {
    const listed = await listMessages(deps, to, since);
    lists.set(to, listed);
    return listed;
  });
  const [first] = await Promise.all(asked);
  if (!first) throw new Error("there was no entry to look for");
  return first;
}

const attemptedOf = ({ attempted }: Entry, { markedAt }: Page): Attempted =>
  attempted ?? { attempts: 1, looks: 0, triedAt: markedAt, reference: null };

/** Of an entry that need not be looked for, or not yet; null: it is to be looked for now. */
function outcomeWithoutLook(entry: Entry, attempted: Attempted, deps: Deps<Config, Secrets>): Outcome | null {
  const early = secondsLeft(attempted, deps);
  if (early > 0) return { type: "unknown", reason: NOT_YET, afterSeconds: early };
  // Erasure took the text and the number: there is nothing to look for, and nothing will be sent.
  return entry.response.erasedAt !== null && entry.content === undefined ? ERASED : null;
}

const NOT_YET = "It is not known whether Twilio took the message; it will be looked for.";
const ERASED: Outcome = {
  type: "skipped",
  reason: "The response was erased while it was not known whether Twilio took its message.",
};
const NOT_FOUND = "It is not known whether Twilio took the message: it was looked for once and not found.";
const NEVER = "Twilio never took the message.";
const UNCERTAIN =
  "It can't be found out whether Twilio took the message: there are too many to this number. Look in Twilio's log, then retry.";

const earliest = ({ entries, markedAt }: Page): number =>
  entries.reduce((first, { attempted }) => Math.min(first, attempted?.triedAt ?? markedAt), Number.POSITIVE_INFINITY);

/** Until the look that is due may be taken. The second one is also kept apart from the first by its `afterSeconds`. */
function secondsLeft({ looks, triedAt }: Attempted, { settings, now }: Deps<Config, Secrets>): number {
  const [first, second] = lookSeconds(settings);
  const dueAt = triedAt + (looks === 0 ? first : first + second) * 1000;
  return Math.ceil((dueAt - now()) / 1000);
}

function notFound({ looks }: Attempted, { complete }: Listed, { settings }: Deps<Config, Secrets>): Outcome {
  if (!complete) return { type: "rejected", reason: UNCERTAIN };
  if (looks >= 1) return { type: "retry", reason: NEVER };
  return { type: "unknown", reason: NOT_FOUND, looked: true, afterSeconds: lookSeconds(settings)[1] };
}

interface Wanted {
  readonly entry: Entry;
  readonly content: Content;
  readonly triedAt: number;
}

/**
 * The message of this attempt, which is then nobody else's; null when there is none. The same text may have gone to the
 * same number for another response: what other deliveries have is not ours.
 */
async function findMessage(
  messages: readonly Message[],
  { wanted, taken }: { wanted: Wanted; taken: Set<string> },
  deps: Deps<Config, Secrets>,
): Promise<Outcome | null> {
  const { entry, content, triedAt } = wanted;
  const created = (message: Message) => Date.parse(message.date_created ?? "");
  const candidates = messages.filter(
    (message) =>
      message.direction === "outbound-api" &&
      message.body === content.body &&
      created(message) >= triedAt - BEFORE_MS &&
      created(message) <= triedAt + AFTER_MS &&
      !taken.has(message.sid),
  );
  const claimed = await deps.claimed(
    candidates.map((message) => message.sid),
    entry,
  );
  // Oldest first: of two alike, the earlier attempt takes the earlier message.
  const [found] = candidates.filter(({ sid }) => !claimed.has(sid)).sort((a, b) => created(a) - created(b));
  if (!found) return null;
  taken.add(found.sid);
  return outcomeOfStatus({ reference: found.sid, status: found.status, code: found.error_code ?? null });
}
