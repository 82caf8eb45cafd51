/**
 * Further shards: databases DB_1, DB_2 … of wrangler.toml, in the configs of all workers. Only the API's config names
 * them by hand; those of the kinds get them from there.
 */
import { readFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");

export interface ShardDatabase {
  readonly name: string;
  readonly binding: string;
}

/** The database of a shard: shard 0 is DB. */
export const shardDatabase = (no: number): ShardDatabase => ({ name: `formlog-${no}`, binding: `DB_${no}` });

/** How many further shards a config names. Throws when one is left out: shards are counted without a gap. */
export function countShards(config: string): number {
  const named = [...config.matchAll(/^binding = "DB_(\d+)"$/gm)].map(([, no]) => Number(no)).toSorted((a, b) => a - b);
  for (const [i, no] of named.entries()) {
    if (no !== i + 1) throw new TypeError(`wrangler.toml binds DB_${no} and no DB_${i + 1}: shards have no gaps.`);
  }
  return named.length;
}

/**
 * The further shards of wrangler.toml, or as many as FORMLOG_SHARDS says (the first one is DB), for a local
 * installation.
 */
export function furtherShards(shell: NodeJS.ProcessEnv = {}): number {
  const { FORMLOG_SHARDS: told } = shell;
  const named = countShards(readFileSync(path.join(root, "wrangler.toml"), "utf8"));
  if (told === undefined || told === "") return named;
  const count = Number(told);
  if (!Number.isInteger(count) || count < 1 || count > 100) {
    throw new TypeError(`FORMLOG_SHARDS is "${told}"; it must be a number from 1 to 100.`);
  }
  // Fewer would hide responses that are there.
  return Math.max(named, count - 1);
}

/** What wrangler.toml has for a shard. */
export function shardBlock(no: number, migrations = "migrations"): string {
  const { name, binding } = shardDatabase(no);
  return `[[d1_databases]]
binding = "${binding}"
database_name = "${name}"
database_id = "${name}"
migrations_dir = ${JSON.stringify(migrations)}
`;
}

/** A config with the shards up to `count` that it does not name itself. */
export function withShards(config: string, count: number, migrations?: string): string {
  const blocks = Array.from({ length: count }, (_, i) => i + 1)
    .filter((no) => !config.includes(`binding = "DB_${no}"`))
    .map((no) => `\n${shardBlock(no, migrations)}`);
  return config + blocks.join("");
}
