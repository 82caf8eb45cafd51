/**
 * An installation for tests of the engine: the real store and the real dispatch code on D1, one integration on one
 * form, and clock, network and queue in the test's hands.
 */
import { env } from "cloudflare:workers";
import { type Context, type Env, makeContext } from "../../src/context";
import type { Definition } from "../../src/core/form";
import { seqOf } from "../../src/core/ids";
import type { Integration } from "../../src/core/integration";
import type { LexiconEntry } from "../../src/core/lexicon/entry";
import { drain } from "../../src/dispatch/drain";
import { type Engine, LEASE_MS } from "../../src/dispatch/engine";
import { authenticate } from "../../src/services/access";
import { createForm } from "../../src/services/form-verbs";
import { type IntegrationView, type PlacedCursor, readCursors } from "../../src/services/integration-view";
import { getIntegration } from "../../src/services/integrations";
import { createWorkspace } from "../../src/services/keys";
import { importLexicon } from "../../src/services/lexicon-files";
import { createIntegration } from "../../src/services/new-integration";
import { submitBatch } from "../../src/services/submit-batch";
import { lagsOf } from "../../src/store/cursor-control";
import { type Cursor, sweepCursors, type WakeUp } from "../../src/store/cursors";
import { findIntegration } from "../../src/store/integrations";

export interface WorldOptions {
  readonly kind: Integration;
  readonly config: Record<string, unknown>;
  readonly definition: Definition;
  readonly fetch: (request: Request) => Promise<Response>;
  /** What its worker is bound to as SEARCH_DB, now (kinds that keep an index). */
  readonly index?: () => D1Database | undefined;
  /** As SEARCH_DB_1 and so on. */
  readonly furtherIndexes?: readonly D1Database[] | undefined;
  readonly settings: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly filter?: string;
  /**
   * Responses of a segment, about: then the form goes on in another one, on the next of three databases. Unless told it
   * has one segment.
   */
  readonly segmentMax?: number | undefined;
  /** Entries of the workspace's lexicon. */
  readonly lexicon?: readonly LexiconEntry[];
}

/** Milliseconds since the epoch, moved by the test. */
export interface Clock {
  now: number;
}

/** A backlog of a thousand webhooks is of fewer pages, by far. */
const PAGES_MAX = 200;

/** A worker draws once for each page it settles: always half. Throws when it goes round for ever and no time passes. */
function halves(clock: Clock): () => number {
  let [at, pages] = [clock.now, 0];
  return () => {
    pages = clock.now === at ? pages + 1 : 0;
    at = clock.now;
    if (pages > PAGES_MAX) throw new Error("a worker goes round and round: it finds work, and none is ever done");
    return 0.5;
  };
}

export type World = Awaited<ReturnType<typeof createWorld>>;

/** How far `run` moves the clock at most while it waits for what is due. */
const HORIZON_MS = 12 * 3600 * 1000;

