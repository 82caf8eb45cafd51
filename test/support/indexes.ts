/**
 * The workers of kinds that keep an index, in the process of the tests: the API worker's service bindings lead to their
 * real code, on the tests' SEARCH_DB. They are loaded when they are first asked.
 */
import { env } from "cloudflare:workers";
import { type Env, makeContext } from "../../src/context";
import type { Integration } from "../../src/core/integration";
import { drain } from "../../src/dispatch/drain";
import type { Engine } from "../../src/dispatch/engine";
import { catalog } from "../../src/integrations/kinds";
import { type PlacedCursor, readCursors } from "../../src/services/integration-view";
import { lagsOf } from "../../src/store/cursor-control";
import { listIntegrations } from "../../src/store/integrations";

/** The default export of a kind's worker.ts. */
interface KindWorker {
  fetch(request: Request, env: Record<string, unknown>): Promise<Response>;
}

const indexes = catalog.filter(({ index }) => index);
const bound = env as Record<string, unknown>;

/** Databases besides SEARCH_DB, for the tests that have some: what these workers and `catchUp` are bound to. */
let databases: { index: D1Database; furtherIndexes: readonly D1Database[] } | null = null;

/** From now on: these databases; null: SEARCH_DB alone. */
export function useDatabases(given: typeof databases): void {
  databases = given;
}

const bindingsOf = () => ({
  SEARCH_DB: databases?.index ?? env.TEST_SEARCH_DB,
  ...Object.fromEntries((databases?.furtherIndexes ?? []).map((db, i) => [`SEARCH_DB_${i + 1}`, db])),
});

async function fetchKind(kind: string, request: Request, bindings: Record<string, unknown> = {}): Promise<Response> {
  const { default: worker } = (await import(`../../src/integrations/${kind}/worker.ts`)) as { default: KindWorker };
  return worker.fetch(request, { ...env, ...bindingsOf(), ...bindings });
}

for (const { kind, serviceBinding } of indexes) {
  bound[serviceBinding] = { fetch: (url: string, init: RequestInit) => fetchKind(kind, new Request(url, init)) };
}

/** One request to a kind's worker, as the API worker sends it; with other bindings if told. */
export function askWorker(kind: string, path: string, body: unknown, bindings = {}): Promise<Response> {
  const request = new Request(`https://kind.internal${path}`, { method: "POST", body: JSON.stringify(body) });
  return fetchKind(kind, request, bindings);
}

/** Far enough ahead that no pause between pages is in the way. */
const clock = { now: Date.now() };

/** The integrations of a form that keep an index settle everything that is there now. */
export async function catchUp(form: string): Promise<void> {
  const ctx = makeContext(env as Env, { waitUntil: () => {} }, "test");
  for (const row of await listIntegrations(env.DB, form)) {
    if (!indexes.some(({ kind }) => kind === row.kind)) continue;
    const kind = await loadKind(row.kind);
    const engine: Engine = {
      kind,
      config: ctx.config,
      shards: ctx.shards,
      index: databases?.index ?? env.TEST_SEARCH_DB,
      furtherIndexes: databases?.furtherIndexes,
      fetch: () => Promise.reject(new Error("an index calls nobody")),
      now: () => clock.now,
      random: () => 0.5,
      sleep: async () => {},
      wake: async () => {},
      memory: new Map(),
    };
    for (;;) {
      clock.now = Math.max(clock.now, Date.now()) + 10_000;
      const placed = await behind(await readCursors(ctx, row));
      if (!placed) break;
      const { shard, cursor } = placed;
      if (cursor.state === "blocked") throw new Error(String(cursor.lastError));
      await drain(engine, { shard, segment: cursor.segment, integration: row.no, kind: row.kind, notBefore: 0 });
    }
  }
}

/** The first of these cursors that has something to do. */
async function behind(cursors: readonly PlacedCursor[]): Promise<PlacedCursor | undefined> {
  const lags = await Promise.all(cursors.map(({ db, cursor }) => lagsOf(db, [cursor])));
  return cursors.find(({ cursor }, i) => (lags[i]?.[0]?.entries ?? 0) > 0 || cursor.asked > 0);
}

/** The kind itself: the one export of its index.ts that is an integration. */
async function loadKind(kind: string): Promise<Integration> {
  const exported = (await import(`../../src/integrations/${kind}/index.ts`)) as Record<string, Integration>;
  const found = Object.values(exported).find((one) => one?.manifest?.kind === kind);
  if (!found) throw new Error(`${kind}/index.ts exports no integration`);
  return found;
}
