/** Editing a stored response, by whoever may: with a key, or by the link of a correction. */
import type { CachedForm, Context } from "../context";
import { sameJson } from "../core/difference";
import { checkEdit } from "../core/edit";
import { AppError } from "../core/errors";
import { type Flag, flagsAppeared, flagsToJson, replaceFlags } from "../core/flag";
import { mergePatch } from "../core/merge-patch";
import { checkMetadata } from "../core/metadata";
import { toNfc } from "../core/nfc";
import type { ResponseRecord } from "../core/response";
import { reviewAfterEdit } from "../core/review";
import { listIntegrations } from "../store/integrations";
import { record } from "./audit";
import { applyChange, type Precondition, refuseErased, requireRevision } from "./change";
import { loadOwnForm } from "./forms";
import { judge } from "./judge";
import { findOwnResponse, findStored, type ResponseView, viewResponse } from "./responses";

type Patch = Readonly<Record<string, unknown>>;

/** JSON Merge Patches (RFC 7396): null takes an answer, or an entry of metadata, away. */
export interface EditPatch {
  readonly answers?: Patch;
  readonly metadata?: Patch;
}

export interface EditInput extends EditPatch {
  readonly form: string;
  readonly response: string;
  readonly precondition: Precondition;
  /** Of whoever edits, most wanted first: for what rules say. */
  readonly languages?: readonly string[];
}

const NOTHING_CHANGED = "Nothing was changed. Mend what `errors` lists.";

/** Edits a response. Throws not_found, stale_revision, conflict (erased), invalid_answers. */
export async function editResponse(ctx: Context, workspace: string, input: EditInput): Promise<ResponseView> {
  const { answers, metadata, precondition, languages = [] } = input;
  const form = await loadOwnForm(ctx, workspace, input.form);
  const { response, link } = await findStored(ctx, form, input.response);
  requireRevision(response, precondition);
  const patch = { ...(answers && { answers }), ...(metadata && { metadata }) };
  if (!(await applyEdit(ctx, form, { response, link, patch, languages }))) return viewResponse(response);
  const questions = Object.keys(answers ?? {});
  const detail = { form: form.id, revision: response.revision + 1, questions };
  await record(ctx, { workspace, action: "response.edited", object: response.id, detail });
  return viewResponse(await findOwnResponse(ctx, form, input.response));
}

interface Edit {
  readonly response: ResponseRecord;
  /** The collector link that it came by. */
  readonly link: string | null;
  readonly patch: EditPatch;
  readonly languages: readonly string[];
}

/**
 * Applies an edit against the form's current version (core/edit.ts) and its rules; the state before stays as a
 * revision. False: it changes nothing, and makes no revision. Throws stale_revision, conflict (erased),
 * invalid_answers.
 */
export async function applyEdit(ctx: Context, form: CachedForm, edit: Edit): Promise<boolean> {
  const { response, patch, languages } = edit;
  refuseErased(response);
  const checked = checkEdit(form.compiled, response.answers, patch.answers ?? {});
  const metadata = patchMetadata(edit, patch.metadata ?? {});
  const errors = [...(checked.ok ? [] : checked.problems), ...metadata.problems];
  if (!checked.ok || errors.length > 0) throw new AppError("invalid_answers", { detail: NOTHING_CHANGED, errors });
  const { answers } = checked;
  const own = judge(form, { answers, before: response.answers, languages, detail: NOTHING_CHANGED });
  const flags = replaceFlags(await standingFlags(ctx, form, response), null, own);
  const same = sameJson(answers, response.answers) && sameJson(metadata.value, response.metadata);
  if (same && sameJson(flags, response.flags)) return false;
  await applyChange(ctx, {
    response,
    change: {
      event: "updated",
      version: form.version,
      review: reviewAfterEdit(response.review, flags.length > 0),
      answers: JSON.stringify(answers),
      metadata: JSON.stringify(metadata.value),
      flags: flagsToJson(flags),
      flagged: flagsAppeared(response.flags, flags),
    },
  });
  return true;
}

/** Integrations take their flags back themselves, when they see the edit; those that were deleted can't any more. */
async function standingFlags(ctx: Context, form: CachedForm, { flags }: ResponseRecord): Promise<readonly Flag[]> {
  if (!flags.some(({ source }) => source !== undefined)) return flags;
  const known = new Set((await listIntegrations(ctx.shards.control, form.id)).map(({ id }) => id));
  return flags.filter(({ source }) => source === undefined || known.has(source));
}

/** The metadata after a patch. Whose link a response came by is not for an edit to say. */
function patchMetadata({ response, link }: Edit, patch: Patch): ReturnType<typeof checkMetadata> {
  // What was stored under other rules must not stand in the way of an edit that does not touch it.
  if (Object.keys(patch).length === 0) return { value: response.metadata, problems: [] };
  const named = Object.entries(patch).map(([name, value]) => [toNfc(name), value] as const);
  const checked = checkMetadata(mergePatch(response.metadata, Object.fromEntries(named)));
  const kept = sameJson(checked.value.collector, response.metadata.collector);
  if (link === null || checked.problems.length > 0 || kept) return checked;
  const detail = "It names the link by which the response came, and can't be changed.";
  return { ...checked, problems: [{ pointer: "/metadata/collector", code: "read_only", detail }] };
}
