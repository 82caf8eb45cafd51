/**
 * How a lexicon is changed: by a plan made on one revision of it, and not at all when that is not the latest any more.
 */
import type { Context } from "../context";
import type { AuditEntry } from "../core/audit";
import { AppError } from "../core/errors";
import { newId } from "../core/ids";
import { keyOfEntry, LEXICON_MAX, type LexiconEntry, SPELLINGS_MAX } from "../core/lexicon/entry";
import * as store from "../store/lexicon";

/** The entry of a row, as it was sent. */
export const entryOf = (row: Omit<store.LexiconRow, "no">): LexiconEntry => ({
  term: row.term,
  language: row.language,
  city: row.city,
  variants: row.variants,
  meaning: row.meaning,
  partOfSpeech: row.partOfSpeech,
});

/** The row of an entry, new or (`before`) changed. */
export function rowOf(
  ctx: Context,
  workspace: string,
  { entry, before }: { entry: LexiconEntry; before?: store.LexiconRow },
): Omit<store.LexiconRow, "no"> {
  const { term: termKey, city: cityKey } = keyOfEntry(entry);
  const now = ctx.now();
  const { id, createdAt } = before ?? { id: newId("lex", ctx.random), createdAt: now };
  const { variants, ...rest } = entry;
  return { ...rest, variants: [...variants], id, workspace, termKey, cityKey, createdAt, updatedAt: now };
}

/** What is to be changed of a lexicon, how many spellings it has more after it, and what is answered. */
export interface Plan<T> {
  readonly put?: readonly Omit<store.LexiconRow, "no">[];
  readonly remove?: readonly string[];
  /** Entries and spellings more than before. */
  readonly growth: { readonly entries: number; readonly spellings: number };
  readonly entry: AuditEntry;
  readonly result: T;
}

/** Terms and variants of an entry. */
export const spellingsOf = ({ variants }: Pick<LexiconEntry, "variants">): number => 1 + variants.length;

const TRIES_MAX = 5;

/**
 * Changes the lexicon by a plan that is made on what there is, again when somebody was faster. Throws `conflict` when
 * it would grow too large, or when somebody was faster each time.
 */
export async function changeLexicon<T>(
  ctx: Context,
  workspace: string,
  makePlan: () => Promise<Plan<T> | { readonly result: T }>,
): Promise<T> {
  const db = ctx.shards.control;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    // Before the plan: what the plan reads is at this revision, or the change is not made.
    const from = await store.readLexiconState(db, workspace);
    const plan = await makePlan();
    if (!("growth" in plan)) return plan.result;
    const { put = [], remove = [], growth, entry } = plan;
    const to = { entries: from.entries + growth.entries, spellings: from.spellings + growth.spellings };
    refuseTooLarge(to);
    if (await store.changeLexicon(db, workspace, { from, to, put, remove, now: ctx.now() }, entry)) return plan.result;
  }
  throw new AppError("conflict", { detail: "Others are changing the lexicon right now. Try again." });
}

function refuseTooLarge({ entries, spellings }: { entries: number; spellings: number }): void {
  if (entries <= LEXICON_MAX && spellings <= SPELLINGS_MAX) return;
  const detail = `A lexicon has at most ${LEXICON_MAX} entries, and ${SPELLINGS_MAX} terms and variants in all. This would make ${entries} and ${spellings}.`;
  throw new AppError("conflict", { detail });
}
