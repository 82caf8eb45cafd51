/**
 * All workers of the catalog for Miniflare, which runs them on workerd without a development proxy: what `npm run
 * serve` and the benchmarks start. Their bindings are those of their wrangler configs; the gateway has a socket of its
 * own.
 */
import path from "node:path";
import { build } from "esbuild";
import { convertV4MiniflareOptions, type MiniflareOptions, type V4WorkerOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from "wrangler";
import { OWN_VARIABLES } from "../../src/config";
import { SUBMISSION_VARIABLES } from "../../src/config-submission";
import type { Settings } from "../../src/core/setting";
import { catalog } from "../../src/integrations/kinds";
import { API, GATEWAY, workerConfigs } from "../cloud/config";
import { furtherShards, shardDatabase } from "../cloud/shards";
import { sideBySide } from "./side-by-side";

const OUTBOUND = "formlog-outbound";
const INTAKE_BINDING = "QUEUE_INTAKE";
const INTAKE_QUEUES = ["formlog-intake", "formlog-intake-dead"];

export interface WorkersInput {
  /** Of the repository. */
  readonly root: string;
  /**
   * Folder of all state. Databases lie in it as `wrangler dev --persist-to <state>/workers` lays them, so either reads
   * the other's.
   */
  readonly state: string;
  /** Variables of the installation and of the kinds; each worker gets those that it needs. */
  readonly vars: Settings;
  /** Where the gateway listens; port 0 is any free one (`miniflare.unsafeGetDirectURL(GATEWAY)` tells). */
  readonly host?: string;
  readonly port?: number;
  /** Other entries than those of the configs, by the name of the worker: what benchmarks add. */
  readonly entries?: Readonly<Record<string, string>>;
  /**
   * Whether workers may call addresses of private networks and of this machine. Off, a webhook reaches the public
   * internet only.
   */
  readonly privateNetwork?: boolean;
}

/** Bundles every worker and returns what `new Miniflare(…)` needs. Throws when a bundle or a config is not right. */
export async function workersOptions(input: WorkersInput): Promise<MiniflareOptions> {
  const workers = await Promise.all(workerConfigs().map((worker) => workerOptions(worker, input)));
  return convertV4MiniflareOptions({
    // The gateway is last in the order of deployment, and first here: Miniflare's first worker is the one that it
    // serves.
    workers: [...workers.toReversed(), outbound],
    host: "127.0.0.1",
    port: 0,
    // Nobody asks Cloudflare where a request came from.
    cf: false,
    telemetry: { enabled: false },
    resourcePersistencePath: persistencePath(input.state),
  });
}

/** Stands between workers and the network, and reaches nothing but the public internet, whatever a name resolves to. */
const outbound: V4WorkerOptions = {
  name: OUTBOUND,
  compatibilityDate: "2026-11-01",
  modules: [
    {
      type: "ESModule",
      path: "worker.js",
      contents: "export default { fetch: (request, { INTERNET }) => INTERNET.fetch(request) };",
    },
  ],
  serviceBindings: { INTERNET: { network: { allow: ["public"], tlsOptions: { trustBrowserCas: true } } } },
};

/** Where Miniflare keeps databases and buckets of a state folder. */
export const persistencePath = (state: string): string => path.join(state, "workers/v3");

const shardBindings = (): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: furtherShards(process.env) }, (_, i) => shardDatabase(i + 1)).map(({ binding, name }) => [
      binding,
      name,
    ]),
  );

async function workerOptions(
  { name, source }: { name: string; source: string },
  { root, vars, host = "127.0.0.1", port = 0, privateNetwork = false, entries = {} }: WorkersInput,
): Promise<V4WorkerOptions> {
  const config = unstable_readConfig({ config: path.join(root, source) });
  const { workerOptions, define } = unstable_getMiniflareWorkerOptions(config, undefined);
  const {
    modulesRules: _,
    rootPath: __,
    queueProducers,
    queueConsumers,
    ...options
  } = workerOptions as V4WorkerOptions;
  if (config.main === undefined) throw new TypeError(`${source} names no main.`);
  const worker = {
    ...options,
    // Every worker reads every shard; the configs of the kinds name the first one only.
    d1Databases: { ...(options.d1Databases as Record<string, string>), ...shardBindings() },
    queueProducers: without([INTAKE_BINDING], queueProducers),
    queueConsumers: without(INTAKE_QUEUES, queueConsumers),
    name,
    modules: [
      {
        type: "ESModule" as const,
        path: "worker.js",
        contents: await bundle(root, entries[name] ?? config.main, define),
      },
    ],
    // Not what wrangler found in .dev.vars: that file is for `npm start`.
    bindings: { ...config.vars, ...variablesOf(name, vars) },
    ...(!privateNetwork && { outboundService: OUTBOUND }),
    ...(name === GATEWAY && { unsafeDirectSockets: [{ host, port }] }),
  };
  return kindOf(name) ? sideBySide(worker) : worker;
}

/**
 * The intake queue is left out. Miniflare's queues live in memory, so a 202 would be a promise that a restart breaks:
 * without the binding a submission that the database can't take is answered 503, and was not taken
 * (docs/decisions/029).
 */
const without = <T extends V4WorkerOptions["queueProducers"] | V4WorkerOptions["queueConsumers"]>(
  names: readonly string[],
  from: T,
) => Object.fromEntries(Object.entries(from ?? {}).filter(([key]) => !names.includes(key))) as T;

/** As in the cloud: keys of the installation for the API alone, credentials of a kind for its own worker. */
function variablesOf(name: string, vars: Settings): Record<string, string> {
  const wanted = name === GATEWAY ? SUBMISSION_VARIABLES : wantedBy(name);
  return Object.fromEntries(wanted.flatMap((variable) => (vars[variable] ? [[variable, vars[variable]]] : [])));
}

/** The kind whose worker has this name. */
const kindOf = (name: string) => catalog.find(({ kind }) => `${API}-${kind}` === name);

function wantedBy(name: string): readonly string[] {
  const kind = kindOf(name);
  const open = catalog.flatMap(({ settings = {} }) => Object.keys(settings).filter((one) => !settings[one]?.secret));
  return kind
    ? ["FORMLOG_ENCRYPTION_KEY", "PUBLIC_URL", ...Object.keys(kind.settings ?? {})]
    : [...OWN_VARIABLES, ...open];
}

/** A worker in one text, as wrangler bundles it. */
export async function bundle(root: string, entry: string, define: Record<string, string>): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    define,
    sourcemap: false,
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}
