/**
 * Sends the messages of a page. Twilio cannot refuse a repeat, so the engine has committed a row for each entry before
 * this runs, and whatever may have been executed comes back as `unknown`: it is looked for (reconcile.ts), never
 * repeated blindly.
 */
import type { Deps, Entry, Halt, Outcome, Page, PageResult } from "../../core/integration";
import { takeCaps } from "./caps";
import { API_URL, apiUrl, createMessage } from "./client";
import { lookSeconds } from "./look";
import type { Config, Secrets } from "./manifest";
import { contentOf } from "./message";
import { judgeFailure, OPTED_OUT, optOutScope, outcomeOfStatus } from "./outcomes";

/** A Worker has six connections (platform.md 1.2), and Twilio counts those that are open at once (20429). */
const AT_ONCE = 5;
/**
 * So many doubtful answers in a row are an outage: the rest of the page waits for its end. Where nothing got through
 * before, a page of fewer says it too; else one lost answer would stop everybody.
 */
const OUTAGE_AFTER = 3;

/** Sends at most 5 at a time. Entries without an outcome were certainly not executed; `halt` says why. */
export async function deliverPage(page: Page, deps: Deps<Config, Secrets>): Promise<PageResult> {
  const sender = senderOf(deps);
  const outcomes = new Map<number, Outcome>();
  if (!sender) return { outcomes, halt: { type: "blocked", reason: NO_SENDER } };
  const scope = optOutScope(deps.secrets);
  // A person who retries a delivery by hand may know more than the list: then Twilio is asked.
  const asked = page.entries.filter((entry) => entry.response.erasedAt === null && !entry.attempted?.byHand);
  const optedOut = await deps.optOuts.find(
    scope,
    asked.map((entry) => contentOf(entry).to),
  );
  for (const entry of asked) if (optedOut.has(contentOf(entry).to)) outcomes.set(entry.position, OPTED_OUT);
  const caps = await takeCaps(
    page.entries.filter((entry) => entry.response.erasedAt === null && !outcomes.has(entry.position)),
    deps,
  );
  for (const [position, outcome] of caps.over) outcomes.set(position, outcome);
  const waiting = page.entries.filter((entry) => !outcomes.has(entry.position));
  const outage = page.failing ? Math.min(OUTAGE_AFTER, waiting.length) : OUTAGE_AFTER;
  let halt: Halt | undefined;
  let doubtful = 0;
  const work = async () => {
    for (let entry = waiting.shift(); entry; entry = halt ? undefined : waiting.shift()) {
      const result = await sendOne(entry, sender, deps);
      await keepOptOuts(deps, { entry, result });
      if ("halt" in result) {
        halt = worse(halt, result.halt);
        continue;
      }
      outcomes.set(entry.position, result.outcome);
      doubtful = result.outcome.type === "unknown" ? doubtful + 1 : 0;
      if (doubtful >= outage) halt ??= { type: "retry", reason: "Twilio does not answer." };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  // A count that stays too high is a small harm; losing the outcomes of what was sent would be a great one.
  if (halt) await caps.giveBack(page.entries.filter((entry) => !outcomes.has(entry.position))).catch(() => {});
  return { outcomes, ...(halt && { halt }) };
}

/** A refusal that somebody must mend says more than "later". */
const worse = (a: Halt | undefined, b: Halt): Halt => (a && b.type !== "blocked" ? a : b);

export const NO_SENDER =
  "There is no sender. Give the integration or its connection a number (from) or a Messaging Service.";

/** The parameters that name the sender, the integration's own before its connection's; null when there are none. */
export function senderOf({ config, secrets }: Deps<Config, Secrets>): Record<string, string> | null {
  const own = config.from !== undefined || config.messagingServiceSid !== undefined;
  const { from, messagingServiceSid } = own ? config : secrets;
  if (from === undefined && messagingServiceSid === undefined) return null;
  return { ...(from && { From: from }), ...(messagingServiceSid && { MessagingServiceSid: messagingServiceSid }) };
}

type Sent = { readonly outcome: Outcome } | { readonly halt: Halt };

async function sendOne(entry: Entry, sender: Record<string, string>, deps: Deps<Config, Secrets>): Promise<Sent> {
  if (entry.response.erasedAt !== null) {
    const outcome: Outcome = { type: "skipped", reason: "The response was erased." };
    return { outcome };
  }
  const { to, body } = contentOf(entry);
  const callback = callbackUrl(entry, deps);
  const { validitySeconds } = deps.config;
  const params = {
    To: to,
    ...sender,
    Body: body,
    ...(callback && { StatusCallback: callback }),
    ...(validitySeconds !== undefined && { ValidityPeriod: String(validitySeconds) }),
  };
  const result = await createMessage(deps, params);
  if (!result.ok) return judgeFailure(result.failure, lookSeconds(deps.settings)[0]);
  const { sid, status, error_code: code = null } = result.value;
  return { outcome: outcomeOfStatus({ reference: sid, status, code }) };
}

/** Mirrors what Twilio says: error 21610 puts a number on the list, a message that it takes after all takes it off. */
async function keepOptOuts(
  { optOuts, secrets }: Deps<Config, Secrets>,
  { entry, result }: { entry: Entry; result: Sent },
): Promise<void> {
  if (!("outcome" in result)) return;
  const scope = optOutScope(secrets);
  if (result.outcome === OPTED_OUT) await optOuts.add(scope, contentOf(entry).to);
  else if (entry.attempted?.byHand && result.outcome.type === "delivered")
    await optOuts.remove(scope, contentOf(entry).to);
}

/**
 * Where Twilio reports, if it is to; null when it could not get there: it refuses such an address (21609), and the
 * message with it.
 */
function callbackUrl({ delivery }: Entry, { config, publicUrl, settings }: Deps<Config, Secrets>): string | null {
  if (!(config.statusCallbacks ?? settings.TWILIO_STATUS_CALLBACKS === "on")) return null;
  if (publicUrl === null || !URL.canParse(publicUrl)) return null;
  const real = new URL(apiUrl(settings)).host === new URL(API_URL).host;
  return real && isLoopback(new URL(publicUrl).hostname) ? null : `${publicUrl}/hooks/twilio/${delivery}`;
}

const isLoopback = (host: string) => /^(localhost|.*\.localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\])$/.test(host);
