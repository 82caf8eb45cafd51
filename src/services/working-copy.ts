/**
 * Verbs of the form editor: the definition as it is worked on, which is the draft or, where there is none, the
 * published one. A change is made to what is stored, so that it keeps what it does not touch, and names the revision
 * that its writer saw.
 */
import type { Context } from "../context";
import { AppError, type Problem } from "../core/errors";
import { type Definition, type QuestionType, unresolved } from "../core/form";
import { type DefinitionDiff, diffDefinitions } from "../core/form-diff";
import { DefinitionSchema } from "../core/form-schema";
import { findDraft } from "../store/drafts";
import { readTypes } from "../store/forms";
import { findProblems } from "./check";
import { putDraft } from "./drafts";
import { type FormView, viewForm } from "./form-view";
import { findOwnRow, readDefinition } from "./forms";
import { typeChanges } from "./versions";

export interface WorkingCopy {
  readonly form: FormView;
  /** Of the draft; 0: there is none. */
  readonly revision: number;
  readonly updatedAt: string | null;
  /** The draft, else what is published. */
  readonly definition: unknown;
  /** What is published; null: nothing yet. */
  readonly published: Definition | null;
  /** What keeps the draft from being published. */
  readonly problems: readonly Problem[];
  /** The types that refs had in any version: they never change. */
  readonly types: ReadonlyMap<string, QuestionType>;
}

/** Characters of a draft as JSON at most, as many as the API takes bytes (http/body.ts). */
const CHARACTERS_MAX = 512 * 1024;

/** Throws `not_found`. */
export async function getWorkingCopy(ctx: Context, workspace: string, input: { form: string }): Promise<WorkingCopy> {
  const row = await findOwnRow(ctx, workspace, input.form);
  const [draft, types, current] = await Promise.all([
    findDraft(ctx.shards.control, row.id),
    readTypes(ctx.shards.control, row.id),
    row.version > 0 ? readDefinition(ctx, row.id, row.version) : null,
  ]);
  const published = current && unresolved(current);
  const shared = { form: viewForm(row), published, types };
  if (!draft || draft.content === null) {
    return { ...shared, revision: 0, updatedAt: null, definition: published ?? {}, problems: [] };
  }
  const definition: unknown = JSON.parse(draft.content);
  return {
    ...shared,
    revision: draft.revision,
    updatedAt: new Date(draft.updatedAt).toISOString(),
    definition,
    problems: problemsOf(definition, types),
  };
}

/** What keeps a definition from being published; `types` as in WorkingCopy. */
export function problemsOf(definition: unknown, types: WorkingCopy["types"]): readonly Problem[] {
  const problems = findProblems(DefinitionSchema, definition);
  return problems.length > 0 ? problems : typeChanges(types, DefinitionSchema.parse(definition));
}

/**
 * Stores what a change makes of the working copy; nothing, where it changes nothing. Throws `stale_draft` when the
 * draft is not of this revision (any more), `too_large`, `not_found`.
 */
export async function changeWorkingCopy(
  ctx: Context,
  workspace: string,
  input: { form: string; revision: number; change: (definition: unknown, copy: WorkingCopy) => unknown },
): Promise<void> {
  const { form, revision } = input;
  const copy = await getWorkingCopy(ctx, workspace, { form });
  if (copy.revision !== revision) throw stale();
  const definition = input.change(copy.definition, copy);
  if (definition === copy.definition) return;
  if (JSON.stringify(definition).length > CHARACTERS_MAX) {
    throw new AppError("too_large", {
      detail: `A form has at most ${CHARACTERS_MAX} characters. Nothing was changed.`,
    });
  }
  await putDraft(ctx, workspace, { form, revision, definition });
}

export const stale = (): AppError =>
  new AppError("stale_draft", {
    detail:
      "Somebody saved this form after you opened the page. Nothing of theirs was overwritten, and nothing of yours saved.",
  });

/** What publishing the working copy would change; null: there is nothing to publish, or it has problems. */
export function diffOf({ revision, definition, published, problems }: WorkingCopy): DefinitionDiff | null {
  if (revision === 0 || problems.length > 0) return null;
  const next = DefinitionSchema.parse(definition);
  return diffDefinitions(published ?? { title: next.title, questions: [] }, next);
}
