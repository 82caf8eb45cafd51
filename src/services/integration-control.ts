/**
 * Verbs on an integration that runs: pause, resume, test, delete. Each may be repeated. Replays: integration-replay.ts.
 */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import type { TestResult } from "../core/integration";
import { dropCursors } from "../dispatch/obey";
import * as store from "../store/integrations";
import { listSegments } from "../store/shards";
import { audited } from "./audit";
import { tellAndWake } from "./commands";
import { type IntegrationView, viewIntegration } from "./integration-view";
import { findOwnIntegration, missingIntegration, type Named } from "./integrations";

/** Stops an integration where it is: nothing is lost, it goes on from there. */
export const pauseIntegration = (ctx: Context, workspace: string, input: Named): Promise<IntegrationView> =>
  setPaused(ctx, workspace, { ...input, paused: true });

/** Lets a paused, waiting or blocked integration go on now. */
export const resumeIntegration = (ctx: Context, workspace: string, input: Named): Promise<IntegrationView> =>
  setPaused(ctx, workspace, { ...input, paused: false });

async function setPaused(ctx: Context, workspace: string, input: Named & { paused: boolean }) {
  const row = await findOwnIntegration(ctx, workspace, input);
  const action = input.paused ? "integration.paused" : "integration.resumed";
  const entry = audited(ctx, { workspace, action, object: row.id, detail: { form: row.form } });
  if (!(await store.setPaused(ctx.shards.control, row.no, input.paused, entry))) throw missingIntegration();
  await tellAndWake(ctx, row.form);
  return viewIntegration(ctx, { ...row, paused: input.paused ? 1 : 0 });
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

/**
 * Deletes an integration; what it delivered stays where it is. What we hold of it is erased by the sweeper, its cursors
 * too should this be cut short.
 */
export async function deleteIntegration(ctx: Context, workspace: string, input: Named): Promise<void> {
  const row = await findOwnIntegration(ctx, workspace, input);
  const detail = { form: row.form, kind: row.kind };
  const entry = audited(ctx, { workspace, action: "integration.deleted", object: row.id, detail });
  // First: whoever makes a cursor for it after this finds that it is gone, and takes it back (dispatch/obey.ts).
  if (!(await store.deleteIntegration(ctx.shards.control, { no: row.no, now: ctx.now() }, entry))) {
    throw missingIntegration();
  }
  await dropCursors(ctx.shards, await listSegments(ctx.shards, row.form), [row.no]);
}
