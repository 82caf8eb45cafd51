/**
 * An installation of its own to measure: the real workers on workerd and D1, in a folder that is thrown away
 * afterwards.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import path from "node:path";
import { API_CONFIG } from "../scripts/cloud/api-config";
import { kindConfigFile } from "../scripts/cloud/kind-config";
import { migrateState } from "../scripts/local/migrate";
import { requireFreePort } from "../scripts/local/processes";
import { runCron, type Stack, startWorkers } from "../scripts/local/stack";
import { jsonRequest } from "../scripts/request";

const root = path.resolve(import.meta.dirname, "..");
const CONFIG = "bench/wrangler.gen.toml";
const ROOT_KEY = "root-key-of-the-benchmarks-0123456789";

// biome-ignore lint/suspicious/noExplicitAny: a benchmark knows what it asks for
type Body = any;

export type Installation = ReturnType<typeof installationOf>;

/**
 * Starts the API worker with what bench/worker.ts adds, and the workers of `kinds`; measures on it, ends it and deletes
 * its state. What `work` returns, this returns.
 */
export async function withInstallation<T>(
  { port, kinds = [] }: { port: number; kinds?: readonly string[] },
  work: (installation: Installation) => Promise<T>,
): Promise<T> {
  await requireFreePort(port);
  const state = mkdtempSync(path.join(tmpdir(), "formlog-bench-"));
  let stack: Stack | null = null;
  const stop = () => stack?.stop();
  process.once("SIGTERM", stop);
  try {
    writeConfig();
    await migrateState(root, state);
    const configs = [CONFIG, ...kinds.map(kindConfigFile)];
    stack = await startWorkers({ root, state, port, configs, vars: { FORMLOG_ROOT_KEY: ROOT_KEY } });
    const { body } = await request(stack.url, "POST", "/v1/workspaces", { key: ROOT_KEY, body: { name: "Bench" } });
    return await work(installationOf(stack.url, body.key));
  } finally {
    stop();
    await stack?.ended;
    rmSync(state, { recursive: true, force: true });
  }
}

const SEARCH_DB = `
[[d1_databases]]
binding = "SEARCH_DB"
database_name = "formlog-search"
database_id = "formlog-search"
migrations_dir = "../migrations/search"
`;

/** The config of the API worker, with our worker in the place of its own, and bound to what it counts. */
function writeConfig(): void {
  const config = (readFileSync(path.join(root, API_CONFIG), "utf8") + SEARCH_DB)
    .replace('main = "src/worker.ts"', 'main = "worker.ts"')
    .replace('migrations_dir = "migrations"', 'migrations_dir = "../migrations"');
  writeFileSync(path.join(root, CONFIG), config);
}

function installationOf(url: string, key: string) {
  return {
    url,
    key,
    /** One request and the JSON of its answer. Throws unless it is 2xx. */
    call: async (method: string, at: string, body?: unknown): Promise<Body> =>
      (await request(url, method, at, { key, body })).body,
    /** The same, with the rows that D1 read for it. One at a time. */
    count: (at: string) => request(url, "GET", at, { key, counted: true }),
    /** Lets the sweeper run until every answer is in its index. */
    async index(): Promise<void> {
      while ((await request(url, "GET", "/_bench/behind")).body !== 0) {
        await runCron(url);
      }
    },
  };
}

interface Sent {
  readonly key?: string;
  readonly body?: unknown;
  readonly counted?: boolean;
}

async function request(url: string, method: string, at: string, { counted = false, ...sent }: Sent = {}) {
  const answer = await fetch(
    url + at,
    jsonRequest(method, { ...sent, headers: counted ? { "formlog-count": "rows" } : undefined }),
  );
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${at}: ${answer.status} ${text.slice(0, 500)}`);
  return { body: JSON.parse(text) as Body, rows: Number(answer.headers.get("formlog-rows-read")) };
}

/** The process group of this process (proc(5)), in which the workers run too; 0 where there is no /proc. */
export function processGroup(): number {
  if (process.platform !== "linux") return 0;
  const [, , group] = readFileSync("/proc/self/stat", "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return Number(group);
}

/** Where and when it was measured. */
export function circumstances(): string {
  const [cpu] = cpus();
  const { version } = JSON.parse(readFileSync(path.join(root, "node_modules/workerd/package.json"), "utf8"));
  const memory = Math.round(totalmem() / 2 ** 30);
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, ${cpus().length} × ${cpu?.model.trim()}, ${memory} GiB, workerd ${version}, Node ${process.versions.node}`;
}
