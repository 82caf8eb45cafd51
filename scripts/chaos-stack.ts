/**
 * `npm run chaos:stack [-- --responses N --kills N --faults 0.2 --outage SECONDS --rate N --seed N --drain N] [--
 * FILE]`: the whole local stack killed under load, a large backlog drained, and other servers in the place of Google
 * and Twilio.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { readOptions } from "./options";

const NAMES = ["responses", "kills", "faults", "outage", "rate", "seed", "drain"] as const;
const text = { type: "string" } as const;
const { values, positionals } = readOptions(
  "npm run chaos:stack [-- --responses N --kills N --faults 0.2 --outage SECONDS --rate N --seed N --drain N]",
  {
    options: { responses: text, kills: text, faults: text, outage: text, rate: text, seed: text, drain: text },
    allowPositionals: true,
  },
);
const given = NAMES.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]] as const]));
for (const [name, value] of given) {
  if (Number.isFinite(Number(value)) && Number(value) >= 0 && value !== "") continue;
  console.error(`--${name} is "${value}"; it must be a number.`);
  process.exit(1);
}
const root = path.resolve(import.meta.dirname, "..");
const vitest = path.join(root, "node_modules/vitest/vitest.mjs");
// Not intercepted: the run takes its time, and says meanwhile how far it is.
const args = [vitest, "run", ...positionals, "--project", "chaos", "--disable-console-intercept"];
const { status } = spawnSync(process.execPath, args, {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, ...Object.fromEntries(given.map(([name, value]) => [`CHAOS_${name.toUpperCase()}`, value])) },
});
process.exit(status ?? 1);
