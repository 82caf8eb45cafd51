/** Verbs on integrations: configure on a form, look at, change. */
import type { CachedForm, Context } from "../context";
import { AppError } from "../core/errors";
import { compileFilter } from "../core/expression";
import { newId, segmentStart } from "../core/ids";
import type { Manifest } from "../core/integration";
import { nextNight } from "../core/night";
import type { ResponseRecord } from "../core/response";
import { catalog, findKind } from "../integrations/kinds";
import { findConnection } from "../store/connections";
import { compareFromHere, createCursor, resumeCursor, rewindCursor } from "../store/cursor-control";
import * as store from "../store/integrations";
import { headOf, listSegments, type Segment } from "../store/shards";
import { audited } from "./audit";
import { checkWith } from "./check";
import { createConnection, type MadeSecrets } from "./connections";
import { loadForm, loadOwnForm, missing } from "./forms";
import { type IntegrationView, readCursors, ring, viewIntegration, viewIntegrations } from "./integration-view";
import { seek } from "./reads";

export interface IntegrationInput {
  readonly kind: string;
  readonly config: unknown;
  readonly filter?: string | null;
  /** `beginning`: the responses that are there already are delivered too. `now` unless told; an index has them all. */
  readonly start?: "now" | "beginning";
}

/**
 * Configures a kind on a form and starts it; credentials that were made for it are shown only now. Throws
 * `invalid_request` with what is wrong in the config.
 */
export async function createIntegration(
  ctx: Context,
  workspace: string,
  input: IntegrationInput & { form: string },
): Promise<IntegrationView & MadeSecrets> {
  const form = await loadOwnForm(ctx, workspace, input.form);
  const manifest = findManifest(input.kind);
  const checked = await checkSetup(ctx, form, { manifest, config: input.config, filter: input.filter ?? null });
  const { setup, secrets } = await withConnection(ctx, form, { manifest, setup: checked });
  const now = ctx.now();
  const start = startOf(manifest, input.start);
  const names = { id: newId("int", ctx.random), workspace, form: form.id, kind: manifest.kind };
  const detail = { form: form.id, kind: manifest.kind, start };
  const row = await store.insertIntegration(
    ctx.shards.control,
    { ...names, ...setup, createdAt: now, updatedAt: now },
    audited(ctx, { workspace, action: "integration.created", object: names.id, detail }),
  );
  if (!row) throw missing();
  const segments = await listSegments(ctx.shards, form.id);
  for (const [i, segment] of segments.entries()) {
    await startCursor(ctx, { row, manifest, segment, before: segments[i - 1], start });
  }
  if (start === "beginning") await ring(ctx, row);
  return { ...(await viewIntegration(ctx, row)), ...(secrets && { secrets }) };
}

/** Where an integration starts. Throws `invalid_request` when an index is to leave out what is there already. */
function startOf({ index, kind }: Manifest, start: IntegrationInput["start"]): "now" | "beginning" {
  if (!index) return start ?? "now";
  if (start !== "now") return "beginning";
  const detail = `${kind} keeps an index of all responses: leave \`start\` out. A filter leaves responses out.`;
  throw new AppError("invalid_request", { errors: [{ pointer: "/start", code: "index_starts_at_beginning", detail }] });
}

/** A connection of its own, for kinds whose credentials Formlog makes and that were given none. */
async function withConnection(
  ctx: Context,
  form: CachedForm,
  { manifest, setup }: { manifest: Manifest; setup: Setup },
): Promise<{ setup: Setup } & MadeSecrets> {
  if (!manifest.credentials || setup.connection !== null) return { setup };
  const name = `${manifest.title} of ${form.title}`.slice(0, 200);
  const made = await createConnection(ctx, form.workspace, { kind: manifest.kind, name });
  const config = { ...setup.config, connection: made.id };
  return { setup: { ...setup, config, connection: made.id }, ...(made.secrets && { secrets: made.secrets }) };
}

/** The manifest of a kind. Throws `invalid_request` with the kinds that there are. */
export function findManifest(kind: string): Manifest {
  const manifest = findKind(kind);
  if (manifest) return manifest;
  const kinds = catalog.map((m) => m.kind).join(", ");
  const problem = { pointer: "/kind", code: "unknown_kind", detail: `The kinds are: ${kinds}.` };
  throw new AppError("invalid_request", { errors: [problem] });
}

interface Start {
  readonly row: store.IntegrationRow;
  readonly manifest: Manifest;
  readonly segment: Segment;
  /** That the form wrote to before this one. */
  readonly before: Segment | undefined;
  readonly start: "now" | "beginning";
}

