/**
 * What happens to a message after it was taken: its statuses, step by step, and the signed callbacks that tell of them.
 */
import * as z from "zod";
import { withTimeLimit } from "../../core/time-limit";
import { type FaultInput, strike } from "./emulator-faults";
import type { Store, StoredMessage } from "./emulator-state";
import { countSegments } from "./segments";
import { signRequest } from "./signature";

export interface LifeContext {
  readonly accountSid: string;
  readonly authToken: string;
  readonly senders: ReadonlySet<string>;
  readonly store: Store;
  readonly faults: FaultInput[];
  readonly stats: Record<string, number>;
  /** Error code by recipient: their messages are not delivered. */
  readonly undeliverable: ReadonlyMap<string, number>;
  readonly deliverCallback: (request: Request) => Promise<unknown>;
  readonly now: () => number;
  readonly random: () => number;
}

const CALLBACKS_AT_ONCE = 20;
/** Twilio's default is one repeat of a callback that failed (delivery.md 2.5, `rc`). */
const TRIES = 2;
/** Twilio gives a callback 15 seconds in all (delivery.md 2.5). */
const CALLBACK_MS = 15_000;

/** Takes every open message one step further and tells of it. Resolves when the callbacks are answered or given up. */
export async function advance(context: LifeContext): Promise<number> {
  const { store, faults, random } = context;
  const changed: StoredMessage[] = [];
  for (const sid of [...store.open]) {
    const message = store.messages.get(sid);
    const next = message && step(message, context);
    if (!next) continue;
    store.put(next);
    changed.push(next);
  }
  const told = changed.filter((message) => message.statusCallback !== null && !strike(faults, "callback", random));
  for (let at = 0; at < told.length; at += CALLBACKS_AT_ONCE) {
    await Promise.all(told.slice(at, at + CALLBACKS_AT_ONCE).map((message) => tell(message, context)));
  }
  return changed.length;
}

/** The message after its next step; null while a scheduled one waits. */
function step(message: StoredMessage, context: LifeContext): StoredMessage | null {
  const now = context.now();
  const moved = { ...message, updatedAt: now };
  switch (message.status) {
    case "scheduled":
      return now >= (message.sendAt ?? 0) ? { ...moved, status: "accepted" } : null;
    case "accepted": {
      // A Messaging Service chooses its sender now.
      const number = [...context.senders].find((sender) => sender.startsWith("+")) ?? "+15005550006";
      const { segments } = countSegments(message.body);
      return { ...moved, status: "queued", from: message.from ?? number, segments };
    }
    case "queued":
      return { ...moved, status: "sending" };
    case "sending":
      return { ...moved, status: "sent", sentAt: now };
    default: {
      const code = context.undeliverable.get(message.to);
      return code === undefined
        ? { ...moved, status: "delivered" }
        : { ...moved, status: "undelivered", errorCode: code };
    }
  }
}

/** Callbacks are lossy: whoever relies on them alone is to find that out here. */
async function tell(message: StoredMessage, context: LifeContext): Promise<void> {
  const { statusCallback: url } = message;
  if (url === null) return;
  const { stats, random } = context;
  const count = (name: string) => {
    stats[name] = (stats[name] ?? 0) + 1;
  };
  const token = Array.from({ length: 4 }, () => random().toString(16).slice(2, 10)).join("-");
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    count("callback");
    try {
      const call = async (signal: AbortSignal) =>
        context.deliverCallback(await callbackRequest(url, token, { message, context, signal }));
      if (isTaken(await withTimeLimit(CALLBACK_MS, call))) return;
    } catch {
      // Nobody answered: one more failure.
    }
    count("callback_failed");
  }
  count("callback_lost");
}

/** By shape: @hono/node-server replaces the global Response, and an answer of fetch is then no instance of it. */
const Answer = z.object({ status: z.number() });

function isTaken(answer: unknown): boolean {
  const parsed = Answer.safeParse(answer);
  return parsed.success && parsed.data.status >= 200 && parsed.data.status < 300;
}

/** The request of one try; `token` is the same over all tries of a callback. */
async function callbackRequest(
  url: string,
  token: string,
  { message, context, signal }: { message: StoredMessage; context: LifeContext; signal: AbortSignal },
): Promise<Request> {
  const { accountSid, authToken } = context;
  const { sid, status, to, from, messagingServiceSid, errorCode } = message;
  const params = new URLSearchParams({
    AccountSid: accountSid,
    ApiVersion: "2010-04-01",
    MessageSid: sid,
    MessageStatus: status,
    SmsSid: sid,
    SmsStatus: status,
    To: to,
    ...(from !== null && { From: from }),
    ...(messagingServiceSid !== null && { MessagingServiceSid: messagingServiceSid }),
    ...(errorCode !== null && { ErrorCode: String(errorCode) }),
    ...(status === "delivered" && { RawDlrDoneDate: dlrDate(message.updatedAt) }),
  });
  return new Request(url, {
    method: "POST",
    body: params,
    headers: {
      "x-twilio-signature": await signRequest(authToken, url, params),
      "i-twilio-idempotency-token": token,
    },
    redirect: "manual",
    signal,
  });
}

/** YYMMDDhhmm */
const dlrDate = (ms: number) => new Date(ms).toISOString().replace(/\D/g, "").slice(2, 12);
