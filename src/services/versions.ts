/** Verbs on the versions of a form: publish, list, read, compare. A version never changes. */
import type { Context } from "../context";
import { AppError, type Problem } from "../core/errors";
import { changedTypes, type Definition, type QuestionType } from "../core/form";
import { type DefinitionDiff, diffDefinitions } from "../core/form-diff";
import { rulesDiffer } from "../core/rule";
import type { FormRow } from "../store/form-reads";
import * as store from "../store/forms";
import { audited } from "./audit";
import { type FormWithDefinition, viewForm, withDefinition } from "./form-view";
import { findOwnRow, findRow, readDefinition, syncSegment } from "./forms";
import { indexQuestions } from "./indexed-questions";
import { requestOf } from "./rechecks";

/**
 * Publishes the next version; where its rules changed, old responses are looked at again. Throws `invalid_request` when
 * a question's type would change, `conflict` in a race.
 */
export async function publishVersion(
  ctx: Context,
  workspace: string,
  input: { form: string; definition: Definition; draftRevision?: number },
): Promise<FormWithDefinition> {
  const { form, ...next } = input;
  const row = await findOwnRow(ctx, workspace, form);
  const errors = await findTypeChanges(ctx, form, input.definition);
  if (errors.length > 0) {
    const detail = "A question's type can't change under the same ref: its old answers would not fit. Use a new ref.";
    throw new AppError("invalid_request", { detail, errors });
  }
  const version = row.version + 1;
  const detail = { version, ...(input.draftRevision !== undefined && { draft: input.draftRevision }) };
  const entry = audited(ctx, { workspace, action: "form.version_published", object: form, detail });
  const recheck = (await changesRules(ctx, row, input.definition)) ? requestOf(ctx, { form, version }) : null;
  const change = { ...next, form, version, recheck, now: ctx.now() };
  const published = await store.insertVersion(ctx.shards.control, change, entry);
  if (!published) throw new AppError("conflict", { detail: "Another version was published just now. Try again." });
  await syncSegment(ctx, row);
  await indexQuestions(ctx, { id: form, definition: input.definition });
  return withDefinition(viewForm(await findRow(ctx, workspace, form)), input.definition);
}

/** Whether there may be responses that were judged by other rules. */
async function changesRules(ctx: Context, { id, version }: FormRow, next: Definition): Promise<boolean> {
  return version > 0 && rulesDiffer(await readDefinition(ctx, id, version), next);
}

/** Questions whose type is not the one that their ref had in any version before, also one that no longer asks it. */
export async function findTypeChanges(
  ctx: Context,
  form: string,
  definition: Pick<Definition, "questions">,
): Promise<Problem[]> {
  return typeChanges(await store.readTypes(ctx.shards.control, form), definition);
}

/** The same, of types that were read. */
export function typeChanges(
  had: ReadonlyMap<string, QuestionType>,
  definition: Pick<Definition, "questions">,
): Problem[] {
  const at = (ref: string) => definition.questions.findIndex((q) => q.ref === ref);
  return changedTypes(had, definition).map(({ ref, was, is }) => ({
    pointer: `/questions/${at(ref)}/type`,
    question: ref,
    code: "type_changed",
    detail: `${ref} was ${was} and can't become ${is}.`,
  }));
}

export interface VersionView {
  readonly version: number;
  readonly title: string;
  /** How many there are. */
  readonly questions: number;
  readonly createdAt: string;
}

/** The versions of a form, newest first. */
export async function listVersions(
  ctx: Context,
  workspace: string,
  input: { form: string; before: number; limit: number },
): Promise<{ items: VersionView[]; last: number | null }> {
  await findOwnRow(ctx, workspace, input.form);
  const rows = await store.listVersions(ctx.shards.control, input.form, input);
  const items = rows.map((row) => ({ ...row, createdAt: new Date(row.createdAt).toISOString() }));
  return { items, last: rows.length === input.limit ? (rows.at(-1)?.version ?? null) : null };
}

/** A form with the definition of one of its versions. */
export async function getVersion(
  ctx: Context,
  workspace: string,
  input: { form: string; version: number },
): Promise<FormWithDefinition> {
  const row = await findOwnRow(ctx, workspace, input.form);
  const definition = await readDefinition(ctx, row.id, input.version);
  return withDefinition({ ...viewForm(row), version: input.version }, definition);
}

export interface VersionDiff extends DefinitionDiff {
  readonly version: number;
  readonly against: number;
}

/** What a version changed against another one: the one before it unless told. */
export async function diffVersions(
  ctx: Context,
  workspace: string,
  input: { form: string; version: number; against?: number },
): Promise<VersionDiff> {
  const { form, version } = input;
  await findOwnRow(ctx, workspace, form);
  const against = input.against ?? version - 1;
  if (against === 0) {
    throw new AppError("invalid_parameter", { detail: "Version 1 has none before it: say `against` which." });
  }
  const [from, to] = await Promise.all([readDefinition(ctx, form, against), readDefinition(ctx, form, version)]);
  return { version, against, ...diffDefinitions(from, to) };
}
