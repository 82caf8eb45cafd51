/** Verbs on integrations: look at, change. Configuring one: new-integration.ts. */
import type { CachedForm, Context } from "../context";
import { AppError } from "../core/errors";
import { compileFilter } from "../core/expression";
import type { Manifest } from "../core/integration";
import type { ResponseRecord } from "../core/response";
import { catalog, findKind } from "../integrations/kinds";
import { findConnection } from "../store/connections";
import * as store from "../store/integrations";
import { audited } from "./audit";
import { checkWith } from "./check";
import { tellAndWake } from "./commands";
import { loadForm, loadOwnForm } from "./forms";
import { type IntegrationView, viewIntegration, viewIntegrations } from "./integration-view";
import { seek } from "./reads";

/** The manifest of a kind. Throws `invalid_request` with the kinds that there are. */
export function findManifest(kind: string): Manifest {
  const manifest = findKind(kind);
  if (manifest) return manifest;
  const kinds = catalog.map((m) => m.kind).join(", ");
  const problem = { pointer: "/kind", code: "unknown_kind", detail: `The kinds are: ${kinds}.` };
  throw new AppError("invalid_request", { errors: [problem] });
}

/** What is stored of how an integration is configured. */
export interface Setup {
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
  if (!row) throw missingIntegration();
  return row;
}

export const missingIntegration = () => new AppError("not_found", { detail: "This form has no such integration." });

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
  const change = { ...setup, budget, updatedAt: ctx.now() };
  if (!(await store.updateIntegration(ctx.shards.control, row.no, change, entry))) throw missingIntegration();
  await tellAndWake(ctx, form.id);
  return getIntegration(ctx, workspace, input);
}
