/**
 * The config of the gateway: what its own file has, what submissions need of the API worker's, and the queue of each
 * kind.
 */
import path from "node:path";
import type { Manifest } from "../../src/core/manifest";
import { producerOf } from "./kind-config";

const FOLDER = "src/gateway";
/** The file that is edited, and where the config is written, from the root. */
export const GATEWAY_BASE = `${FOLDER}/wrangler.toml`;
export const GATEWAY_CONFIG = `${FOLDER}/wrangler.gen.toml`;

const HEAD =
  "# Written by `npm run generate` from wrangler.toml here, /wrangler.toml and src/integrations/catalog.ts: change those.\n";

/** Bindings of the API worker that the gateway has too: they are named once, in /wrangler.toml. */
const SHARED = [
  /^\[\[d1_databases\]\]/,
  /^\[\[queues\.producers\]\]\nbinding = "QUEUE_INTAKE"$/m,
  /^\[\[ratelimits\]\]\nname = "RATE_SUBMIT"$/m,
  /^\[\[analytics_engine_datasets\]\]/,
];

/** The text of it; `own` is of src/gateway/wrangler.toml, `api` of /wrangler.toml. */
export function gatewayConfig(own: string, api: string, kinds: readonly Manifest[]): string {
  return [HEAD, own.trimEnd(), ...sharedBlocks(api), ...kinds.map((kind) => producerOf(kind).trim()), ""]
    .join("\n\n")
    .replace("\n\n\n", "\n\n");
}

function sharedBlocks(api: string): string[] {
  const plain = api.replace(/^#.*\n/gm, "");
  return plain
    .split(/^(?=\[)/m)
    .filter((block) => SHARED.some((one) => one.test(block)))
    .map((block) =>
      block
        .trimEnd()
        .replace(/^migrations_dir = "(.*)"$/m, (_, folder) => `migrations_dir = "${path.relative(FOLDER, folder)}"`),
    );
}
