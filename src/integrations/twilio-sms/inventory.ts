/**
 * What Twilio has, compared with what the log says: its list of our senders' messages, read once, by SID and by text.
 * Reads only; what is missing is reported and never sent again.
 */
import { parseResponseId, segmentOf } from "../../core/ids";
import type { Deps } from "../../core/integration";
import type {
  Finding,
  Inventory,
  InventoryRange,
  InventoryResult,
  SettledDelivery,
  Surplus,
} from "../../core/inventory";
import { listSent, type Message } from "./client";
import { NO_SENDER } from "./deliver";
import type { Config, Secrets } from "./manifest";
import { readContent } from "./message";
import { failureOf, judgeListFailure } from "./outcomes";
import { AFTER_MS, BEFORE_MS } from "./reconcile";
import { stageOf } from "./statuses";

/** Twilio keeps a text in its queue for ten hours at most; until it leaves, the list may not have it. */
const QUEUE_MS = 12 * 3_600_000;
/** Clocks differ: what was made just after `since` may belong to an attempt just before it. */
const EDGE_MS = 3_600_000;
const EXAMPLES_MAX = 100;

/** Lists the messages of each of our senders since `range.since`; halts when there are more than 50,000 of one. */
export async function takeInventory(range: InventoryRange, deps: Deps<Config, Secrets>): Promise<InventoryResult> {
  const senders = sendersOf(deps);
  if (senders.length === 0) return { halt: { type: "blocked", reason: NO_SENDER } };
  const messages: Message[] = [];
  // Which number of its pool a Messaging Service chose is not known: then all of the account's are read.
  const lists = senders.some(isService) ? [null] : senders;
  for (const from of lists) {
    const listed = await listSent(deps, { from, since: Math.max(0, range.since - EDGE_MS) });
    if (!listed.ok) return { halt: judgeListFailure(listed.failure) };
    if (!listed.value.complete) return { halt: { type: "retry", reason: TOO_MANY } };
    messages.push(...listed.value.messages);
  }
  const ours = messages.filter((message) => message.direction === "outbound-api");
  return { inventory: compareWith(ours, { range, senders, template: deps.config.body, now: deps.now() }) };
}

const TOO_MANY =
  "Twilio has more than 50,000 messages of this time: too many to compare. Use a sender of its own for this form.";

/** The integration's own sender and its connection's, which may have been used before. */
function sendersOf({ config, secrets }: Deps<Config, Secrets>): string[] {
  const all = [config.from, config.messagingServiceSid, secrets.from, secrets.messagingServiceSid];
  return [...new Set(all.filter((one) => one !== undefined))];
}

const isService = (sender: string) => sender.startsWith("MG");

interface About {
  readonly range: InventoryRange;
  readonly senders: readonly string[];
  readonly template: string;
  readonly now: number;
}

const PRESENT: Finding = { type: "present" };
const MISSING: Finding = { type: "missing", again: false };
const textKey = (to: string, body: string) => `${to} ${body}`;
const createdAt = (message: Message) => Date.parse(message.date_created ?? "");
const failed = ({ status }: Message) => failureOf(status, null) !== null;

