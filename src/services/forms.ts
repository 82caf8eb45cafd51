/** Verbs on forms: create, publish a version, open, close, read; and the cached form that submissions work with. */
import type { CachedForm, Context } from "../context";
import { type CompiledDefinition, compileDefinition } from "../core/answer";
import { AppError } from "../core/errors";
import { type Access, changedTypes, type Definition, type FormState, type Metadata } from "../core/form";
import { newId } from "../core/ids";
import { isUnavailable, StoreError } from "../store/db";
import * as store from "../store/forms";
import { headOf, listSegments, openFirstSegment, updateOpenSegment } from "../store/shards";
import { orUnavailable } from "./store-failure";

/** A cached form is checked by the INSERT itself; access and state are looked at again after this time. */
const FORM_CACHE_MS = 30_000;
/** A form that is known need not be read again at any price; and when that failed, it is not tried again by each submission. */
const RELOAD_MS = 5_000;
const OUTAGE_MS = 2_000;

/** What anybody may know of a form. */
export interface PublicForm {
  readonly id: string;
  readonly title: string;
  readonly state: FormState;
  readonly access: Access;
  readonly version: number;
  readonly definition: Definition;
  readonly compiled: CompiledDefinition;
}

/**
 * The form by its id, from the isolate's cache when it is fresh, or when D1 can't be asked: while it can't be read, it can't
 * be changed either. Throws `not_found`, `store_unavailable`.
 */
export async function loadForm(ctx: Context, id: string): Promise<CachedForm> {
  const known = ctx.forms.get(id);
  if (known && ctx.now() - known.loadedAt < FORM_CACHE_MS) return known;
  if (!known) return reloadForm(ctx, id);
  return within(RELOAD_MS, readForm(ctx, id)).catch((error: unknown) => {
    if (!isUnavailable(error)) throw error;
    ctx.forms.set(id, { ...known, loadedAt: ctx.now() - FORM_CACHE_MS + OUTAGE_MS });
    return known;
  });
}

/** The form as the store has it now. Throws `not_found`, `store_unavailable`. */
export const reloadForm = (ctx: Context, id: string): Promise<CachedForm> => readForm(ctx, id).catch(orUnavailable);

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new StoreError("D1 timed out")), ms);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

async function readForm(ctx: Context, id: string): Promise<CachedForm> {
  const [row, segments] = await Promise.all([store.findForm(ctx.shards.control, id), listSegments(ctx.shards, id)]);
  const open = segments.at(-1);
  if (!row || !open) {
    ctx.forms.delete(id);
    throw new AppError("not_found", { detail: "There is no such form." });
  }
  const [definition, head] = await Promise.all([readDefinition(ctx, id, row.version), headOf(ctx.shards, open)]);
  const key = `${open.shard}/${open.no}`;
  ctx.heads.set(key, Math.max(head, ctx.heads.get(key) ?? 0));
  const form: CachedForm = {
    id,
    workspace: row.workspace,
    title: definition.title,
    state: row.state,
    access: row.access,
    version: row.version,
    definition,
    compiled: compileDefinition(definition),
    shard: open.shard,
    segment: open.no,
    loadedAt: ctx.now(),
  };
  ctx.forms.set(id, form);
  return form;
}

/** A form of this workspace, or `not_found`: other workspaces' forms do not exist for a key. */
export async function loadOwnForm(ctx: Context, workspace: string, id: string): Promise<CachedForm> {
  const form = await loadForm(ctx, id);
  if (form.workspace !== workspace) throw new AppError("not_found", { detail: "There is no such form." });
  return form;
}

