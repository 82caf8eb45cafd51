/**
 * `npm run verify:twilio [-- --to +44…]`: does Twilio do what Formlog builds on? Free of charge without `--to`; with
 * it, one text goes to that number. Exit code 1: something does not hold.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import { manifest, SecretsSchema } from "../src/integrations/twilio-sms/manifest";
import { readOptions } from "./options";
import { checkByText, checkForFree, checkMagicNumbers, type Finding, type Sender } from "./twilio/checks";
import { openWire } from "./twilio/wire";

const { values } = readOptions("npm run verify:twilio [-- --to +44… --wait SECONDS]", {
  options: { to: { type: "string" }, wait: { type: "string" } },
});

/** Ends with a sentence that says what to do. */
function stop(sentence: string): never {
  console.error(sentence);
  process.exit(2);
}

const file = path.resolve(import.meta.dirname, "../.dev.vars");
const settings = { ...(existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {}), ...process.env };
const secrets = SecretsSchema.safeParse(manifest.secretsFromEnv(settings)).data;
if (!secrets) {
  stop("Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM, in the environment or in .dev.vars.");
}
const { from, messagingServiceSid } = secrets;
const service = messagingServiceSid ? { MessagingServiceSid: messagingServiceSid } : null;
const sender: Sender | null = from ? { From: from } : service;
const waitSeconds = Number(values.wait ?? 120);
if (!Number.isInteger(waitSeconds) || waitSeconds < 1) stop(`--wait is "${values.wait}"; it must be whole seconds.`);
if (values.to !== undefined && !/^\+[1-9]\d{6,14}$/.test(values.to)) {
  stop("--to must be a number of yours with its country code, such as +447700900123.");
}
if (values.to !== undefined && !sender) stop("There is no sender: set TWILIO_FROM to send a text.");
const test = SecretsSchema.safeParse({
  accountSid: settings.TWILIO_TEST_ACCOUNT_SID,
  authToken: settings.TWILIO_TEST_AUTH_TOKEN,
}).data;

const wire = openWire(secrets, settings);
const time = { now: Date.now, sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)) };
const findings: Finding[] = [];
try {
  await show(checkForFree(wire, sender));
  if (test) await show(checkMagicNumbers(openWire(test, settings)));
  if (values.to && sender) await show(checkByText(wire, { to: values.to, sender, time, waitSeconds }));
} catch (error) {
  stop(`Twilio can't be reached: ${error instanceof Error ? error.message : String(error)}`);
}
if (!test) console.log("With TWILIO_TEST_ACCOUNT_SID and TWILIO_TEST_AUTH_TOKEN Twilio's test numbers are tried too.");
if (!values.to) console.log("With --to and a number of yours one text is sent, and the lag of Twilio's list measured.");
const wrong = findings.filter(({ holds }) => holds === false).length;
const untried = findings.filter(({ holds }) => holds === null).length;
const tried = findings.length - untried;
console.log(
  `\n${wrong === 0 ? `All ${tried} assumptions that were tried hold` : `${wrong} of ${tried} assumptions do not hold`}; ${untried} not tried.`,
);
process.exit(wrong === 0 ? 0 : 1);

async function show(checks: AsyncIterable<Finding>): Promise<void> {
  for await (const finding of checks) {
    findings.push(finding);
    const holds = finding.holds === null ? " – " : finding.holds ? "yes" : "NO ";
    console.log(`${holds}  ${finding.assumption}\n       seen: ${finding.seen}`);
  }
}
