/**
 * Deleting a form: it is gone for everybody at once, and erased by the sweeper (dispatch/erase.ts) when its time of
 * retention is over. Until then it can be restored as it was.
 */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import type { FormRow } from "../store/form-reads";
import { tellCursors } from "./commands";
import { applyChange } from "./form-verbs";
import { type FormView, viewForm } from "./form-view";
import { findRow, missing } from "./forms";

const DAY_MS = 86_400_000;

/** Deletes a form; repeated, it sets another time. Its integrations stop. Throws `not_found`. */
export async function deleteForm(
  ctx: Context,
  workspace: string,
  input: { form: string; retentionDays: number },
): Promise<FormView> {
  const row = await findRow(ctx, workspace, input.form);
  const now = ctx.now();
  const eraseAt = now + input.retentionDays * DAY_MS;
  const deed = { action: "form.deleted", detail: { eraseAt: new Date(eraseAt).toISOString() } } as const;
  const view = await applyChange(ctx, row, { deletedAt: row.deletedAt ?? now, eraseAt }, deed);
  await tellCursors(ctx, row.id);
  return view;
}

/**
 * Takes a deletion back: state, responses and integrations are as they were. May be repeated when it was cut short.
 * Throws `not_found` when it is erased, or is being, `conflict` when there is nothing to take back.
 */
export async function restoreForm(ctx: Context, workspace: string, input: { form: string }): Promise<FormView> {
  const row = await findRow(ctx, workspace, input.form);
  if (row.erasingAt !== null) throw missing();
  if (row.deletedAt === null) {
    if ((await release(ctx, row)) > 0) return viewForm(row);
    throw new AppError("conflict", { detail: "This form is not deleted." });
  }
  const view = await applyChange(ctx, row, { deletedAt: null, eraseAt: null }, { action: "form.restored" });
  await release(ctx, row);
  return view;
}

/** Lets the integrations of a form go on as they were. Returns of how many something was left to do. */
async function release(ctx: Context, { id }: FormRow): Promise<number> {
  const { integrations, wakeUps } = await tellCursors(ctx, id);
  ctx.waitUntil(ctx.wake(wakeUps));
  return integrations;
}
