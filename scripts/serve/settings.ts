/**
 * What `npm run serve` is told by its environment and by formlog.env (the environment wins), checked before anything
 * starts.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import { OWN_VARIABLES, readConfig } from "../../src/config";
import type { Settings } from "../../src/core/setting";
import { catalog } from "../../src/integrations/kinds";

export interface ServeSettings {
  readonly host: string;
  readonly port: number;
  /** Folder of all state, absolute. */
  readonly state: string;
  readonly privateNetwork: boolean;
  /** Variables for the workers. */
  readonly vars: Settings;
}

const FILE = "formlog.env";
const REQUIRED = ["FORMLOG_ROOT_KEY", "FORMLOG_ENCRYPTION_KEY", "PUBLIC_URL"];
const PASSED = [...OWN_VARIABLES, ...catalog.flatMap(({ settings = {} }) => Object.keys(settings))];

/** Reads and checks the settings. Throws a TypeError with one line that says what to change, and never a value. */
export function readServeSettings(root: string, shell: Settings): ServeSettings {
  const file = path.resolve(root, shell.FORMLOG_ENV_FILE ?? FILE);
  if (shell.FORMLOG_ENV_FILE && !existsSync(file)) throw new TypeError(`FORMLOG_ENV_FILE: there is no ${file}.`);
  const given: Settings = { ...(existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {}), ...shell };
  const missing = REQUIRED.filter((name) => !given[name]);
  if (missing.length > 0) {
    throw new TypeError(`Set ${missing.join(", ")} in the environment or in ${file} (docs/operating.md says how).`);
  }
  const vars = Object.fromEntries(PASSED.flatMap((name) => (given[name] ? [[name, given[name]]] : [])));
  readConfig(vars, catalog);
  const port = Number(given.PORT ?? 8787);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new TypeError("PORT must be a number from 1 to 65535.");
  return {
    host: given.HOST ?? "127.0.0.1",
    port,
    state: path.resolve(root, given.FORMLOG_STATE ?? ".formlog-server"),
    privateNetwork: given.FORMLOG_PRIVATE_NETWORK === "1",
    vars,
  };
}
