/**
 * `npm run verify:google -- --spreadsheet ID`: does Google Sheets do what Formlog builds on? Works on a tab of its own,
 * which it takes away again; about 25 writes of the 60 that an account has in a minute. Exit code 1: something does not
 * hold.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import { ConfigSchema, SecretsSchema } from "../src/integrations/google-sheets/manifest";
import { type Finding, runChecks } from "./google/checks";
import { openWire } from "./google/wire";
import { readOptions } from "./options";

const { values } = readOptions("npm run verify:google -- --spreadsheet <its address or id>", {
  options: { spreadsheet: { type: "string" } },
});

/** Ends with a sentence that says what to do. */
function stop(sentence: string): never {
  console.error(sentence);
  process.exit(2);
}

const file = path.resolve(import.meta.dirname, "../.dev.vars");
const settings = { ...(existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {}), ...process.env };
if (!values.spreadsheet) stop("Say which spreadsheet: npm run verify:google -- --spreadsheet <its address or id>");
if (!settings.GOOGLE_SERVICE_ACCOUNT)
  stop(
    "Set GOOGLE_SERVICE_ACCOUNT, in the environment or in .dev.vars, to the content of the service account's JSON file.",
  );
const config = ConfigSchema.safeParse({ spreadsheetId: values.spreadsheet });
if (!config.success) stop(`--spreadsheet: ${config.error.issues[0]?.message}`);
const secrets = SecretsSchema.safeParse(settings.GOOGLE_SERVICE_ACCOUNT);
if (!secrets.success) stop(`GOOGLE_SERVICE_ACCOUNT: ${secrets.error.issues[0]?.message}`);

const { spreadsheetId } = config.data;
const wire = openWire(spreadsheetId, secrets.data, settings);
const token = Date.now().toString(36);
const sheetId = Number.parseInt(token, 36) % 2 ** 30;
const title = `formlog verify ${token}`;
const gridProperties = { rowCount: 50, columnCount: 6 };
const made = await wire.client.batchUpdate([{ addSheet: { properties: { sheetId, title, gridProperties } } }]);
if (!made.ok) {
  const why = made.failure.type === "halt" ? made.failure.halt.reason : "A tab can't be made.";
  stop(`${why} (${wire.last()})`);
}

const findings: Finding[] = [];
let broken: unknown = null;
try {
  for await (const finding of runChecks({ wire, sheetId, title, token })) {
    findings.push(finding);
    console.log(`${finding.holds ? "yes" : "NO "}  ${finding.assumption}\n       seen: ${finding.seen}`);
  }
} catch (error) {
  broken = error;
}
const removed = await cleanUp();
if (broken) stop(`The checks ended early: ${broken instanceof Error ? broken.message : String(broken)}`);
const wrong = findings.filter(({ holds }) => !holds);
console.log(
  wrong.length === 0
    ? `\nAll ${findings.length} assumptions hold for ${spreadsheetId}.`
    : `\n${wrong.length} of ${findings.length} assumptions do not hold. Where no fence holds, Formlog goes by the id column by itself.`,
);
if (!removed) console.log(`The tab "${title}" could not be deleted; please delete it.`);
process.exit(wrong.length === 0 ? 0 : 1);

/** Takes away the named ranges of this run, then its tab. */
async function cleanUp(): Promise<boolean> {
  const read = await wire.client.getSpreadsheet({ fields: "namedRanges" });
  const ours = read.ok ? (read.value.namedRanges ?? []).filter(({ name = "" }) => name.includes(`verify${token}`)) : [];
  for (const { namedRangeId } of ours) await wire.client.batchUpdate([{ deleteNamedRange: { namedRangeId } }]);
  return (await wire.client.batchUpdate([{ deleteSheet: { sheetId } }])).ok;
}
