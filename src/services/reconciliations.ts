/** Reconciliations on demand, and what the nightly ones found. */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { findKind } from "../integrations/kinds";
import * as store from "../store/reconciliations";
import { record } from "./audit";
import { readCursors, ring } from "./integration-view";
import { findOwnIntegration, type Named } from "./integrations";

export interface ReconciliationView extends store.Found {
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

/** The newest reconciliations, newest first: up to `limit` of each segment. */
export async function listReconciliations(
  ctx: Context,
  workspace: string,
  input: Named & { limit: number },
): Promise<ReconciliationView[]> {
  const row = await findOwnIntegration(ctx, workspace, input);
  const newest = { before: Number.MAX_SAFE_INTEGER, limit: input.limit };
  const placed = await readCursors(ctx, row);
  const lists = await Promise.all(placed.map(({ db, cursor }) => store.listReconciliations(db, cursor, newest)));
  return lists
    .flat()
    .sort((a, b) => b.startedAt - a.startedAt)
    .slice(0, input.limit)
    .map(({ no: _, startedAt, finishedAt, ...found }) => ({
      startedAt: new Date(startedAt).toISOString(),
      finishedAt: finishedAt === null ? null : new Date(finishedAt).toISOString(),
      ...found,
    }));
}
