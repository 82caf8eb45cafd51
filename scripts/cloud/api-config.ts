/** The config of the API worker: what wrangler.toml has, and a queue and a worker for each kind of the catalog. */
import type { Manifest } from "../../src/core/manifest";
import { producerOf } from "./kind-config";

/** Where it is written, from the root. */
export const API_CONFIG = "wrangler.gen.toml";

const HEAD = "# Written by `npm run generate` from wrangler.toml and src/integrations/catalog.ts: change those.\n";

/** The text of it; the base names no kind. */
export function apiConfig(base: string, kinds: readonly Manifest[]): string {
  return [HEAD, base.trimEnd(), ...kinds.map(bindingsOf), ""].join("\n");
}

const bindingsOf = (manifest: Manifest) => `${producerOf(manifest)}

[[services]]
binding = "${manifest.serviceBinding}"
service = "formlog-${manifest.kind}"`;
