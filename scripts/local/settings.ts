/** What `npm start` is told by the shell and by `.dev.vars` (the shell wins), checked before anything starts. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import { readConfig } from "../../src/config";

export interface LocalSettings {
  readonly port: number;
  /** Folder of all local state, absolute. */
  readonly state: string;
  /** Variables for the workers. */
  readonly vars: Readonly<Record<string, string>>;
  readonly emulate: { readonly google: boolean; readonly twilio: boolean };
}

const PASSED = [
  "GOOGLE_SHEETS_URL",
  "GOOGLE_TOKEN_URL",
  "TWILIO_API_URL",
  "GOOGLE_SERVICE_ACCOUNT",
  "TWILIO_ACCOUNT_SID",
  "TWILIO_AUTH_TOKEN",
  "TWILIO_FROM",
  "TWILIO_LOOK_SECONDS",
  "PUBLIC_URL",
  "FORMLOG_ROOT_KEY",
  "FORMLOG_ENCRYPTION_KEY",
];

/** Reads and checks the settings. Throws a TypeError with one line that says what to change. */
export function readSettings(root: string, shell: NodeJS.ProcessEnv): LocalSettings {
  const file = path.join(root, ".dev.vars");
  const given = { ...(existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {}), ...shell };
  const vars: Record<string, string> = {};
  for (const name of PASSED) if (given[name]) vars[name] = given[name];
  readConfig(vars);
  const port = Number(given.PORT ?? 8787);
  if (!Number.isInteger(port) || port < 1 || port > 65_533) {
    throw new TypeError(`PORT is "${given.PORT}"; it must be a number from 1 to 65533.`);
  }
  const missing = ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"].filter((name) => !vars[name]);
  if (missing.length === 1) throw new TypeError(`${missing[0]} is missing: Twilio needs account SID and auth token.`);
  return {
    port,
    state: path.resolve(root, given.FORMLOG_STATE ?? ".formlog"),
    vars,
    emulate: {
      google: !vars.GOOGLE_SHEETS_URL && !vars.GOOGLE_SERVICE_ACCOUNT,
      twilio: !vars.TWILIO_API_URL && !vars.TWILIO_ACCOUNT_SID,
    },
  };
}