function compareWith(messages: readonly Message[], { range, senders, template, now }: About): Inventory {
  const bySid = new Map(messages.map((message) => [message.sid, message]));
  const byText = Map.groupBy(messages, ({ to, body }) => textKey(to ?? "", body ?? ""));
  /** SIDs that some delivery accounts for. */
  const accounted = new Set<string>();
  /** Numbers and texts of deliveries that were asked for. */
  const asked = new Set<string>();
  const doubled: string[] = [];
  let doubledCount = 0;
  let shard: number | undefined;

  /** A text with the response's id is nobody else's: all of its copies are of this delivery. */
  function countCopies(response: string, key: string): void {
    const copies = (byText.get(key) ?? []).filter((message) => !failed(message));
    for (const { sid } of copies) accounted.add(sid);
    if (copies.length < 2) return;
    doubledCount += 1;
    if (doubled.length < EXAMPLES_MAX) doubled.push(response);
  }

  /** A text that was given up or is in doubt, and that Twilio has after all. */
  function search({ response, row }: SettledDelivery): Finding {
    const content = readContent(row?.content);
    if (!row || !content) return PRESENT;
    const found = (byText.get(textKey(content.to, content.body)) ?? []).filter(
      (message) =>
        !accounted.has(message.sid) &&
        createdAt(message) >= row.triedAt - BEFORE_MS &&
        createdAt(message) <= row.triedAt + AFTER_MS,
    );
    for (const { sid } of found) accounted.add(sid);
    // Without the response's id it may as well be another's, who is asked for later.
    const [message] = content.body.includes(response) ? found : [];
    return message ? changedTo(message) : PRESENT;
  }

  return {
    find(delivery): Finding {
      const { response, row } = delivery;
      shard ??= parseResponseId(response)?.shard;
      if (row === null) return PRESENT;
      if (row.reference === null) return row.state === "parked" || row.state === "unknown" ? search(delivery) : PRESENT;
      accounted.add(row.reference);
      const content = row.state === "delivered" ? readContent(row.content) : null;
      const key = content && textKey(content.to, content.body);
      if (key !== null) asked.add(key);
      if (key !== null && content?.body.includes(response)) countCopies(response, key);
      const message = bySid.get(row.reference);
      if (message) return isNews(message, row.status) ? changedTo(message) : PRESENT;
      return isMissed(row, { since: range.since, now }) ? MISSING : PRESENT;
    },
    surplus(): Surplus {
      const looksOurs = (message: Message) =>
        asked.has(textKey(message.to ?? "", message.body ?? "")) ||
        (fitsTemplate(message.body ?? "", template) && namesResponse(message.body ?? "", shard, range));
      const strangers = messages.filter(
        (message) =>
          !accounted.has(message.sid) &&
          !failed(message) &&
          createdAt(message) >= range.since + EDGE_MS &&
          isOf(message, senders) &&
          looksOurs(message),
      );
      return { doubled, doubledCount, strangers: strangers.length };
    },
  };
}

function changedTo({ sid, status, error_code: code = null }: Message): Finding {
  return {
    type: "changed",
    reference: sid,
    status,
    rank: stageOf(status)?.rank ?? 0,
    failure: failureOf(status, code),
  };
}

const isNews = ({ status }: Message, known: string | null): boolean =>
  (stageOf(status)?.rank ?? 0) > (stageOf(known ?? "")?.rank ?? 0);

/** Whether the list would have it: it was tried in that time, and has left Twilio's queue. */
function isMissed(row: NonNullable<SettledDelivery["row"]>, { since, now }: { since: number; now: number }): boolean {
  if (row.state !== "delivered" || row.triedAt < since) return false;
  const queued = stageOf(row.status ?? "")?.phase === "open";
  return !queued || now - row.triedAt > QUEUE_MS;
}

function isOf({ from, messaging_service_sid: service }: Message, senders: readonly string[]): boolean {
  return senders.some((sender) => sender === (isService(sender) ? service : from));
}

/** Whether a text has the words that stand around a template's braces, in order. Linear, whoever wrote the text. */
function fitsTemplate(body: string, template: string): boolean {
  let at = 0;
  for (const piece of template.split(/\{\{.*?\}\}/s)) {
    const found = body.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return true;
}

/** Whether a text names a response of this part of the log. */
function namesResponse(body: string, shard: number | undefined, { segment, through }: InventoryRange): boolean {
  return (body.match(/[0-9a-z]{10,}/g) ?? []).some((word) => {
    const address = parseResponseId(word);
    return (
      address?.shard === shard &&
      address !== null &&
      segmentOf(address.position) === segment &&
      address.position <= through
    );
  });
}
