/** Twilio's reports about a message (status callbacks): verified, and read into what the engine keeps. */
import type { CallbackRequest, CallbackResult, Deps } from "../../core/integration";
import type { Config, Secrets } from "./manifest";
import { optOutScope, outcomeOfStatus, STOPPED } from "./outcomes";
import { verifySignature } from "./signature";
import { stageOf } from "./statuses";

/** Checks the signature, then reads the status. Parameters that it does not know are left alone: Twilio adds some. */
export async function readCallback(request: CallbackRequest, deps: Deps<Config, Secrets>): Promise<CallbackResult> {
  const { url, headers, body } = request;
  const signature = headers.get("x-twilio-signature");
  if (!(await verifySignature(deps.secrets.authToken, { url, signature, body }))) {
    return { type: "refused", reason: "The signature is not Twilio's. Check the Auth Token and PUBLIC_URL." };
  }
  const params = new URLSearchParams(body);
  const reference = params.get("MessageSid") ?? "";
  const status = (params.get("MessageStatus") ?? "").toLowerCase();
  const rank = stageOf(status)?.rank;
  if (rank === undefined || !/^(SM|MM)\w+$/.test(reference)) return { type: "ignored" };
  const code = Number(params.get("ErrorCode")) || null;
  const to = params.get("To");
  if (code === STOPPED && to) await deps.optOuts.add(optOutScope(deps.secrets), to);
  return { type: "report", reference, status, rank, outcome: outcomeOfStatus({ reference, status, code }) };
}
