/** The lexicons of workspaces. Every change names the revision that it was made on; a later one makes it fail whole. */
import { and, eq, gte, lt, sql } from "drizzle-orm";
import type { AuditEntry } from "../core/audit";
import { jsonChunks } from "../core/json-chunks";
import type { LexiconKey } from "../core/lexicon/entry";
import { changeAudited } from "./audit";
import { control, query } from "./db";
import { lexiconEntries, lexicons } from "./schema";

export type LexiconRow = typeof lexiconEntries.$inferSelect;
export type LexiconState = Pick<typeof lexicons.$inferSelect, "revision" | "entries" | "spellings">;

const EMPTY: LexiconState = { revision: 0, entries: 0, spellings: 0 };
/** Rows of one query: an entry has at most some 10 kB. */
const PAGE = 1_000;

/** Which revision a lexicon is at, and how large it is. */
export async function readLexiconState(db: D1Database, workspace: string): Promise<LexiconState> {
  return (await query(control(db).select().from(lexicons).where(eq(lexicons.workspace, workspace)).get())) ?? EMPTY;
}

export async function findEntry(db: D1Database, workspace: string, id: string): Promise<LexiconRow | null> {
  const it = and(eq(lexiconEntries.id, id), eq(lexiconEntries.workspace, workspace));
  return (await query(control(db).select().from(lexiconEntries).where(it).get())) ?? null;
}

/** The entry of a term in a language and a city. */
export async function findEntryByKey(db: D1Database, workspace: string, key: LexiconKey): Promise<LexiconRow | null> {
  const it = and(
    eq(lexiconEntries.workspace, workspace),
    eq(lexiconEntries.termKey, key.term),
    eq(lexiconEntries.language, key.language),
    eq(lexiconEntries.cityKey, key.city),
  );
  return (await query(control(db).select().from(lexiconEntries).where(it).get())) ?? null;
}

export interface LexiconFilter {
  readonly language?: string;
  /** Folded; empty: entries for everywhere. */
  readonly city?: string;
  /** Folded: what terms begin with. */
  readonly term?: string;
}

/** A page of a lexicon in the order of its terms, after a place in it. A filter by term reads only what it finds. */
export async function listEntries(
  db: D1Database,
  workspace: string,
  { after, limit, ...filter }: LexiconFilter & { after: LexiconKey | null; limit: number },
): Promise<LexiconRow[]> {
  const { termKey, language, cityKey } = lexiconEntries;
  const wanted = and(
    eq(lexiconEntries.workspace, workspace),
    filter.term === undefined ? undefined : and(gte(termKey, filter.term), lt(termKey, `${filter.term}\u{10FFFF}`)),
    filter.language === undefined ? undefined : eq(language, filter.language),
    filter.city === undefined ? undefined : eq(cityKey, filter.city),
    after ? sql`(${termKey}, ${language}, ${cityKey}) > (${after.term}, ${after.language}, ${after.city})` : undefined,
  );
  const rows = control(db).select().from(lexiconEntries).where(wanted).orderBy(termKey, language, cityKey);
  return query(rows.limit(limit));
}

/** All of a lexicon, in the order of its terms. A change in between may show in the pages that come after it. */
export async function readLexicon(db: D1Database, workspace: string): Promise<LexiconRow[]> {
  const all: LexiconRow[] = [];
  for (;;) {
    const last = all.at(-1);
    const after = last ? { term: last.termKey, language: last.language, city: last.cityKey } : null;
    const page = await listEntries(db, workspace, { after, limit: PAGE });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

export interface LexiconChange {
  /** The state that the change was made on. */
  readonly from: LexiconState;
  readonly to: Pick<LexiconState, "entries" | "spellings">;
  /** New entries, and those that change, by their ids. */
  readonly put: readonly Omit<LexiconRow, "no">[];
  readonly remove: readonly string[];
  readonly now: number;
}

const UNCHANGED = "EXISTS (SELECT 1 FROM lexicons WHERE workspace = ?2 AND revision = ?3)";

const PUT = `
INSERT INTO lexicon_entries
  (id, workspace, term, term_key, language, city, city_key, variants, meaning, part_of_speech, created_at, updated_at)
SELECT value ->> 'id', ?2, value ->> 'term', value ->> 'termKey', value ->> 'language', value ->> 'city',
  value ->> 'cityKey', value -> 'variants', value ->> 'meaning', value ->> 'partOfSpeech', value ->> 'createdAt',
  value ->> 'updatedAt'
FROM json_each(?1) WHERE ${UNCHANGED}
ON CONFLICT (id) DO UPDATE SET term = excluded.term, term_key = excluded.term_key, language = excluded.language,
  city = excluded.city, city_key = excluded.city_key, variants = excluded.variants, meaning = excluded.meaning,
  part_of_speech = excluded.part_of_speech, updated_at = excluded.updated_at`;

/** Changes a lexicon: all of it or, when it is at another revision by now, nothing (false). */
export async function changeLexicon(
  db: D1Database,
  workspace: string,
  { from, to, put, remove, now }: LexiconChange,
  entry: AuditEntry,
): Promise<boolean> {
  const begin = db
    .prepare(
      "INSERT INTO lexicons (workspace, revision, entries, spellings, changed_at) VALUES (?1, 0, 0, 0, ?2) ON CONFLICT DO NOTHING",
    )
    .bind(workspace, now);
  const puts = jsonChunks(put).map((rows) => db.prepare(PUT).bind(rows, workspace, from.revision));
  const removal = db
    .prepare(
      `DELETE FROM lexicon_entries WHERE id IN (SELECT value FROM json_each(?1)) AND workspace = ?2 AND ${UNCHANGED}`,
    )
    .bind(JSON.stringify(remove), workspace, from.revision);
  // Comes last: by it the audit log knows whether anything was changed.
  const advance = db
    .prepare(
      `UPDATE lexicons SET revision = revision + 1, entries = ?3, spellings = ?4, changed_at = ?5
       WHERE workspace = ?1 AND revision = ?2`,
    )
    .bind(workspace, from.revision, to.entries, to.spellings, now);
  const first = from.revision === 0 ? [begin] : [];
  const results = await changeAudited(db, [...first, ...(remove.length > 0 ? [removal] : []), ...puts, advance], entry);
  return results.at(-1)?.meta.changes === 1;
}
