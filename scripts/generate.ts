/**
 * `npm run generate`: writes what is made of the sources and kept by nobody, the OpenAPI document that the worker
 * serves, the scripts and the stylesheet of the hosted form, what gateway and workers know of the kinds, and the
 * configs of all workers. Part of npm ci, check, test, start and deploy.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makeDocument } from "../src/http/openapi/document";
import { OPERATIONS } from "../src/http/openapi/operations";
import { catalog } from "../src/integrations/kinds";
import { bundleClient, CLIENT } from "./client";
import { API_CONFIG, apiConfig } from "./cloud/api-config";
import { GATEWAY_BASE, GATEWAY_CONFIG, gatewayConfig } from "./cloud/gateway-config";
import { kindBase, kindConfig, kindConfigFile } from "./cloud/kind-config";

const at = (file: string) => path.resolve(import.meta.dirname, "..", file);

const read = (file: string) => readFileSync(at(file), "utf8");
const traits = catalog.map(({ kind, title, queueBinding, events, reconciled }) => ({
  kind,
  title,
  queueBinding,
  events,
  reconciled,
}));

const kindConfigs = catalog.map(({ kind }) => [kindConfigFile(kind), kindConfig(read(kindBase(kind)), kind, catalog)]);

const MADE: Record<string, string> = {
  "src/http/openapi/document.gen.json": `${JSON.stringify(makeDocument(OPERATIONS))}\n`,
  "src/integrations/traits.gen.json": `${JSON.stringify(traits)}\n`,
  [CLIENT]: `${JSON.stringify(await bundleClient())}\n`,
  [API_CONFIG]: apiConfig(read("wrangler.toml"), catalog),
  [GATEWAY_CONFIG]: gatewayConfig(read(GATEWAY_BASE), read("wrangler.toml"), catalog),
  ...Object.fromEntries(kindConfigs),
};

/** Null: there is none yet. */
function before(file: string): string | null {
  try {
    return readFileSync(at(file), "utf8");
  } catch {
    return null;
  }
}

// Left alone when it is the same: wrangler dev would build again.
for (const [file, text] of Object.entries(MADE)) if (before(file) !== text) writeFileSync(at(file), text);
