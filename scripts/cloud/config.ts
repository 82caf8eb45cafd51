/** wrangler configs for a deployment: the ones in the repository, with the account's own database filled in. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { catalog } from "../../src/integrations/kinds";
import { API_CONFIG } from "./api-config";
import { GATEWAY_CONFIG } from "./gateway-config";
import { kindConfigFile } from "./kind-config";
import { furtherShards, withShards } from "./shards";
import { named, type Stage } from "./stage";

/** The worker with the whole application, and the one before it that the public reaches. */
export const API = "formlog";
export const GATEWAY = "formlog-gateway";

export interface WorkerConfig {
  readonly name: string;
  readonly source: string;
}

/** Every worker, in the order of deployment: those that others are bound to come first. */
export function workerConfigs(stage: Stage = "production"): WorkerConfig[] {
  const kinds = catalog.map(({ kind }) => ({
    name: named(`formlog-${kind}`, stage),
    source: kindConfigFile(kind),
  }));
  const api = { name: named(API, stage), source: API_CONFIG };
  return [...kinds, api, { name: named(GATEWAY, stage), source: GATEWAY_CONFIG }];
}

/** Ids of the account's databases, by their names. */
export type DatabaseIds = Readonly<Record<string, string>>;

interface Account {
  readonly databases: DatabaseIds;
  /** Whether backups are made; without them no bucket is bound. */
  readonly backups: boolean;
  readonly stage: Stage;
}

/** A config's text with what the account has, names of the stage, and with paths that hold from any folder. */
export function fillIn(text: string, { folder, databases, backups, stage }: Account & { folder: string }): string {
  const filled = (backups ? text : text.replace(/^\[\[r2_buckets\]\]\n(?:\w.*\n)+/gm, ""))
    .replace(
      /^(name|queue|dead_letter_queue|service|bucket_name|database_name) = "(formlog.*)"$/gm,
      (_, key, name) => `${key} = "${named(name, stage)}"`,
    )
    // Counters of the same namespace are shared by all workers of an account.
    .replace(/^namespace_id = "(\d+)"$/gm, (line, id) => (stage === "production" ? line : `namespace_id = "1${id}"`))
    .replace(/^database_name = "(.*)"\ndatabase_id = ".*"$/gm, (_, name) => {
      const id = databases[name];
      if (id === undefined) throw new Error(`There is no database ${name}.`);
      return `database_name = "${name}"\ndatabase_id = "${id}"`;
    });
  return absolute(filled, folder);
}

const absolute = (text: string, folder: string): string =>
  text.replace(
    /^(main|migrations_dir) = "(.*)"$/gm,
    (_, key, value) => `${key} = ${JSON.stringify(path.resolve(folder, value))}`,
  );

/** A config's text with every shard, and with paths that hold from any folder. */
export function wholeConfig(root: string, source: string, shards: number): string {
  const text = withShards(readFileSync(path.join(root, source), "utf8"), shards, path.join(root, "migrations"));
  return absolute(text, path.dirname(path.join(root, source)));
}

/** Writes the filled-in config below .wrangler/ (which git ignores) and returns its path. */
export function writeConfig(root: string, worker: WorkerConfig, account: Account): string {
  const folder = path.join(root, ".wrangler/deploy");
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${worker.name}.toml`);
  const text = wholeConfig(root, worker.source, furtherShards());
  writeFileSync(file, fillIn(text, { folder, ...account }));
  return file;
}