export interface FormView {
  readonly id: string;
  readonly version: number;
  readonly state: FormState;
  readonly access: Access;
  readonly title: string;
  readonly metadata: Metadata;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export type FormWithDefinition = FormView & Omit<Definition, "title">;

export interface FormInput {
  readonly definition: Definition;
  readonly access: Access;
  readonly metadata: Metadata;
}

/** Creates an open form with version 1. */
export async function createForm(ctx: Context, workspace: string, input: FormInput): Promise<FormWithDefinition> {
  const now = ctx.now();
  const form = {
    id: newId("form", ctx.random),
    workspace,
    title: input.definition.title,
    state: "open" as const,
    access: input.access,
    version: 1,
    metadata: input.metadata,
    createdAt: now,
    updatedAt: now,
  };
  // The form comes last: until then nobody knows the id, and a segment without a form does no harm.
  await openFirstSegment(ctx.shards, { id: form.id, version: 1, state: "open", now });
  await store.insertForm(ctx.shards.control, form, input.definition);
  return withDefinition(view({ ...form, no: 0 }), input.definition);
}

/** Publishes the next version. Throws `invalid_request` when a question's type would change, `conflict` in a race. */
export async function publishVersion(
  ctx: Context,
  workspace: string,
  input: { form: string; definition: Definition },
): Promise<FormWithDefinition> {
  await loadOwnForm(ctx, workspace, input.form);
  const [row, before] = await Promise.all([
    findRow(ctx, input.form),
    store.readDefinitions(ctx.shards.control, input.form),
  ]);
  const changed = changedTypes([...before.values()], input.definition);
  if (changed.length > 0) {
    const at = (ref: string) => input.definition.questions.findIndex((q) => q.ref === ref);
    throw new AppError("invalid_request", {
      detail: "A question's type can't change under the same ref: its old answers would not fit. Use a new ref.",
      errors: changed.map(({ ref, was, is }) => ({
        pointer: `/questions/${at(ref)}/type`,
        question: ref,
        code: "type_changed",
        detail: `${ref} was ${was} and can't become ${is}.`,
      })),
    });
  }
  const next = { form: row.id, version: row.version + 1, title: input.definition.title, now: ctx.now() };
  const published = await store.insertVersion(ctx.shards.control, { ...next, definition: input.definition });
  if (!published) throw new AppError("conflict", { detail: "Another version was published just now. Try again." });
  await syncSegment(ctx, row.id);
  return withDefinition(view(await findRow(ctx, row.id)), input.definition);
}

/** Opens or closes a form. Closing holds as soon as this returns; both may be repeated. */
export async function setFormState(
  ctx: Context,
  workspace: string,
  input: { form: string; state: FormState },
): Promise<FormView> {
  await loadOwnForm(ctx, workspace, input.form);
  const row = await findRow(ctx, input.form);
  const change = { state: input.state, updatedAt: ctx.now() };
  // A crash between the two must leave the safe side: never a form that reads closed and still takes responses.
  if (input.state === "closed") await updateOpenSegment(ctx.shards, { ...row, state: "closed" });
  await store.updateForm(ctx.shards.control, row.id, change);
  if (input.state === "open") await updateOpenSegment(ctx.shards, { ...row, state: "open" });
  ctx.forms.delete(row.id);
  return view({ ...row, ...change });
}

/** Changes what is not versioned. */
export async function updateForm(
  ctx: Context,
  workspace: string,
  input: { form: string; access?: Access; metadata?: Metadata },
): Promise<FormView> {
  await loadOwnForm(ctx, workspace, input.form);
  const { access, metadata } = input;
  await store.updateForm(ctx.shards.control, input.form, { access, metadata, updatedAt: ctx.now() });
  ctx.forms.delete(input.form);
  return view(await findRow(ctx, input.form));
}

/** A form with its newest version's definition, or with that of an older version. */
export async function getForm(
  ctx: Context,
  workspace: string,
  input: { form: string; version?: number },
): Promise<FormWithDefinition> {
  await loadOwnForm(ctx, workspace, input.form);
  const row = await findRow(ctx, input.form);
  const version = input.version ?? row.version;
  return withDefinition({ ...view(row), version }, await readDefinition(ctx, row.id, version));
}

export async function listForms(
  ctx: Context,
  workspace: string,
  page: { before: number; limit: number },
): Promise<{ items: FormView[]; last: number | null }> {
  const rows = await store.listForms(ctx.shards.control, workspace, page);
  return { items: rows.map(view), last: rows.length === page.limit ? (rows.at(-1)?.no ?? null) : null };
}

/** Makes the open segment agree with the form, in case a crash came between the two writes. */
export async function syncSegment(ctx: Context, id: string): Promise<void> {
  await updateOpenSegment(ctx.shards, await findRow(ctx, id));
  ctx.forms.delete(id);
}

async function findRow(ctx: Context, id: string): Promise<store.FormRow> {
  const row = await store.findForm(ctx.shards.control, id);
  if (!row) throw new AppError("not_found", { detail: "There is no such form." });
  return row;
}

async function readDefinition(ctx: Context, form: string, version: number): Promise<Definition> {
  const definition = (await store.readDefinitions(ctx.shards.control, form, [version])).get(version);
  if (!definition) throw new AppError("not_found", { detail: `This form has no version ${version}.` });
  return definition;
}

const view = (row: store.FormRow): FormView => ({
  id: row.id,
  version: row.version,
  state: row.state,
  access: row.access,
  title: row.title,
  metadata: row.metadata,
  createdAt: new Date(row.createdAt).toISOString(),
  updatedAt: new Date(row.updatedAt).toISOString(),
});

const withDefinition = (form: FormView, definition: Definition): FormWithDefinition => ({ ...form, ...definition });
