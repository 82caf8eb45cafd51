/**
 * What Twilio checks before it takes a message, in one place: the parameters of a create, or the error that they meet.
 */
import { TwilioError } from "./emulator-errors";
import type { StoredMessage } from "./emulator-state";
import { countSegments } from "./segments";

export interface Account {
  /** Numbers, short codes, names and Messaging Services (MG…) that may send. */
  readonly senders: ReadonlySet<string>;
  hasOptedOut(person: string, sender: string | null): boolean;
}

const E164 = /^\+[1-9]\d{6,14}$/;
const SENDER = /^(\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{1,11})$/;
const BODY_MAX = 1_600;
const [SOONEST_MS, LATEST_MS] = [300_000, 35 * 86_400_000];

/** Numbers of Twilio's test credentials (delivery.md 2.6). */
const MAGIC_TO: Readonly<Record<string, number>> = {
  "+15005550001": 21211,
  "+15005550002": 21612,
  "+15005550003": 21408,
  "+15005550004": 21610,
  "+15005550009": 21614,
};
const MAGIC_FROM: Readonly<Record<string, number>> = {
  "+15005550001": 21212,
  "+15005550007": 21606,
  "+15005550008": 21611,
};

/** The message that these parameters make. Throws TwilioError. */
export function composeMessage(
  params: URLSearchParams,
  account: Account,
  at: { sid: string; now: number },
): StoredMessage {
  const text = (name: string) => params.get(name) || null;
  const [to, from, service, body] = [text("To"), text("From"), text("MessagingServiceSid"), text("Body")];
  if (to === null) throw new TwilioError(21604);
  if (from === null && service === null) throw new TwilioError(21603);
  if (body === null) throw new TwilioError(21602);
  if ([...body].length > BODY_MAX) throw new TwilioError(21617);
  const statusCallback = text("StatusCallback");
  if (statusCallback !== null && !isCallable(statusCallback)) throw new TwilioError(21609);
  if (from !== null) checkSender(from, account);
  if (service !== null && !account.senders.has(service)) throw new TwilioError(20404);
  checkRecipient(to, from, account);
  const sendAt = scheduledFor(params, service, at.now);
  return {
    sid: at.sid,
    direction: "outbound-api",
    status: sendAt !== null ? "scheduled" : service !== null ? "accepted" : "queued",
    to,
    from,
    messagingServiceSid: service,
    body,
    segments: service === null ? countSegments(body).segments : 0,
    errorCode: null,
    createdAt: at.now,
    updatedAt: at.now,
    sentAt: null,
    sendAt,
    statusCallback,
  };
}

function checkSender(from: string, { senders }: Account): void {
  const magic = MAGIC_FROM[from];
  if (magic !== undefined && !senders.has(from)) throw new TwilioError(magic);
  // An unencoded + arrives as a space: such a number is none.
  if (!SENDER.test(from) || from.startsWith(" ")) throw new TwilioError(21212);
  if (!senders.has(from)) throw new TwilioError(21606);
}

function checkRecipient(to: string, from: string | null, account: Account): void {
  if (!E164.test(to)) throw new TwilioError(21211);
  const magic = MAGIC_TO[to];
  if (magic !== undefined) throw new TwilioError(magic);
  if (to === from) throw new TwilioError(21266);
  if (account.hasOptedOut(to, from)) throw new TwilioError(21610);
}

function scheduledFor(params: URLSearchParams, service: string | null, now: number): number | null {
  if (params.get("ScheduleType") !== "fixed") return null;
  if (service === null) throw new TwilioError(35118);
  const sendAt = Date.parse(params.get("SendAt") ?? "");
  // NaN is not between anything.
  if (!(sendAt >= now + SOONEST_MS && sendAt <= now + LATEST_MS)) throw new TwilioError(35114);
  return sendAt;
}

/** "URL must contain a valid hostname and underscores are not allowed" (Messages API, StatusCallback). */
function isCallable(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return /^https?:$/.test(protocol) && hostname !== "" && !hostname.includes("_");
}
