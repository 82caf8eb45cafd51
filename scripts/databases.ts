/** The databases of an installation, whose migrations are applied before its workers start. */
import { API_CONFIG } from "./cloud/api-config";
import { furtherIndexes, indexDatabase, indexKinds } from "./cloud/indexes";
import { kindConfigFile } from "./cloud/kind-config";
import { furtherShards, shardDatabase } from "./cloud/shards";

export interface Database {
  readonly name: string;
  readonly binding: string;
  /** A worker that is bound to it, and its config from the root of the repository. */
  readonly worker: string;
  readonly config: string;
}

/**
 * With so many further shards; as many as wrangler.toml names unless told. `SEARCH_DB` and further ones are there for
 * kinds that keep an index: the API worker is not bound to them.
 */
export function databases(shards = furtherShards()): Database[] {
  const api = { worker: "formlog", config: API_CONFIG };
  const further = Array.from({ length: shards }, (_, i) => ({ ...shardDatabase(i + 1), ...api }));
  const main = [{ name: "formlog", binding: "DB", ...api }, ...further];
  const [index] = indexKinds;
  if (index === undefined) return main;
  const kind = { worker: `formlog-${index}`, config: kindConfigFile(index) };
  const more = Array.from({ length: furtherIndexes() }, (_, i) => ({ ...indexDatabase(i + 1), ...kind }));
  return [...main, { name: "formlog-search", binding: "SEARCH_DB", ...kind }, ...more];
}
