/**
 * Forms as the other services need them: the cached form that submissions work with, and the row of a workspace's form.
 */
import type { CachedForm, SubmissionContext } from "../context-submission";
import { compileDefinition } from "../core/compiled";
import { AppError } from "../core/errors";
import type { Definition } from "../core/form";
import { seqOf } from "../core/ids";
import { isUnavailable, StoreError } from "../store/failure";
import type { FormRow } from "../store/form-reads";
import * as store from "../store/form-reads";
import { countResponses, headOf, listSegments, type Shards, segmentKey, updateOpenSegment } from "../store/shards";
import { seek } from "./reads";
import { orUnavailable } from "./store-failure";

/** A cached form is checked by the INSERT itself; access and state are looked at again after this time. */
export const FORM_CACHE_MS = 30_000;
/**
 * A form that is known need not be read again at any price; and when that failed, it is not tried again by each
 * submission.
 */
const RELOAD_MS = 5_000;
const OUTAGE_MS = 2_000;

/**
 * The form by its id, from the isolate's cache when it is fresh, or when D1 can't be asked: while it can't be read, it
 * can't be changed either. Throws `not_found`, `form_draft`, `store_unavailable`.
 */
export async function loadForm(ctx: SubmissionContext, id: string): Promise<CachedForm> {
  const known = ctx.forms.get(id);
  if (known && ctx.now() - known.loadedAt < FORM_CACHE_MS) return known;
  if (!known) return reloadForm(ctx, id);
  return within(RELOAD_MS, readForm(ctx, id)).catch((error: unknown) => {
    if (!isUnavailable(error)) throw error;
    ctx.forms.set(id, { ...known, loadedAt: ctx.now() - FORM_CACHE_MS + OUTAGE_MS });
    return known;
  });
}

/** The form as the store has it now. Throws `not_found`, `form_draft`, `store_unavailable`. */
export const reloadForm = (ctx: SubmissionContext, id: string): Promise<CachedForm> =>
  readForm(ctx, id).catch(orUnavailable);

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new StoreError("D1 timed out")), ms);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

async function readForm(ctx: SubmissionContext, id: string): Promise<CachedForm> {
  const [row, segments] = await Promise.all([store.findForm(ctx.primary.control, id), listSegments(ctx.primary, id)]);
  const earlier = segments.slice(0, -1);
  const open = segments.at(-1);
  if (!row || row.deletedAt !== null || row.version === 0 || !open) {
    ctx.forms.delete(id);
    throw row?.version === 0 && row.deletedAt === null ? unpublished() : missing();
  }
  // A version never changes: what is known of it need not be read or compiled again.
  const known = ctx.forms.get(id);
  const same = known?.version === row.version ? known : null;
  const { responsesMax } = row.settings;
  const [definition, head, before] = await Promise.all([
    same?.definition ?? readDefinition(ctx, id, row.version),
    headOf(ctx.primary, open),
    responsesMax === undefined ? 0 : countResponses(ctx.primary, earlier),
  ]);
  const key = segmentKey(open);
  ctx.heads.set(key, Math.max(head, ctx.heads.get(key) ?? 0));
  const form: CachedForm = {
    id,
    workspace: row.workspace,
    title: definition.title,
    state: takesResponses(row) ? "open" : "closed",
    access: row.access,
    version: row.version,
    definition,
    compiled: same?.compiled ?? compileDefinition(definition),
    settings: row.settings,
    full: responsesMax !== undefined && before + seqOf(head) >= responsesMax,
    shard: open.shard,
    segment: open.no,
    earlier,
    turnstile: row.turnstile,
    loadedAt: ctx.now(),
  };
  ctx.forms.set(id, form);
  return form;
}

export const missing = () => new AppError("not_found", { detail: "There is no such form." });
export const unpublished = () =>
  new AppError("form_draft", { detail: "It takes responses once its draft is published: POST …/publish." });

/** Whether a form takes responses at all; its settings may say no at this time. */
export const takesResponses = (row: FormRow): boolean =>
  row.state === "open" && row.version > 0 && row.archivedAt === null && row.deletedAt === null;

/** A form of this workspace, or `not_found`: other workspaces' forms do not exist for a key. Throws `form_draft`. */
export async function loadOwnForm(ctx: SubmissionContext, workspace: string, id: string): Promise<CachedForm> {
  const form = await loadForm(ctx, id);
  if (form.workspace !== workspace) throw missing();
  return form;
}

/** The row of a workspace's form as it is now, published or not. Throws `not_found`, also for a deleted one. */
export async function findOwnRow(ctx: SubmissionContext, workspace: string, id: string): Promise<FormRow> {
  const row = await findRow(ctx, workspace, id);
  if (row.deletedAt !== null) throw missing();
  return row;
}

/** The row of a workspace's form, whatever its state. Throws `not_found`. */
export async function findRow(ctx: SubmissionContext, workspace: string, id: string): Promise<FormRow> {
  const row = await seek(ctx, ({ control }) => store.findOwnForm(control, workspace, id));
  if (!row) throw missing();
  return row;
}

/** Makes the open segment agree with the form as it is now, so that its INSERTs do too. May be repeated. */
export async function syncSegment(
  ctx: SubmissionContext,
  { id, workspace }: { readonly id: string; readonly workspace: string },
): Promise<void> {
  await admitAs(ctx, await findRow(ctx, workspace, id));
  ctx.forms.delete(id);
}

/** Tells the open segment to take responses as this row says. */
export function admitAs(ctx: SubmissionContext, row: FormRow): Promise<void> {
  const state = takesResponses(row) ? "open" : "closed";
  return updateOpenSegment(ctx.shards, { ...row, state, responsesMax: row.settings.responsesMax ?? null });
}

/** One version's definition. Throws `not_found`. */
export async function readDefinition(ctx: SubmissionContext, form: string, version: number): Promise<Definition> {
  const read = async ({ control }: Shards) =>
    (await store.readDefinitions(control, form, [version])).get(version) ?? null;
  const definition = await seek(ctx, read);
  if (!definition) throw new AppError("not_found", { detail: `This form has no version ${version}.` });
  return definition;
}

/** These versions of a form and its present one, which is known already. Those that never were are left out. */
export async function definitionsOf(
  ctx: SubmissionContext,
  form: Pick<CachedForm, "id" | "version" | "definition">,
  versions: readonly number[],
): Promise<ReadonlyMap<number, Definition>> {
  const others = [...new Set(versions)].filter((version) => version !== form.version);
  const near = others.length === 0 ? new Map() : await store.readDefinitions(ctx.shards.control, form.id, others);
  // A copy of another shard may be ahead of this one, and hold responses of a version that is not here yet.
  const lacking = ctx.shards === ctx.primary ? [] : others.filter((version) => !near.has(version));
  const rest = lacking.length === 0 ? [] : await store.readDefinitions(ctx.primary.control, form.id, lacking);
  return new Map([...near, ...rest, [form.version, form.definition]]);
}
