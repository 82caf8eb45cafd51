/**
 * Verbs on an integration that runs: pause, resume, test, delete. Each may be repeated. Replays: integration-replay.ts.
 */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import type { TestResult } from "../core/integration";
import * as cursors from "../store/cursor-control";
import { deleteIntegration as deleteRow } from "../store/integrations";
import { audited, record } from "./audit";
import { type IntegrationView, readCursors, ring, viewIntegration } from "./integration-view";
import { findOwnIntegration, type Named } from "./integrations";

/** Stops an integration where it is: nothing is lost, it goes on from there. */
export async function pauseIntegration(ctx: Context, workspace: string, input: Named): Promise<IntegrationView> {
  const row = await findOwnIntegration(ctx, workspace, input);
  for (const { db, cursor } of await readCursors(ctx, row)) await cursors.pauseCursor(db, cursor.segment, row.no);
  await record(ctx, { workspace, action: "integration.paused", object: row.id, detail: { form: row.form } });
  return viewIntegration(ctx, row);
}

/** Lets a paused, waiting or blocked integration go on now. */
export async function resumeIntegration(ctx: Context, workspace: string, input: Named): Promise<IntegrationView> {
  const row = await findOwnIntegration(ctx, workspace, input);
  for (const { db, cursor } of await readCursors(ctx, row)) await cursors.resumeCursor(db, cursor, ctx.now());
  await record(ctx, { workspace, action: "integration.resumed", object: row.id, detail: { form: row.form } });
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

/** Deletes an integration; what it delivered stays where it is. What we hold of it is erased by the sweeper. */
export async function deleteIntegration(ctx: Context, workspace: string, input: Named): Promise<void> {
  const row = await findOwnIntegration(ctx, workspace, input);
  for (const { db, cursor } of await readCursors(ctx, row)) await cursors.deleteCursor(db, cursor.segment, row.no);
  const detail = { form: row.form, kind: row.kind };
  const entry = audited(ctx, { workspace, action: "integration.deleted", object: row.id, detail });
  await deleteRow(ctx.shards.control, { no: row.no, now: ctx.now() }, entry);
}
