/** What `npm start` is told by the shell and by `.dev.vars` (the shell wins), checked before anything starts. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import { OWN_VARIABLES, readConfig } from "../../src/config";
import { catalog } from "../../src/integrations/kinds";
import { furtherShards } from "../cloud/shards";

export interface LocalSettings {
  readonly port: number;
  /** Folder of all local state, absolute. */
  readonly state: string;
  /** Databases beside DB that hold responses. */
  readonly shards: number;
  /** Variables for the workers. */
  readonly vars: Readonly<Record<string, string>>;
  /** Whether there is to be a demo: a backup is restored into an installation without one. */
  readonly demo: boolean;
}

const PASSED = [...OWN_VARIABLES, ...catalog.flatMap(({ settings = {} }) => Object.keys(settings))];
/** The emulators take the ports behind it. */
const PORT_MAX = 65_500;

/** Reads and checks the settings. Throws a TypeError with one line that says what to change. */
export function readSettings(root: string, shell: NodeJS.ProcessEnv): LocalSettings {
  const file = path.join(root, ".dev.vars");
  const given = { ...(existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {}), ...shell };
  const vars: Record<string, string> = {};
  for (const name of PASSED) if (given[name]) vars[name] = given[name];
  readConfig(vars, catalog);
  const port = Number(given.PORT ?? 8787);
  if (!Number.isInteger(port) || port < 1 || port > PORT_MAX) {
    throw new TypeError(`PORT is "${given.PORT}"; it must be a number from 1 to ${PORT_MAX}.`);
  }
  return {
    port,
    state: path.resolve(root, given.FORMLOG_STATE ?? ".formlog"),
    shards: furtherShards(given),
    vars,
    demo: given.FORMLOG_DEMO !== "off",
  };
}