async function startCursor(ctx: Context, { row, manifest, segment, before, start }: Start): Promise<void> {
  const follows = manifest.events.some((event) => event !== "created");
  const place = (feed: "responses" | "revisions") =>
    start === "now" ? headOf(ctx.shards, segment, feed) : segmentStart(segment.no);
  const cursor = {
    segment: segment.no,
    integration: row.no,
    kind: row.kind,
    position: await place("responses"),
    // A back-fill reads responses as they are now: earlier changes are in them.
    revisionPosition: follows ? await headOf(ctx.shards, segment, "revisions") : null,
    reconcileAt: manifest.reconciled ? nextNight(ctx.now(), row.no) : null,
    owedAt: ctx.now(),
  };
  await createCursor(ctx.shards.get(segment.shard).db, cursor, before ? { segment: before, cursor: null } : null);
}

interface Setup {
  readonly config: Record<string, unknown>;
  readonly connection: string | null;
  readonly filter: string | null;
}

/**
 * Config, connection and filter, as they are stored. Throws `invalid_request` with everything that is wrong in them.
 */
export async function checkSetup(
  ctx: Context,
  form: CachedForm,
  input: { manifest: Manifest; config: unknown; filter: string | null },
): Promise<Setup> {
  const config = checkWith(input.manifest.config, input.config, ["config"]);
  const problems = (input.manifest.checkConfig?.(config, form.definition, ctx.config) ?? []).map(
    ({ path, message }) => ({
      pointer: `/config/${path}`,
      code: "invalid_config",
      detail: message,
    }),
  );
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
  const row = await seek(ctx, ({ control }) => store.findIntegration(control, input.form, input.integration));
  if (!row) throw new AppError("not_found", { detail: "This form has no such integration." });
  return row;
}

/**
 * Whether an integration's filter (and the events that it wants) lets a response pass, by the form's current version,
 * as its worker sees it.
 */
export async function filterOf(
  ctx: Context,
  row: store.IntegrationRow,
): Promise<(response: ResponseRecord) => boolean> {
  if (findKind(row.kind)?.eventsOf?.(row.config).includes("created") === false) return () => false;
  if (row.filter === null) return () => true;
  const filter = compileFilter(row.filter, (await loadForm(ctx, row.form)).definition);
  return (response) => filter.ok && filter.evaluate(response.answers, response.metadata);
}

/** Which integration of which form. */
export interface Named {
  readonly form: string;
  readonly integration: string;
}

export async function getIntegration(ctx: Context, workspace: string, input: Named): Promise<IntegrationView> {
  return viewIntegration(ctx, await findOwnIntegration(ctx, workspace, input));
}

export async function listIntegrations(ctx: Context, workspace: string, form: string): Promise<IntegrationView[]> {
  await loadOwnForm(ctx, workspace, form);
  const rows = await store.listIntegrations(ctx.shards.control, form);
  return viewIntegrations(ctx, rows);
}

/** An integration among all those of a workspace. */
export interface WorkspaceIntegrationView extends IntegrationView {
  readonly formTitle: string;
}

/**
 * The integrations of a workspace, newest first; of a key of one form those of its form. Deleted forms are left out.
 */
export async function listWorkspaceIntegrations(
  ctx: Context,
  workspace: string,
  page: { before: number; limit: number; only: string | null },
): Promise<{ items: WorkspaceIntegrationView[]; last: number | null }> {
  const rows = await store.listWorkspaceIntegrations(ctx.shards.control, workspace, page);
  const views = await viewIntegrations(
    ctx,
    rows.map(({ integration }) => integration),
  );
  const items = views.map((view, i) => ({ ...view, formTitle: rows[i]?.formTitle ?? "" }));
  return { items, last: rows.length === page.limit ? (rows.at(-1)?.integration.no ?? null) : null };
}

/** Changes config or filter. A blocked or waiting integration tries again at once; an index begins anew. */
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
  const changed = [...Object.keys(input.config ?? {}), ...(input.filter === undefined ? [] : ["filter"])];
  const detail = { form: form.id, changed };
  const entry = audited(ctx, { workspace, action: "integration.updated", object: row.id, detail });
  // Another credential has another budget: which one is known when it is first used.
  const budget = setup.connection === row.connection ? row.budget : null;
  await store.updateIntegration(ctx.shards.control, row.no, { ...setup, budget, updatedAt: ctx.now() }, entry);
  // What it waited for may be mended by the change: it tries again at once.
  for (const { db, cursor } of await readCursors(ctx, row)) {
    await compareFromHere(db, cursor.segment, row.no);
    if (manifest.index) await rewindCursor(db, cursor, { position: segmentStart(cursor.segment), now: ctx.now() });
    if (cursor.state !== "paused") await resumeCursor(db, cursor, ctx.now());
  }
  await ring(ctx, row);
  return getIntegration(ctx, workspace, input);
}
