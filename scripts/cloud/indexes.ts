/**
 * Further databases of indexes: SEARCH_DB_1, SEARCH_DB_2 … in the wrangler.toml of each kind that keeps an index. The
 * API worker is bound to none of them.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { catalog } from "../../src/integrations/kinds";
import { kindBase } from "./kind-config";

const root = path.resolve(import.meta.dirname, "../..");

/** Kinds that keep an index. */
export const indexKinds: readonly string[] = catalog.filter(({ index }) => index).map(({ kind }) => kind);

/** A further database; 0 is SEARCH_DB itself. */
export const indexDatabase = (no: number) => ({ name: `formlog-search-${no}`, binding: `SEARCH_DB_${no}` });

/** How many further ones a config names. Throws when one is left out: they are counted without a gap. */
export function countIndexes(config: string): number {
  const named = [...config.matchAll(/^binding = "SEARCH_DB_(\d+)"$/gm)]
    .map(([, no]) => Number(no))
    .toSorted((a, b) => a - b);
  for (const [i, no] of named.entries()) {
    if (no !== i + 1)
      throw new TypeError(`A config binds SEARCH_DB_${no} and no SEARCH_DB_${i + 1}: they have no gaps.`);
  }
  return named.length;
}

/**
 * How many there are. Throws when the kinds do not name the same: `npm run shards` and migrations go by those of one.
 */
export function furtherIndexes(): number {
  const counts = indexKinds.map((kind) => countIndexes(readFileSync(path.join(root, kindBase(kind)), "utf8")));
  const [first = 0] = counts;
  if (counts.some((count) => count !== first)) {
    throw new TypeError(`${indexKinds.map(kindBase).join(", ")} do not name the same databases of indexes.`);
  }
  return first;
}

/** What the wrangler.toml of such a kind has for one. */
export function indexBlock(no: number): string {
  const { name, binding } = indexDatabase(no);
  return `[[d1_databases]]
binding = "${binding}"
database_name = "${name}"
database_id = "${name}"
migrations_dir = "../../../migrations/search"
`;
}

/** Such a config with one more, behind its other databases. */
export function withIndex(config: string, no: number): string {
  return config.replace(/^migrations_dir = .*\n(?![\s\S]*^migrations_dir)/m, (line) => `${line}\n${indexBlock(no)}`);
}
