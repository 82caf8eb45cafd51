/**
 * `npm run audit`: fails when a package that is deployed has a known weakness of high or critical severity, but for the
 * exceptions in scripts/audit/exceptions.json. Where the registry does not answer it says so and passes: nothing is
 * known then.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { ExceptionsSchema, judge } from "./audit/judge";

const ANSWER_MS = 60_000;

const file = path.join(import.meta.dirname, "audit/exceptions.json");
const exceptions = ExceptionsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
// npm ends with 1 when it found something and when it could not ask: what it printed tells which.
const { stdout } = spawnSync("npm", ["audit", "--omit=dev", "--json"], { encoding: "utf8", timeout: ANSWER_MS });
const { answered, refused, excused } = judge(stdout ?? "", exceptions, new Date().toISOString().slice(0, 10));

if (!answered) console.log("audit: the registry did not answer; nothing is known of the packages' weaknesses");
for (const line of excused) console.log(`audit: excused: ${line}`);
for (const line of refused) console.error(`audit: ${line}`);
if (answered && refused.length === 0) console.log("audit: no known weakness of high or critical severity is deployed");
process.exitCode = refused.length > 0 ? 1 : 0;