export async function createWorld(options: WorldOptions) {
  const { kind, clock, definition } = options;
  // What another world spent is not missing here: its clock was another one.
  await env.DB.prepare("DELETE FROM budgets").run();
  const rung: WakeUp[] = [];
  const wake = async (wakeUps: readonly WakeUp[]) => void rung.push(...wakeUps);
  const pending: Promise<unknown>[] = [];
  const { SPAN_1: DB_1, SPAN_2: DB_2 } = env as unknown as Record<string, D1Database>;
  const further =
    options.segmentMax === undefined
      ? {}
      : // A worker of its own: the others of this file know one database.
        { DB: Object.create(env.DB), DB_1, DB_2, FORMLOG_SEGMENT_RESPONSES_MAX: `${options.segmentMax}` };
  const base = makeContext({ ...env, ...further } as Env, { waitUntil: (work) => void pending.push(work) }, "test");
  const now = () => clock.now;
  const ctx: Context = { ...base, now, wake, opener: { ...base.opener, now } };
  const { key } = await createWorkspace(ctx, { name: "Contract" });
  const { id: keyId, workspace } = await authenticate(ctx, key);
  if (options.lexicon) await importLexicon(ctx, workspace, { entries: options.lexicon, others: "keep" });
  const form = await createForm(ctx, workspace, { definition, access: "public", metadata: {} });
  const made = await createIntegration(ctx, workspace, {
    form: form.id,
    kind: kind.manifest.kind,
    config: options.config,
    ...(options.filter && { filter: options.filter }),
  });
  const named = { form: form.id, integration: made.id };
  const row = await findIntegration(env.DB, form.id, made.id);
  if (!row) throw new Error("the integration is not there");

  const engine = (change: Partial<Engine> = {}): Engine => ({
    kind,
    config: { ...ctx.config, settings: options.settings, publicUrl: "https://formlog.test" },
    shards: ctx.shards,
    fetch: options.fetch,
    index: options.index?.(),
    furtherIndexes: options.furtherIndexes,
    now,
    random: halves(clock),
    sleep: async (milliseconds) => {
      clock.now += milliseconds;
    },
    wake,
    memory: new Map(),
    ...change,
  });
  /** Wake-ups for what has something to do, on all shards, as the sweeper finds them. */
  const due = async (): Promise<WakeUp[]> => {
    const found = await Promise.all(ctx.shards.all.map(({ no, db }) => sweepCursors(db, no, clock.now, 1_000)));
    return found.flat().filter((one) => one.integration === row.no);
  };
  /**
   * The cursor; of several the first that has something to do, or else the last in whose segment there are responses.
   */
  const placed = async () => {
    const cursors = await readCursors(ctx, row);
    if (cursors.length < 2) return cursors[0] ?? noCursor();
    const [lags, rung] = await Promise.all([Promise.all(cursors.map(({ db, cursor }) => lagsOf(db, [cursor]))), due()]);
    const isBehind = (_: unknown, i: number) => (lags[i]?.[0]?.entries ?? 0) > 0;
    const isDue = ({ cursor }: PlacedCursor) => rung.some(({ segment }) => segment === cursor.segment);
    const isUsed = (_: unknown, i: number) => seqOf(lags[i]?.[0]?.head ?? 0) > 0;
    return cursors.find(isBehind) ?? cursors.find(isDue) ?? cursors.findLast(isUsed) ?? cursors[0] ?? noCursor();
  };
  const wakeUp = async (): Promise<WakeUp> => {
    const { shard, cursor } = await placed();
    return { shard, segment: cursor.segment, integration: row.no, kind: row.kind, notBefore: 0 };
  };

  return {
    ctx,
    workspace,
    /** A key that may do everything in the workspace, and its id. */
    key,
    keyId,
    form: form.id,
    named,
    /** The number that cursors and indexes know the integration by. */
    no: row.no,
    engine,
    wakeUp,
    segmentMax: options.segmentMax,
    due,
    cursor: async (): Promise<Cursor> => (await placed()).cursor,
    view: (): Promise<IntegrationView> => getIntegration(ctx, workspace, named),
    /** Stores responses and returns their ids. */
    async submit(...answers: readonly Record<string, unknown>[]): Promise<string[]> {
      const reader = { languages: [], origin: "http://formlog.test" };
      const items = answers.map((one) => ({ answers: one }));
      const results = await submitBatch(ctx, { form: form.id, key: null, items, reader });
      await Promise.all(pending.splice(0));
      return results.map((result) => {
        if ("error" in result) throw result.error;
        if ("accepted" in result) throw new Error("D1 is down");
        return result.receipt.id;
      });
    },
    /** One wake-up, whatever comes of it. */
    async wakeOnce(change: Partial<Engine> = {}): Promise<void> {
      await drain(engine(change), await wakeUp());
    },
    /** Lets time pass and the sweeper ring until nothing is left to do, or nothing can be done before the horizon. */
    async run(change: Partial<Engine> = {}): Promise<void> {
      const end = clock.now + HORIZON_MS;
      rung.length = 0;
      while (clock.now <= end) {
        clock.now += 3_000;
        const found = await due();
        for (const one of found) await drain(engine(change), one);
        if (found.length > 0) continue;
        const times = (await readCursors(ctx, row)).map(({ db, cursor }) => nextTime(db, cursor, clock.now));
        const known = (await Promise.all(times)).filter((time) => time !== null);
        if (known.length === 0) return;
        clock.now = Math.min(...known);
      }
    },
    /** The holder of the cursor has died: its lease runs out. */
    outlive: () => {
      clock.now += LEASE_MS + 1;
    },
  };
}

function noCursor(): never {
  throw new Error("the integration has no cursor");
}

/**
 * When something of this cursor may be done next, or null: it is at rest. Checks of what is delivered are no work left
 * to do.
 */
async function nextTime(db: D1Database, cursor: Cursor, now: number): Promise<number | null> {
  if (cursor.state === "blocked" || cursor.state === "paused") return null;
  const due = await db
    .prepare(
      "SELECT min(next_at) AS at FROM deliveries WHERE integration = ? AND next_at IS NOT NULL AND state <> 'delivered'",
    )
    .bind(cursor.integration)
    .first<{ at: number | null }>();
  const [lag] = await lagsOf(db, [cursor]);
  const open = (lag?.entries ?? 0) > 0 || cursor.flight !== null || cursor.asked > 0;
  const times = [due?.at ?? null, open ? Math.max(cursor.leaseUntil, cursor.nextAt, now + 1) : null];
  const known = times.filter((time) => time !== null);
  return known.length > 0 ? Math.max(now + 1, Math.min(...known)) : null;
}
