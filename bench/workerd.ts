/**
 * Gateway and API worker on workerd itself, started by Miniflare, with sockets of their own: no development proxy
 * stands between. Beside them in the same process a worker with routes to compare with (routes.ts). Wake-ups go into
 * queues whose consumer acknowledges them.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { convertV4MiniflareOptions, Miniflare, type V4WorkerOptions as WorkerOptions } from "miniflare";
import { jsonRequest } from "../scripts/request";
import { bundle } from "../scripts/serve/workers";
import { catalog } from "../src/integrations/kinds";
import { UNCOUNTED } from "./counted";
import { childrenNamed } from "./processes";

const root = path.resolve(import.meta.dirname, "..");
export const ROOT_KEY = "root-key-of-the-benchmarks-0123456789";
const DATE = "2026-11-01";
const TWIN = "formlog-twin";
const GATEWAY = "formlog-gateway";

/** Takes the wake-ups and does nothing: what is delivered afterwards is measured by itself. */
const SILENT =
  "export default { queue(batch) { batch.ackAll(); }, fetch() { return new Response(null, { status: 404 }); } };";

export interface Workerd {
  /** Ports of workerd's own sockets. */
  readonly ports: {
    readonly gateway: number;
    readonly api: number;
    readonly routes: number;
    /** Of the second gateway, if it was asked for. */
    readonly twin: number;
  };
  readonly pids: readonly number[];
  readonly miniflare: Miniflare;
  /** One request to the API and the JSON of its answer. Throws unless it is 2xx. */
  // biome-ignore lint/suspicious/noExplicitAny: a benchmark knows what it asks for
  call(method: string, at: string, body?: unknown): Promise<any>;
  /** Tells the gateway's entry something: a POST, without a body, to an address that it adds. */
  tell(at: string): Promise<void>;
  /** A key of a workspace that may do everything in it. */
  readonly key: string;
}

interface Options {
  /** Entries of the two, from the root. */
  readonly gateway?: string;
  readonly api?: string;
  readonly bindings?: Readonly<Record<string, string>>;
  /** A second gateway over the same database: another isolate, as Cloudflare runs many. */
  readonly twin?: boolean;
  /** V8's own count of memory can be read (test/support/heap.ts). */
  readonly inspected?: boolean;
  /** What the workers log is not printed. */
  readonly quiet?: boolean;
  readonly more?: Pick<WorkerOptions, "bindings" | "d1Databases" | "queueConsumers">;
}

/** Starts it with a state of its own, measures, ends it. What `work` returns, this returns. */
export async function withWorkerd<T>(options: Options, work: (workerd: Workerd) => Promise<T>): Promise<T> {
  const state = mkdtempSync(path.join(tmpdir(), "formlog-bench-"));
  const before = new Set(childrenNamed("workerd"));
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      defaultPersistRoot: state,
      port: 0,
      workers: await workersOf(options),
      ...(options.inspected && { inspectorPort: 0 }),
      ...(options.quiet && { handleStructuredLogs: () => {} }),
    }),
  );
  try {
    await miniflare.ready;
    await migrate(miniflare);
    const ports = {
      gateway: Number((await miniflare.unsafeGetDirectURL(GATEWAY)).port),
      api: Number((await miniflare.unsafeGetDirectURL("formlog")).port),
      routes: Number((await miniflare.unsafeGetDirectURL("routes")).port),
      twin: options.twin ? Number((await miniflare.unsafeGetDirectURL(TWIN)).port) : 0,
    };
    const pids = childrenNamed("workerd").filter((pid) => !before.has(pid));
    const { key } = await request(ports.api, ROOT_KEY, {
      method: "POST",
      at: "/v1/workspaces",
      body: { name: "Bench" },
    });
    const call = (method: string, at: string, body?: unknown) => request(ports.api, key, { method, at, body });
    const tell = async (at: string) => void (await request(ports.gateway, key, { method: "POST", at }));
    return await work({ ports, pids, miniflare, call, tell, key });
  } finally {
    await miniflare.dispose();
    rmSync(state, { recursive: true, force: true });
  }
}

async function workersOf({
  gateway = "src/gateway/worker.ts",
  api = "src/worker.ts",
  bindings = {},
  twin = false,
  more = {},
}: Options): Promise<WorkerOptions[]> {
  const direct = { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] };
  const base = { compatibilityDate: DATE, compatibilityFlags: ["global_fetch_strictly_public"] };
  const queues = catalog.map(({ queueBinding, queue }) => [queueBinding, queue] as const);
  const kinds = catalog.map(({ serviceBinding }) => [serviceBinding, "silent"] as const);
  const module = async (entry: string) => [
    { type: "ESModule" as const, path: "worker.js", contents: await bundle(root, entry, {}) },
  ];
  const both = {
    ...base,
    ...direct,
    d1Databases: { DB: "formlog" },
    queueProducers: Object.fromEntries([...queues, ["QUEUE_INTAKE", "formlog-intake"]]),
  };
  const first = {
    name: GATEWAY,
    ...both,
    modules: await module(gateway),
    serviceBindings: { API: "formlog" },
    bindings,
  };
  return [
    first,
    ...(twin ? [{ ...first, name: TWIN }] : []),
    {
      name: "formlog",
      ...both,
      modules: await module(api),
      serviceBindings: Object.fromEntries(kinds),
      bindings: { FORMLOG_ROOT_KEY: ROOT_KEY, ...bindings },
      ...more,
    },
    {
      name: "routes",
      ...base,
      ...direct,
      modules: [{ type: "ESModule", path: "routes.js", contents: await bundle(root, "bench/routes.ts", {}) }],
      d1Databases: { BENCH_DB: "bench" },
    },
    {
      name: "silent",
      ...base,
      modules: [{ type: "ESModule", path: "silent.js", contents: SILENT }],
      queueConsumers: Object.fromEntries(queues.map(([, queue]) => [queue, { maxBatchTimeout: 0 }])),
    },
  ];
}

async function migrate(miniflare: Miniflare): Promise<void> {
  const db = await miniflare.getD1Database("DB", "formlog");
  for (const { queries } of await readD1Migrations(path.join(root, "migrations"))) {
    await db.batch(queries.map((query) => db.prepare(query)));
  }
  const other = await miniflare.getD1Database("BENCH_DB", "routes");
  await other.prepare("CREATE TABLE rows (id INTEGER PRIMARY KEY, body TEXT NOT NULL)").run();
}

interface Call {
  readonly method: string;
  readonly at: string;
  readonly body?: unknown;
}

/**
 * One request of the benchmark's own to the API and the JSON of its answer; null: it is empty. Throws unless it is 2xx.
 */
export async function request(port: number, key: string, { method, at, body }: Call) {
  const headers = { [UNCOUNTED]: "1" };
  const answer = await fetch(`http://127.0.0.1:${port}${at}`, jsonRequest(method, { key, body, headers }));
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${at}: ${answer.status} ${text.slice(0, 500)}`);
  return text === "" ? null : JSON.parse(text);
}
