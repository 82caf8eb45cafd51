/** Verbs on the lexicon of a workspace, entry by entry. */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { parseTextToken, textToken } from "../core/ids";
import {
  cityKey,
  keyOfEntry,
  type LexiconEntry,
  type LexiconKey,
  type LexiconPatch,
  termKey,
} from "../core/lexicon/entry";
import { LanguageSchema } from "../core/translation-schema";
import * as store from "../store/lexicon";
import { audited } from "./audit";
import { changeLexicon, entryOf, rowOf, spellingsOf } from "./lexicon-change";
import { seek } from "./reads";

export type LexiconEntryView = LexiconEntry & {
  readonly id: string;
  readonly createdAt: string;
  readonly updatedAt: string;
};

export const viewEntry = (row: Omit<store.LexiconRow, "no">): LexiconEntryView => ({
  id: row.id,
  ...entryOf(row),
  createdAt: new Date(row.createdAt).toISOString(),
  updatedAt: new Date(row.updatedAt).toISOString(),
});

/** Adds an entry. Throws `conflict` when the lexicon has one for the same term, language and city. */
export async function createEntry(ctx: Context, workspace: string, entry: LexiconEntry): Promise<LexiconEntryView> {
  return changeLexicon(ctx, workspace, async () => {
    await refuseTaken(ctx, workspace, keyOfEntry(entry));
    const row = rowOf(ctx, workspace, { entry });
    return {
      put: [row],
      growth: { entries: 1, spellings: spellingsOf(entry) },
      entry: audited(ctx, { workspace, action: "lexicon_entry.created", object: row.id }),
      result: viewEntry(row),
    };
  });
}

/** Changes an entry. Throws `not_found`, and `conflict` as `createEntry` does. */
export async function updateEntry(
  ctx: Context,
  workspace: string,
  { id, patch }: { id: string; patch: LexiconPatch },
): Promise<LexiconEntryView> {
  return changeLexicon(ctx, workspace, async () => {
    const before = await findOwn(ctx, workspace, id);
    const entry = { ...entryOf(before), ...patch };
    await refuseTaken(ctx, workspace, keyOfEntry(entry), id);
    const row = rowOf(ctx, workspace, { entry, before });
    const detail = { changed: Object.keys(patch) };
    return {
      put: [row],
      growth: { entries: 0, spellings: spellingsOf(entry) - spellingsOf(before) },
      entry: audited(ctx, { workspace, action: "lexicon_entry.updated", object: id, detail }),
      result: viewEntry(row),
    };
  });
}

/** Takes an entry out of the lexicon. Throws `not_found`. */
export async function deleteEntry(ctx: Context, workspace: string, id: string): Promise<void> {
  await changeLexicon(ctx, workspace, async () => ({
    growth: { entries: -1, spellings: -spellingsOf(await findOwn(ctx, workspace, id)) },
    remove: [id],
    entry: audited(ctx, { workspace, action: "lexicon_entry.deleted", object: id }),
    result: undefined,
  }));
}

/** Throws `not_found`. */
export async function getEntry(ctx: Context, workspace: string, id: string): Promise<LexiconEntryView> {
  return viewEntry(await findOwn(ctx, workspace, id));
}

/**
 * What of a lexicon is wanted, as it is typed: `city` empty means entries for everywhere. Throws `invalid_parameter`.
 */
export function readFilter({ term, language, city }: store.LexiconFilter): store.LexiconFilter {
  const refuse = (detail: string) => new AppError("invalid_parameter", { detail });
  if (term !== undefined && termKey(term) === "") throw refuse("`term` is what terms begin with: letters or digits.");
  if (language !== undefined && !LanguageSchema.safeParse(language).success) {
    throw refuse("`language` is a tag as hi or hi-Latn (BCP 47).");
  }
  return {
    ...(term !== undefined && { term: termKey(term) }),
    ...(language !== undefined && { language }),
    ...(city !== undefined && { city: cityKey(city) }),
  };
}

/** A page of the lexicon, in the order of its terms. Throws `invalid_parameter`. */
export async function listEntries(
  ctx: Context,
  workspace: string,
  { cursor, ...page }: store.LexiconFilter & { limit: number; cursor?: string },
): Promise<{ items: LexiconEntryView[]; next: string | null }> {
  const after = cursor === undefined ? null : placeOf(cursor);
  const rows = await store.listEntries(ctx.shards.control, workspace, { ...page, after });
  const last = rows.length === page.limit ? rows.at(-1) : undefined;
  return { items: rows.map(viewEntry), next: last ? textToken([last.termKey, last.language, last.cityKey]) : null };
}

function placeOf(cursor: string): LexiconKey {
  const [term, language, city] = parseTextToken(cursor, 3) ?? [];
  if (term !== undefined && language !== undefined && city !== undefined) return { term, language, city };
  throw new AppError("invalid_parameter", { detail: "This `cursor` is not one that a list returned." });
}

async function findOwn(ctx: Context, workspace: string, id: string): Promise<store.LexiconRow> {
  const row = await seek(ctx, ({ control }) => store.findEntry(control, workspace, id));
  if (row) return row;
  throw new AppError("not_found", { detail: "The lexicon of this workspace has no such entry." });
}

async function refuseTaken(ctx: Context, workspace: string, key: LexiconKey, own?: string): Promise<void> {
  const taken = await store.findEntryByKey(ctx.shards.control, workspace, key);
  if (!taken || taken.id === own) return;
  const detail = `The lexicon has this term in this language and city already, as ${taken.id}. Change that entry.`;
  throw new AppError("conflict", { detail });
}
