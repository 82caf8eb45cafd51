/** Verbs of the form editor on versions that were: what each changed, and one of them put into the draft again. */
import type { Context } from "../context";
import { sameJson } from "../core/difference";
import { type Definition, unresolved } from "../core/form";
import { type DefinitionDiff, diffDefinitions } from "../core/form-diff";
import { DefinitionSchema } from "../core/form-schema";
import { readDefinitions } from "../store/form-reads";
import { findOwnRow, readDefinition } from "./forms";
import { changeWorkingCopy, getWorkingCopy, type WorkingCopy } from "./working-copy";

/**
 * What each of these versions changed against the one before it, by version; the first of a form is left out. One round
 * trip.
 */
export async function versionChanges(
  ctx: Context,
  form: string,
  versions: readonly number[],
): Promise<ReadonlyMap<number, DefinitionDiff>> {
  const needed = new Set(versions.flatMap((version) => [version, version - 1]));
  const definitions = await readDefinitions(ctx.shards.control, form, [...needed]);
  return new Map(
    versions.flatMap((version) => {
      const [before, after] = [definitions.get(version - 1), definitions.get(version)];
      return before && after ? [[version, diffDefinitions(before, after)] as const] : [];
    }),
  );
}

interface Named {
  readonly form: string;
  readonly version: number;
}

export interface PutBackView {
  readonly copy: WorkingCopy;
  readonly definition: Definition;
  /** From the working copy to that version; null: what is worked on has mistakes and can't be compared. */
  readonly diff: DefinitionDiff | null;
}

/** What would change in the working copy. Throws `not_found`. */
export async function previewPutBack(ctx: Context, workspace: string, input: Named): Promise<PutBackView> {
  const copy = await getWorkingCopy(ctx, workspace, input);
  const definition = unresolved(await readDefinition(ctx, copy.form.id, input.version));
  const now = DefinitionSchema.safeParse(copy.definition);
  return { copy, definition, diff: now.success ? diffDefinitions(now.data, definition) : null };
}

/**
 * Makes the definition of a version the draft, which is published like any other. Nothing is stored where it is the
 * working copy already. Throws `not_found`, and `stale_draft` as every change of the draft does.
 */
export async function putBack(ctx: Context, workspace: string, input: Named & { revision: number }): Promise<void> {
  const { id } = await findOwnRow(ctx, workspace, input.form);
  const definition = unresolved(await readDefinition(ctx, id, input.version));
  const change = (before: unknown) => (sameJson(before, definition) ? before : definition);
  await changeWorkingCopy(ctx, workspace, { form: id, revision: input.revision, change });
}
