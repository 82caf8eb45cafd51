/** Reconciliations on demand, and what the nightly ones found. */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { type Found, mergeReconciliations } from "../core/reconciliation";
import { findKind } from "../integrations/kinds";
import * as store from "../store/reconciliations";
import { record } from "./audit";
import { readCursors, ring } from "./integration-view";
import { findOwnIntegration, type Named } from "./integrations";

export interface ReconciliationView extends Found {
  readonly startedAt: string;
  /** Null: it is under way, or its worker died and another will begin anew. */
  readonly finishedAt: string | null;
}

/** Asks for a reconciliation as soon as the worker of the kind has time. Asked twice, it is done once. */
export async function reconcileIntegration(
  ctx: Context,
  workspace: string,
  input: Named,
): Promise<{ requestedAt: string }> {
  const row = await findOwnIntegration(ctx, workspace, input);
  if (!findKind(row.kind)?.reconciled) {
    throw new AppError("conflict", { detail: `There is nothing to compare ${row.kind} with.` });
  }
  for (const { db, cursor } of await readCursors(ctx, row)) {
    if (!(await store.requestReconciliation(db, cursor, ctx.now())))
      throw new AppError("conflict", { detail: "This integration is paused. Resume it, then compare." });
  }
  await record(ctx, { workspace, action: "integration.reconciled", object: row.id, detail: { form: row.form } });
  await ring(ctx, row);
  return { requestedAt: new Date(ctx.now()).toISOString() };
}

/** The newest reconciliations, newest first. Of a form with several segments each is one over all of them. */
export async function listReconciliations(
  ctx: Context,
  workspace: string,
  input: Named & { limit: number },
): Promise<ReconciliationView[]> {
  const placed = await readCursors(ctx, await findOwnIntegration(ctx, workspace, input));
  // Which belong together shows by those before them: of several segments all that are kept are read.
  const limit = placed.length > 1 ? store.KEPT : input.limit;
  const compared = await Promise.all(
    placed.map(async ({ db, cursor }) => ({
      found: await store.listReconciliations(db, cursor, limit),
      dueAt: cursor.state === "paused" ? null : cursor.reconcileAt,
    })),
  );
  return mergeReconciliations(compared)
    .slice(0, input.limit)
    .map(({ startedAt, finishedAt, ...found }) => ({
      startedAt: new Date(startedAt).toISOString(),
      finishedAt: finishedAt === null ? null : new Date(finishedAt).toISOString(),
      ...found,
    }));
}
