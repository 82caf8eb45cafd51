/**
 * The one call of this kind, over an injected fetch. Redirects are not followed, and of the answer only its beginning
 * is read.
 */
import type { AttemptRecord, Deps } from "../../core/integration";
import { withTimeLimit } from "../../core/time-limit";
import type { Config, Secrets } from "./manifest";
import { readRetryAfter } from "./schedule";
import type { Signer } from "./sign";

const TIMEOUT_SECONDS = 15;
/** Bytes of an answer that are kept for people to read. */
const SHOWN_BYTES = 4_096;
/** Bytes of an answer that says something of the response at most: it is read whole. */
const SIGNED_BYTES = 16_384;

/** What came of a call. */
export interface Attempt extends AttemptRecord {
  /** Seconds; null: the receiver asked for no pause. */
  readonly retryAfter: number | null;
  /** The answer as it came; null: the event was not taken. */
  readonly heard: Heard | null;
}

/** What a receiver answered that took the event; answer.ts reads it. */
export interface Heard {
  readonly headers: Headers;
  readonly body: string;
  /** It is longer than what is read. */
  readonly cut: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Signs and sends an event. Every failure is a value; nothing here throws. */
export async function sendEvent(
  deps: Deps<Config, Secrets>,
  sign: Signer,
  event: { readonly id: string; readonly body: string },
): Promise<Attempt> {
  const at = deps.now();
  const timestamp = Math.floor(at / 1000);
  const signature = await sign({ ...event, timestamp });
  const headers = new Headers({ ...deps.config.headers, ...deps.secrets.headers });
  headers.set("content-type", "application/json");
  headers.set("user-agent", "Formlog-Webhook/1.0");
  headers.set("webhook-id", event.id);
  headers.set("webhook-timestamp", String(timestamp));
  headers.set("webhook-signature", signature);
  const { url } = deps.config;
  const call = async (signal: AbortSignal): Promise<Attempt> => {
    const request = new Request(url, { method: "POST", headers, body: event.body, redirect: "manual", signal });
    return readAttempt(await deps.fetch(request), at, deps);
  };
  try {
    return await withTimeLimit(TIMEOUT_SECONDS * 1000, call);
  } catch (error) {
    const timedOut = error instanceof Error && error.name === "TimeoutError";
    const answer = timedOut ? `There was no answer within ${TIMEOUT_SECONDS} seconds.` : "The connection failed.";
    return { at, milliseconds: deps.now() - at, status: null, answer, retryAfter: null, heard: null };
  }
}

async function readAttempt(response: Response, at: number, deps: Pick<Deps, "now">): Promise<Attempt> {
  const { ok, status, headers: said } = response;
  const signed = ok && said.has("webhook-signature");
  const reading = readBeginning(response, signed ? SIGNED_BYTES + 1 : SHOWN_BYTES);
  // Its status is what counts, and a body that breaks off changes nothing; but what is signed has something to say.
  const bytes = await (signed ? reading : reading.catch(() => new Uint8Array()));
  const now = deps.now();
  const heard = ok ? { headers: said, body: textOf(bytes), cut: bytes.length > SIGNED_BYTES, at: now } : null;
  const answer = textOf(bytes.subarray(0, SHOWN_BYTES)).replaceAll("\0", "\uFFFD");
  const retryAfter = readRetryAfter(said.get("retry-after"), now);
  return { at, milliseconds: now - at, status, answer, retryAfter, heard };
}

/** The first bytes of a body, so many at most; the rest is not read. */
async function readBeginning({ body }: Response, most: number): Promise<Uint8Array> {
  if (!body) return new Uint8Array();
  const reader = body.getReader();
  const bytes = new Uint8Array(most);
  let length = 0;
  while (length < most) {
    const { done, value } = await reader.read();
    if (done) break;
    const part = value.subarray(0, most - length);
    bytes.set(part, length);
    length += part.length;
  }
  await reader.cancel().catch(() => {});
  return bytes.subarray(0, length);
}

// A mark at the beginning is signed with the rest.
const textOf = (bytes: Uint8Array): string => new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(bytes);
