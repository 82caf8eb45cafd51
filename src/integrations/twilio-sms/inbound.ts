/**
 * Messages that people send to our numbers (Twilio's inbound webhook): STOP and START change the opt-out list of the
 * account, anything else is left alone. The answer is an empty TwiML document: nothing is sent back.
 */
import type { CallbackRequest, Deps, InboundResult } from "../../core/integration";
import type { Config, Secrets } from "./manifest";
import { optOutScope } from "./outcomes";
import { verifySignature } from "./signature";

/** Twilio's default keywords of long codes (delivery.md 2.6): the whole message, in any case. */
const STOP: ReadonlySet<string> = new Set("STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT".split(" "));
const START: ReadonlySet<string> = new Set("START YES UNSTOP".split(" "));
const E164 = /^\+[1-9]\d{6,14}$/;

const EMPTY: InboundResult = { type: "answered", contentType: "text/xml", body: "<Response></Response>" };

/** Checks the signature, then heeds the word. Repeats change nothing. */
export async function readInbound(request: CallbackRequest, deps: Deps<Config, Secrets>): Promise<InboundResult> {
  const { url, headers, body } = request;
  const signature = headers.get("x-twilio-signature");
  if (!(await verifySignature(deps.secrets.authToken, { url, signature, body }))) {
    return { type: "refused", reason: "The signature is not Twilio's. Check the Auth Token and PUBLIC_URL." };
  }
  const params = new URLSearchParams(body);
  const from = params.get("From") ?? "";
  const wish = wishOf(params);
  if (wish === null || !E164.test(from)) return EMPTY;
  const scope = optOutScope(deps.secrets);
  if (wish === "stop") await deps.optOuts.add(scope, from);
  else await deps.optOuts.remove(scope, from);
  return EMPTY;
}

/** Advanced Opt-Out has read the message already, in the account's own words: what it says goes first. */
function wishOf(params: URLSearchParams): "stop" | "start" | null {
  const word = (params.get("OptOutType") ?? params.get("Body") ?? "").trim().toUpperCase();
  if (STOP.has(word)) return "stop";
  return START.has(word) ? "start" : null;
}
