/** Verbs on integrations: configure on a form, look at, change. */
import type { CachedForm, Context } from "../context";
import { AppError } from "../core/errors";
import { compileFilter } from "../core/expression";
import { newId, segmentStart } from "../core/ids";
import type { Manifest } from "../core/integration";
import { catalog, findKind } from "../integrations/catalog";
import { findConnection } from "../store/connections";
import { createCursor, resumeCursor } from "../store/cursor-control";
import * as store from "../store/integrations";
import { headOf, listSegments, type Segment } from "../store/shards";
import { checkWith } from "./check";
import { loadOwnForm } from "./forms";
import { type IntegrationView, readCursors, ring, viewIntegration } from "./integration-view";

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
  const manifest = findManifest(input.kind);
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

/** The manifest of a kind. Throws `invalid_request` with the kinds that there are. */
export function findManifest(kind: string): Manifest {
  const manifest = findKind(kind);
  if (manifest) return manifest;
  const kinds = catalog.map((m) => m.kind).join(", ");
  const problem = { pointer: "/kind", code: "unknown_kind", detail: `The kinds are: ${kinds}.` };
  throw new AppError("invalid_request", { errors: [problem] });
}

async function startCursor(
  ctx: Context,
  at: { row: store.IntegrationRow; manifest: Manifest; segment: Segment; start: "now" | "beginning" },
): Promise<void> {
  const { row, manifest, segment, start } = at;
  const follows = manifest.events.some((event) => event !== "created");
  const place = (feed: "responses" | "revisions") =>
    start === "now" ? headOf(ctx.shards, segment, feed) : segmentStart(segment.no);
  await createCursor(ctx.shards.get(segment.shard).db, {
    segment: segment.no,
    integration: row.no,
    kind: row.kind,
    position: await place("responses"),
    // A back-fill reads responses as they are now: earlier changes are in them.
    revisionPosition: follows ? await headOf(ctx.shards, segment, "revisions") : null,
  });
}

/** Config, connection and filter, as they are stored. Throws `invalid_request` with everything that is wrong in them. */
export async function checkSetup(
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
  // What it waited for may be mended by the change: it tries again at once.
  for (const { db, cursor } of await readCursors(ctx, row)) {
    if (cursor.state !== "paused") await resumeCursor(db, cursor.segment, row.no);
  }
  await ring(ctx, row);
  return getIntegration(ctx, workspace, input);
}
