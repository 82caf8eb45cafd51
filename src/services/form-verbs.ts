/**
 * Verbs on forms: create, duplicate, read, list, change, open, close, archive. Versions, drafts and deletion have their
 * own files.
 */
import type { Context } from "../context";
import type { Access, Definition } from "../core/form";
import { type FormSettings, findSettingsMistake } from "../core/form-settings";
import { patchSettings, type SettingsPatch } from "../core/form-settings-schema";
import { newId } from "../core/ids";
import type { Metadata } from "../core/metadata";
import { toNfc } from "../core/nfc";
import { findDraft } from "../store/drafts";
import type { FormRow } from "../store/form-reads";
import * as store from "../store/forms";
import { chooseShard, readShards } from "../store/placement";
import { openFirstSegment } from "../store/shards";
import { audited, type Deed } from "./audit";
import { type FormView, type FormWithDefinition, viewForm, viewInList, withDefinition } from "./form-view";
import { admitAs, findOwnRow, missing, readDefinition, syncSegment, takesResponses } from "./forms";
import { indexQuestions } from "./indexed-questions";
import { findRecheck } from "./rechecks";
import { refuseBody } from "./refuse-body";
import { sealTurnstile, type TurnstileInput } from "./turnstile-keys";

export interface FormInput {
  /** Null: a form that is not published; its `draft` may be any JSON. */
  readonly definition: Definition | null;
  readonly draft?: unknown;
  readonly access: Access;
  readonly metadata: Metadata;
  readonly settings?: FormSettings;
  readonly turnstile?: TurnstileInput | null | undefined;
}

/** Creates an open form with version 1, or one that is only a draft. */
export async function createForm(ctx: Context, workspace: string, input: FormInput): Promise<FormWithDefinition> {
  const { turnstile, ...rest } = input;
  refuseSettings(input.settings ?? {});
  const sealed = turnstile ? await sealTurnstile(ctx, turnstile) : null;
  return makeForm(ctx, workspace, { ...rest, turnstile: sealed }, { action: "form.created" });
}

type Content = Omit<FormInput, "turnstile"> & Pick<FormRow, "turnstile">;

async function makeForm(ctx: Context, workspace: string, input: Content, deed: FormDeed): Promise<FormWithDefinition> {
  const { definition, settings = {} } = input;
  const now = ctx.now();
  const form = {
    id: newId("form", ctx.random),
    workspace,
    title: definition?.title ?? titleOf(input.draft),
    state: "open" as const,
    access: input.access,
    version: definition ? 1 : 0,
    metadata: input.metadata,
    turnstile: input.turnstile,
    settings,
    createdAt: now,
    updatedAt: now,
    archivedAt: null,
    deletedAt: null,
    eraseAt: null,
    erasingAt: null,
  };
  // The form comes last: until then nobody knows the id, and a segment without a form does no harm.
  const { id, version } = form;
  const state = definition ? "open" : "closed";
  const { responsesMax = null } = settings;
  const shard = await firstShard(ctx);
  await openFirstSegment(ctx.shards, { id, version, state, now, responsesMax, shard });
  const draft = JSON.stringify(input.draft ?? {});
  const entry = audited(ctx, { ...deed, workspace, object: id });
  await store.insertForm(ctx.shards.control, { form, definition, draft }, entry);
  if (definition?.questions.some((question) => question.indexed)) await indexQuestions(ctx, { id, definition });
  return withDefinition(viewForm({ ...form, no: 0 }), definition);
}

/** Where a new form begins: on the emptiest shard that is open. An installation with one shard asks nobody. */
async function firstShard({ shards, config }: Context): Promise<number> {
  if (shards.all.length === 1) return 0;
  return chooseShard(await readShards(shards), { capBytes: config.shardCapBytes, from: null }) ?? 0;
}

/** What a form that was never published is called in lists. */
export function titleOf(draft: unknown): string {
  const title = typeof draft === "object" && draft !== null && "title" in draft ? draft.title : null;
  return typeof title === "string" && title !== "" ? toNfc(title.slice(0, 300)) : "Untitled";
}

const COPY = " (copy)";

/**
 * A new, open form with the newest definition (or the draft) and the settings of another, its Turnstile among them: a
 * copy is as well protected as what it was made from. Without responses, integrations or links.
 */
export async function duplicateForm(
  ctx: Context,
  workspace: string,
  input: { form: string; title?: string },
): Promise<FormWithDefinition> {
  const row = await findOwnRow(ctx, workspace, input.form);
  const { access, metadata, settings, turnstile } = row;
  const kept = { access, metadata, settings, turnstile };
  const deed = { action: "form.duplicated", detail: { from: row.id } } as const;
  const title = input.title ?? row.title.slice(0, 300 - COPY.length) + COPY;
  if (row.version > 0) {
    const definition = { ...(await readDefinition(ctx, row.id, row.version)), title };
    return makeForm(ctx, workspace, { ...kept, definition }, deed);
  }
  const content: unknown = JSON.parse((await findDraft(ctx.shards.control, row.id))?.content ?? "{}");
  const isObject = typeof content === "object" && content !== null && !Array.isArray(content);
  const draft = isObject ? { ...content, title } : content;
  return makeForm(ctx, workspace, { ...kept, definition: null, draft }, deed);
}

