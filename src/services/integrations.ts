/** Verbs on integrations: configure on a form, watch, pause, resume, replay, test, delete. */
import type { CachedForm, Context } from "../context";
import { AppError } from "../core/errors";
import { compileFilter } from "../core/expression";
import { newId, parseResponseId, segmentOf, segmentStart } from "../core/ids";
import type { Manifest, TestResult } from "../core/integration";
import { catalog, findKind } from "../integrations/catalog";
import { findConnection } from "../store/connections";
import * as cursors from "../store/cursors";
import { countParked } from "../store/deliveries";
import * as store from "../store/integrations";
import { headOf, listSegments, type Segment } from "../store/shards";
import { checkWith } from "./check";
import { loadOwnForm } from "./forms";

export interface IntegrationView {
  readonly id: string;
  readonly form: string;
  readonly kind: string;
  readonly state: cursors.CursorState;
  readonly config: Readonly<Record<string, unknown>>;
  readonly filter: string | null;
  /** Entries that are not settled yet, and for how long the oldest has been waiting. */
  readonly lag: { readonly entries: number; readonly seconds: number };
  /** Deliveries that wait for a person. */
  readonly parked: number;
  readonly lastError: string | null;
  readonly lastSuccessAt: string | null;
  readonly nextAttemptAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface IntegrationInput {
  readonly kind: string;
  readonly config: unknown;
  readonly filter?: string | null;
  /** `beginning`: the responses that are there already are delivered too. */
  readonly start?: "now" | "beginning";
}

/** Configures a kind on a form and starts it. Throws `invalid_request` with what is wrong in the config. */
export async function createIntegration(
  ctx: Context,
  workspace: string,
  input: IntegrationInput & { form: string },
): Promise<IntegrationView> {
  const form = await loadOwnForm(ctx, workspace, input.form);
  const manifest = findKind(input.kind);
  if (!manifest) {
    const kinds = catalog.map((m) => m.kind).join(", ");
    const problem = { pointer: "/kind", code: "unknown_kind", detail: `The kinds are: ${kinds}.` };
    throw new AppError("invalid_request", { errors: [problem] });
  }
  const setup = await checkSetup(ctx, form, { manifest, config: input.config, filter: input.filter ?? null });
  const now = ctx.now();
  const row = await store.insertIntegration(ctx.shards.control, {
    id: newId("int", ctx.random),
    workspace,
    form: form.id,
    kind: manifest.kind,
    ...setup,
    createdAt: now,
    updatedAt: now,
  });
  for (const segment of await listSegments(ctx.shards, form.id)) {
    await startCursor(ctx, { row, manifest, segment, start: input.start ?? "now" });
  }
  if (input.start === "beginning") await ring(ctx, row);
  return viewIntegration(ctx, row);
}

async function startCursor(
  ctx: Context,
  at: { row: store.IntegrationRow; manifest: Manifest; segment: Segment; start: "now" | "beginning" },
): Promise<void> {
  const { row, manifest, segment, start } = at;
  const follows = manifest.events.some((event) => event !== "created");
  const place = (feed: "responses" | "revisions") =>
    start === "now" ? headOf(ctx.shards, segment, feed) : segmentStart(segment.no);
  await cursors.createCursor(ctx.shards.get(segment.shard).db, {
    segment: segment.no,
    integration: row.no,
    kind: row.kind,
    position: await place("responses"),
    // A back-fill reads responses as they are now: earlier changes are in them.
    revisionPosition: follows ? await headOf(ctx.shards, segment, "revisions") : null,
  });
}

async function checkSetup(
  ctx: Context,
  form: CachedForm,
  input: { manifest: Manifest; config: unknown; filter: string | null },
): Promise<{ config: Record<string, unknown>; connection: string | null; filter: string | null }> {
  const config = checkWith(input.manifest.config, input.config, ["config"]);
  const problems = (input.manifest.checkConfig?.(config, form.definition) ?? []).map(({ path, message }) => ({
    pointer: `/config/${path}`,
    code: "invalid_config",
    detail: message,
  }));
  const plain = { ...(config as Record<string, unknown>) };
  const connection = typeof plain.connection === "string" ? plain.connection : null;
  if (connection !== null) {
    const found = await findConnection(ctx.shards.control, form.workspace, connection);
    if (found?.kind !== input.manifest.kind) {
      const detail = `This workspace has no connection ${connection} of the kind ${input.manifest.kind}.`;
      problems.push({ pointer: "/config/connection", code: "unknown_connection", detail });
    }
  }
  const filter = input.filter === null ? null : compileFilter(input.filter, form.definition);
  if (filter && !filter.ok) problems.push({ pointer: "/filter", code: "invalid_expression", detail: filter.detail });
  if (problems.length > 0) throw new AppError("invalid_request", { errors: problems });
  return { config: plain, connection, filter: input.filter };
}

/** An integration of this form and workspace, or `not_found`. */
export async function findOwnIntegration(
  ctx: Context,
  workspace: string,
  input: { form: string; integration: string },
): Promise<store.IntegrationRow> {
  await loadOwnForm(ctx, workspace, input.form);
  const row = await store.findIntegration(ctx.shards.control, input.form, input.integration);
  if (!row) throw new AppError("not_found", { detail: "This form has no such integration." });
  return row;
}

interface Named {
  readonly form: string;
  readonly integration: string;
}

export async function getIntegration(ctx: Context, workspace: string, input: Named): Promise<IntegrationView> {
  return viewIntegration(ctx, await findOwnIntegration(ctx, workspace, input));
}

export async function listIntegrations(ctx: Context, workspace: string, form: string): Promise<IntegrationView[]> {
  await loadOwnForm(ctx, workspace, form);
  const rows = await store.listIntegrations(ctx.shards.control, form);
  return Promise.all(rows.map((row) => viewIntegration(ctx, row)));
}

/** Changes config or filter. A blocked or waiting integration tries again at once. */
export async function updateIntegration(
  ctx: Context,
  workspace: string,
  input: Named & { config?: Readonly<Record<string, unknown>>; filter?: string | null },
): Promise<IntegrationView> {
  const form = await loadOwnForm(ctx, workspace, input.form);
  const row = await findOwnIntegration(ctx, workspace, input);
  const manifest = findKind(row.kind);
  if (!manifest) throw new AppError("conflict", { detail: `The kind ${row.kind} is not installed any more.` });
  const config = { ...row.config, ...input.config };
  const filter = input.filter === undefined ? row.filter : input.filter;
  const setup = await checkSetup(ctx, form, { manifest, config, filter });
  await store.updateIntegration(ctx.shards.control, row.no, { ...setup, updatedAt: ctx.now() });
  const stuck = (await readCursors(ctx, row)).some(
    ({ cursor }) => cursor.state === "waiting" || cursor.state === "blocked",
  );
  return stuck ? resumeIntegration(ctx, workspace, input) : getIntegration(ctx, workspace, input);
}

/** Stops an integration where it is: nothing is lost, it goes on from there. */
export async function pauseIntegration(ctx: Context, workspace: string, input: Named): Promise<IntegrationView> {
  const row = await findOwnIntegration(ctx, workspace, input);
  for (const { db, cursor } of await readCursors(ctx, row)) await cursors.pauseCursor(db, cursor.segment, row.no);
  return viewIntegration(ctx, row);
}

/** Lets a paused, waiting or blocked integration go on now. */
export async function resumeIntegration(ctx: Context, workspace: string, input: Named): Promise<IntegrationView> {
  const row = await findOwnIntegration(ctx, workspace, input);
  for (const { db, cursor } of await readCursors(ctx, row)) await cursors.resumeCursor(db, cursor.segment, row.no);
  await ring(ctx, row);
  return viewIntegration(ctx, row);
}

/** Delivers again from the beginning, or from a response on (included). What is there already is not doubled. */
export async function replayIntegration(
  ctx: Context,
  workspace: string,
  input: Named & { from: string },
): Promise<IntegrationView> {
  const row = await findOwnIntegration(ctx, workspace, input);
  const start = input.from === "beginning" ? null : parseResponseId(input.from);
  const all = await readCursors(ctx, row);
  const first =
    start === null
      ? 0
      : all.findIndex((at) => at.shard === start.shard && at.cursor.segment === segmentOf(start.position));
  if (first < 0 || (start === null && input.from !== "beginning")) {
    const problem = {
      pointer: "/from",
      code: "unknown_response",
      detail: "Send beginning, or the id of a response of this form.",
    };
    throw new AppError("invalid_request", { errors: [problem] });
  }
  for (const [i, { db, cursor }] of all.entries()) {
    if (i < first) continue;
    const position = start !== null && i === first ? start.position - 1 : segmentStart(cursor.segment);
    await cursors.rewindCursor(db, cursor.segment, row.no, position);
  }
  await ring(ctx, row);
  return viewIntegration(ctx, row);
}

/** Asks the kind whether the integration can do its work; nothing is delivered. */
export async function testIntegration(ctx: Context, workspace: string, input: Named): Promise<TestResult> {
  const row = await findOwnIntegration(ctx, workspace, input);
  const worker = ctx.kindWorker(row.kind);
  if (!worker) throw new AppError("kind_unavailable", { detail: `The worker of ${row.kind} is not deployed.` });
  const response = await worker.fetch("https://kind.internal/test", {
    method: "POST",
    body: JSON.stringify({ integration: row.id }),
  });
  if (!response.ok)
    throw new AppError("kind_unavailable", { detail: `The worker of ${row.kind} answered ${response.status}.` });
  return response.json<TestResult>();
}

/** Deletes an integration; what it delivered stays where it is. */
export async function deleteIntegration(ctx: Context, workspace: string, input: Named): Promise<void> {
  const row = await findOwnIntegration(ctx, workspace, input);
  for (const { db, cursor } of await readCursors(ctx, row)) await cursors.deleteCursor(db, cursor.segment, row.no);
  await store.deleteIntegration(ctx.shards.control, row.no);
}

interface PlacedCursor {
  readonly shard: number;
  readonly db: D1Database;
  readonly cursor: cursors.Cursor;
}

/** The cursors of an integration, one a segment, oldest segment first. */
export async function readCursors(ctx: Context, row: store.IntegrationRow): Promise<PlacedCursor[]> {
  const placed: PlacedCursor[] = [];
  for (const segment of await listSegments(ctx.shards, row.form)) {
    const { db } = ctx.shards.get(segment.shard);
    const cursor = await cursors.findCursor(db, segment.no, row.no);
    if (cursor) placed.push({ shard: segment.shard, db, cursor });
  }
  return placed;
}

/** Wakes the kind's worker for every segment of an integration. */
export async function ring(ctx: Context, row: store.IntegrationRow): Promise<void> {
  const placed = await readCursors(ctx, row);
  await ctx.wake(
    placed.map(({ shard, cursor }) => ({
      shard,
      segment: cursor.segment,
      integration: row.no,
      kind: row.kind,
      notBefore: cursor.nextAt,
    })),
  );
}

const WORST_FIRST: readonly cursors.CursorState[] = ["blocked", "paused", "waiting", "active"];

async function viewIntegration(ctx: Context, row: store.IntegrationRow): Promise<IntegrationView> {
  const placed = await readCursors(ctx, row);
  const lags = await Promise.all(placed.map(({ db, cursor }) => cursors.lagOf(db, cursor)));
  const dbs = new Map(placed.map(({ shard, db }) => [shard, db]));
  const parked = await Promise.all([...dbs.values()].map((db) => countParked(db, row.no)));
  const oldest = Math.min(...lags.map((lag) => lag.oldestAt ?? Number.POSITIVE_INFINITY));
  const all = placed.map(({ cursor }) => cursor);
  const latest = Math.max(0, ...all.map((cursor) => cursor.lastSuccessAt ?? 0));
  const next = Math.max(0, ...all.map((cursor) => cursor.nextAt));
  const state = WORST_FIRST.find((s) => all.some((cursor) => cursor.state === s)) ?? "active";
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  return {
    id: row.id,
    form: row.form,
    kind: row.kind,
    state,
    config: row.config,
    filter: row.filter,
    lag: {
      entries: sum(lags.map((lag) => lag.entries)),
      seconds: Number.isFinite(oldest) ? Math.max(0, Math.round((ctx.now() - oldest) / 1000)) : 0,
    },
    parked: sum(parked),
    lastError: all.find((cursor) => cursor.lastError !== null)?.lastError ?? null,
    lastSuccessAt: latest > 0 ? new Date(latest).toISOString() : null,
    nextAttemptAt: next > ctx.now() ? new Date(next).toISOString() : null,
    createdAt: new Date(row.createdAt).toISOString(),
    updatedAt: new Date(row.updatedAt).toISOString(),
  };
}
