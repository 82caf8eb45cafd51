/** Messages from people to one of the account's numbers, and the words by which they opt out and in again. */
import type { ApiContext } from "./emulator-api";
import { countSegments } from "./segments";

/** Default keywords of long codes (delivery.md 2.6); the whole message, in any case. */
const STOP = new Set("STOP UNSUBSCRIBE END QUIT STOPALL REVOKE OPTOUT CANCEL".split(" "));
const START = new Set("START YES UNSTOP".split(" "));

/** Stores the message; STOP and START change the opt-out list first. */
export function receive(
  { store, now, random }: ApiContext,
  { from, to, body }: { from: string; to: string; body: string },
): void {
  const word = body.trim().toUpperCase();
  if (STOP.has(word) || START.has(word)) store.opt(from, to, STOP.has(word));
  const at = now();
  store.put({
    sid: `SM${Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join("")}`,
    direction: "inbound",
    status: "received",
    to,
    from,
    messagingServiceSid: null,
    body,
    segments: countSegments(body).segments,
    errorCode: null,
    createdAt: at,
    updatedAt: at,
    sentAt: at,
    sendAt: null,
    statusCallback: null,
  });
}
