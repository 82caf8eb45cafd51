/**
 * All workers on workerd, as `npm run serve` runs them, with emulated providers in a process of their own: for
 * benchmarks of what happens after the answer. The workers of the kinds are wrapped to count what they do (counted.ts),
 * gateway and API worker if that is asked for; nothing else is different.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Miniflare } from "miniflare";
import { API } from "../scripts/cloud/config";
import { migrateState } from "../scripts/local/migrate";
import { requireFreePort } from "../scripts/local/processes";
import { localKinds } from "../scripts/local/providers";
import { localSecrets } from "../scripts/local/secrets";
import type { Counts, Tally } from "./counted";
import { type FleetWorkers, startWorkers, workerOf } from "./fleet-workers";
import { childrenNamed } from "./processes";
import type { Delivered, ProvidersOptions } from "./providers";
import { type Providers, startProviders } from "./providers-process";
import { request } from "./workerd";

const root = path.resolve(import.meta.dirname, "..");
const ROOT_KEY = "root-key-of-the-benchmarks-0123456789";
const SWEEP_MS = 10_000;

export interface Fleet {
  readonly port: number;
  readonly key: string;
  readonly pids: readonly number[];
  readonly miniflare: Miniflare;
  /** One request to the API and the JSON of its answer. Throws unless it is 2xx. */
  // biome-ignore lint/suspicious/noExplicitAny: a benchmark knows what it asks for
  call(method: string, at: string, body?: unknown): Promise<any>;
  /** What the worker of a kind did since the last time that it was asked. */
  counts(kind: string): Promise<Counts>;
  /** The same of a worker by its name, for requests and wake-ups or by its cron. */
  countsOf(worker: string, tally: Tally): Promise<Counts>;
  delivered(): Promise<Delivered>;
  /** From now on this share of the calls to each provider fails. */
  setFaults(share: number): Promise<void>;
  /** The sweeper, once. It comes every ten seconds besides. */
  sweep(): Promise<void>;
  /** Error lines of the workers by event, and how often. */
  readonly errors: ReadonlyMap<string, number>;
  /** All lines of the workers, and their bytes, by event. */
  readonly lines: ReadonlyMap<string, Lines>;
}

interface Lines {
  readonly count: number;
  readonly bytes: number;
}

export type FleetOptions = Omit<ProvidersOptions, "state"> & Partial<Pick<FleetWorkers, "countAll">>;

/** Starts it with a state of its own, measures, ends it. What `work` returns, this returns. */
export async function withFleet<T>(options: FleetOptions, work: (fleet: Fleet) => Promise<T>): Promise<T> {
  for (const offset of [0, 1, 2, 3]) await requireFreePort(options.port + offset);
  const state = mkdtempSync(path.join(tmpdir(), "formlog-bench-"));
  const log = collectLines();
  let providers: Providers | null = null;
  let miniflare: Miniflare | null = null;
  let timer: NodeJS.Timeout | undefined;
  try {
    const vars = await variables(state, options.port);
    providers = await startProviders({ ...options, state });
    await migrateState(root, state);
    const before = new Set(childrenNamed("workerd"));
    miniflare = await startWorkers({
      state,
      port: options.port,
      vars,
      countAll: options.countAll ?? false,
      logged: log.logged,
    });
    const sweep = sweeper(miniflare);
    timer = setInterval(() => void sweep().catch(() => {}), SWEEP_MS);
    const pids = childrenNamed("workerd").filter((pid) => !before.has(pid));
    const { key } = await request(options.port, ROOT_KEY, {
      method: "POST",
      at: "/v1/workspaces",
      body: { name: "Bench" },
    });
    const own = { port: options.port, key, pids, miniflare, sweep, ...log, ...asking(providers) };
    const call = (method: string, at: string, body?: unknown) => request(options.port, key, { method, at, body });
    const countsOf = counter(miniflare);
    return await work({ ...own, call, countsOf, counts: (kind) => countsOf(workerOf(kind), "work") });
  } finally {
    clearInterval(timer);
    providers?.child.kill();
    await miniflare?.dispose();
    rmSync(state, { recursive: true, force: true });
  }
}

/** What `npm start` would tell the workers, with the emulators behind the port. */
async function variables(state: string, port: number): Promise<Record<string, string>> {
  const secrets = await localSecrets(state);
  const kinds = (await localKinds()).map(({ kind, local }) =>
    local.variables(secrets.kinds[kind], `http://127.0.0.1:${port + local.port}`),
  );
  return Object.assign(
    {
      FORMLOG_ROOT_KEY: ROOT_KEY,
      FORMLOG_ENCRYPTION_KEY: secrets.encryptionKey,
      PUBLIC_URL: `http://127.0.0.1:${port}`,
    },
    ...kinds,
    // As an installation has it unless told; `npm start` shows each step of a text.
    { TWILIO_STATUS_CALLBACKS: "off" },
  );
}

const sweeper = (miniflare: Miniflare) => async () => {
  const worker = (await miniflare.getWorker(API)) as unknown as { scheduled(at: { cron: string }): Promise<unknown> };
  await worker.scheduled({ cron: "* * * * *" });
};

const counter = (miniflare: Miniflare) => async (name: string, tally: Tally) => {
  const worker = (await miniflare.getWorker(name)) as unknown as Fetcher;
  return (await (await worker.fetch(`http://worker/_bench/counts?of=${tally}`)).json()) as Counts;
};

/** Counts what the workers log. */
function collectLines() {
  const errors = new Map<string, number>();
  const lines = new Map<string, Lines>();
  const logged: FleetWorkers["logged"] = ({ level, event, message }) => {
    const known = lines.get(event) ?? { count: 0, bytes: 0 };
    lines.set(event, { count: known.count + 1, bytes: known.bytes + Buffer.byteLength(message) });
    if (level === "error") {
      // The first of each sort says what it is about.
      if (!errors.has(event)) console.log(message);
      errors.set(event, (errors.get(event) ?? 0) + 1);
    }
  };
  return { errors, lines, logged };
}

const asking = ({ ask }: Providers) => ({
  delivered: async () => (await ask({ ask: "delivered" })) as Delivered,
  setFaults: async (share: number) => void (await ask({ ask: "faults", share })),
});
