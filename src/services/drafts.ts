/**
 * Verbs on drafts: a definition that is worked on. It may be incomplete, or wrong in any way: what is wrong with it is
 * told beside it, and refused only when it is published. Two editors can't overwrite each other: a change names what it
 * saw.
 */
import type { Context } from "../context";
import { AppError, type Problem } from "../core/errors";
import type { Definition } from "../core/form";
import { DefinitionSchema } from "../core/form-schema";
import { clearDraft, type DraftRow, findDraft, saveDraft } from "../store/drafts";
import { audited } from "./audit";
import { findProblems } from "./check";
import { titleOf } from "./form-verbs";
import type { FormWithDefinition } from "./form-view";
import { findOwnRow } from "./forms";
import { findTypeChanges, publishVersion } from "./versions";

export interface DraftView {
  readonly form: string;
  /** Also the ETag. */
  readonly revision: number;
  readonly updatedAt: string;
  /** As it was sent. */
  readonly definition: unknown;
  /** What keeps it from being published; empty: nothing. */
  readonly problems: readonly Problem[];
}

interface Named {
  readonly form: string;
}

export async function getDraft(ctx: Context, workspace: string, input: Named): Promise<DraftView> {
  await findOwnRow(ctx, workspace, input.form);
  return viewDraft(ctx, input.form, await readDraft(ctx, input.form));
}

/**
 * Stores a draft. Throws `precondition_required` when there is one and its revision was not named, `stale_draft` when
 * it is another.
 */
export async function putDraft(
  ctx: Context,
  workspace: string,
  input: Named & { revision: number | null; definition: unknown },
): Promise<DraftView> {
  const { form, revision, definition } = input;
  const row = await findOwnRow(ctx, workspace, form);
  const draft = {
    form,
    seen: revision ?? 0,
    content: JSON.stringify(definition),
    now: ctx.now(),
    ...(row.version === 0 && { title: titleOf(definition) }),
  };
  const saved = await saveDraft(
    ctx.shards.control,
    draft,
    audited(ctx, { workspace, action: "form.draft_saved", object: form }),
  );
  if (!saved) throw revision === null ? unnamed() : stale();
  return viewDraft(ctx, form, saved);
}

/** Drops the draft; the published version stays. */
export async function deleteDraft(
  ctx: Context,
  workspace: string,
  input: Named & { revision: number | null },
): Promise<void> {
  const row = await findOwnRow(ctx, workspace, input.form);
  const draft = await findDraft(ctx.shards.control, input.form);
  if (!draft || draft.content === null) return;
  if (row.version === 0) throw new AppError("conflict", { detail: "This form is only a draft: delete the form." });
  const { form, revision } = input;
  if (revision === null) throw unnamed();
  const entry = audited(ctx, { workspace, action: "form.draft_discarded", object: form });
  if (!(await clearDraft(ctx.shards.control, { form, revision, now: ctx.now() }, entry))) throw stale();
}

/** Publishes the draft as the next version. Throws `invalid_request` with its problems, `stale_draft`. */
export async function publishDraft(
  ctx: Context,
  workspace: string,
  input: Named & { revision: number | null },
): Promise<FormWithDefinition> {
  await findOwnRow(ctx, workspace, input.form);
  const draft = await readDraft(ctx, input.form);
  if (input.revision !== null && input.revision !== draft.revision) throw stale();
  const { definition, problems } = checkDraft(draft);
  if (!definition) {
    throw new AppError("invalid_request", {
      detail: "Nothing was published. Mend what `errors` lists.",
      errors: problems,
    });
  }
  return publishVersion(ctx, workspace, { form: input.form, definition, draftRevision: draft.revision });
}

type Draft = DraftRow & { readonly content: string };

async function readDraft(ctx: Context, form: string): Promise<Draft> {
  const draft = await findDraft(ctx.shards.control, form);
  if (!draft || draft.content === null) throw new AppError("not_found", { detail: "This form has no draft." });
  return { ...draft, content: draft.content };
}

function checkDraft({ content }: { content: string | null }): { definition: Definition | null; problems: Problem[] } {
  const value: unknown = JSON.parse(content ?? "null");
  const problems = findProblems(DefinitionSchema, value);
  return { definition: problems.length === 0 ? DefinitionSchema.parse(value) : null, problems };
}

async function viewDraft(ctx: Context, form: string, draft: DraftRow): Promise<DraftView> {
  const { definition, problems } = checkDraft(draft);
  const changed = definition ? await findTypeChanges(ctx, form, definition) : [];
  return {
    form,
    revision: draft.revision,
    updatedAt: new Date(draft.updatedAt).toISOString(),
    definition: JSON.parse(draft.content ?? "null"),
    problems: [...problems, ...changed],
  };
}

const stale = () =>
  new AppError("stale_draft", {
    detail: "Somebody changed the draft after the revision that you named. Read it again.",
  });
const unnamed = () =>
  new AppError("precondition_required", {
    detail: 'There is a draft. Name the revision that you read: If-Match: "1".',
  });