/** A form with its newest version's definition (of a draft, without), and how far its re-check has come. */
export async function getForm(ctx: Context, workspace: string, input: { form: string }): Promise<FormWithDefinition> {
  const row = await findOwnRow(ctx, workspace, input.form);
  if (row.version === 0) return withDefinition(viewForm(row), null);
  const [definition, recheck] = await Promise.all([readDefinition(ctx, row.id, row.version), findRecheck(ctx, row.id)]);
  return { ...withDefinition(viewForm(row), definition), ...(recheck && { recheck }) };
}

/** A form without its definition. Throws `not_found`. */
export async function getFormView(ctx: Context, workspace: string, input: { form: string }): Promise<FormView> {
  return viewForm(await findOwnRow(ctx, workspace, input.form));
}

/** The forms of a workspace, newest first; with `only`, that one alone. */
export async function listForms(
  ctx: Context,
  workspace: string,
  page: store.FormsWanted,
): Promise<{ items: FormView[]; last: number | null }> {
  const rows = await store.listForms(ctx.shards.control, workspace, page);
  return { items: rows.map(viewInList), last: rows.length === page.limit ? (rows.at(-1)?.no ?? null) : null };
}

export interface FormPatch extends SettingsPatch {
  readonly access?: Access | undefined;
  readonly metadata?: Metadata | undefined;
  readonly turnstile?: TurnstileInput | null | undefined;
}

/** Changes what is not versioned. */
export async function updateForm(
  ctx: Context,
  workspace: string,
  input: { form: string; change: FormPatch },
): Promise<FormView> {
  const { access, metadata, turnstile, ...patch } = input.change;
  const row = await findOwnRow(ctx, workspace, input.form);
  const settings = patchSettings(row.settings, patch);
  refuseSettings(settings);
  const change = {
    settings,
    ...(access !== undefined && { access }),
    ...(metadata !== undefined && { metadata }),
    ...(turnstile !== undefined && { turnstile: turnstile && (await sealTurnstile(ctx, turnstile)) }),
  };
  const named = Object.entries(input.change).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  return applyChange(ctx, row, change, { action: "form.updated", detail: { changed: named } });
}

function refuseSettings(settings: FormSettings): void {
  const mistake = findSettingsMistake(settings);
  if (!mistake) return;
  const problem = { pointer: `/${mistake.key}`, code: "custom", detail: mistake.message };
  throw refuseBody([problem]);
}

/** Opens or closes a form. Closing holds as soon as this returns; both may be repeated. */
export async function setFormState(
  ctx: Context,
  workspace: string,
  input: { form: string; state: "open" | "closed" },
): Promise<FormView> {
  const action = input.state === "open" ? "form.opened" : "form.closed";
  return applyChange(ctx, await findOwnRow(ctx, workspace, input.form), { state: input.state }, { action });
}

/**
 * Puts a form away: it is in no list and takes no responses; what it has can be read, and integrations finish their
 * work.
 */
export async function setArchived(
  ctx: Context,
  workspace: string,
  input: { form: string; archived: boolean },
): Promise<FormView> {
  const row = await findOwnRow(ctx, workspace, input.form);
  const archivedAt = input.archived ? (row.archivedAt ?? ctx.now()) : null;
  const action = input.archived ? "form.archived" : "form.unarchived";
  return applyChange(ctx, row, { archivedAt }, { action });
}

/** What is done to a form, for the audit log. */
type FormDeed = Pick<Deed, "action" | "detail">;

/** Writes a change to the form and to the segment that its INSERTs are checked against. Throws `not_found`. */
export async function applyChange(
  ctx: Context,
  row: FormRow,
  change: store.FormChange,
  deed: FormDeed,
): Promise<FormView> {
  const next = { ...row, ...change, updatedAt: ctx.now() };
  const opens = takesResponses(next);
  // A crash between the two must leave the safe side: never a form that reads closed and still takes responses.
  if (!opens) await admitAs(ctx, next);
  const entry = audited(ctx, { ...deed, workspace: row.workspace, object: row.id });
  const applied = await store.updateForm(ctx.shards.control, row.id, { ...change, updatedAt: next.updatedAt }, entry);
  if (!applied) throw missing();
  // Read again: somebody may have closed it meanwhile.
  await syncSegment(ctx, row);
  return viewForm(next);
}
