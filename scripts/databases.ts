/** The databases of an installation, whose migrations are applied before its workers start. */
import { catalog } from "../src/integrations/kinds";
import { API_CONFIG } from "./cloud/api-config";

export interface Database {
  readonly name: string;
  readonly binding: string;
  /** A worker that is bound to it, and its config from the root of the repository. */
  readonly worker: string;
  readonly config: string;
}

/** `SEARCH_DB` is there for kinds that keep an index: the API worker is not bound to it. */
export function databases(): Database[] {
  const main = { name: "formlog", binding: "DB", worker: "formlog", config: API_CONFIG };
  const index = catalog.find((manifest) => manifest.index)?.kind;
  if (index === undefined) return [main];
  const config = `src/integrations/${index}/wrangler.toml`;
  return [main, { name: "formlog-search", binding: "SEARCH_DB", worker: `formlog-${index}`, config }];
}
