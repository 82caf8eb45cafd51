/** A lexicon as a file: imported as often as one likes, exported so that it can be imported again. */
import type { Context } from "../context";
import { AppError, type Problem } from "../core/errors";
import { BOM, csvRecord } from "../core/export/csv";
import { keyOfEntry, type LexiconEntry, LexiconFileSchema, type LexiconKey } from "../core/lexicon/entry";
import { cellsOf, LEXICON_HEADER, readLexiconCsv } from "../core/lexicon/file";
import * as store from "../store/lexicon";
import { audited } from "./audit";
import { checkWith, findProblems } from "./check";
import { changeLexicon, entryOf, rowOf, spellingsOf } from "./lexicon-change";
import { refuseBody } from "./refuse-body";

/** How many entries an import made, changed, found as they were, and took away. */
export interface LexiconImport {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly deleted: number;
}

export interface ImportInput {
  readonly entries: readonly LexiconEntry[];
  /** What becomes of entries that the file does not have. */
  readonly others: "keep" | "delete";
}

/** The entries of a CSV file. Throws `invalid_request` that names lines and columns. */
export function readEntries(csv: string): LexiconEntry[] {
  const file = readLexiconCsv(csv);
  if ("problem" in file) throw refuseBody([file.problem]);
  const parsed = LexiconFileSchema.safeParse({ entries: file.entries });
  if (parsed.success) return parsed.data.entries;
  throw refuseBody(findProblems(LexiconFileSchema, { entries: file.entries }).map((one) => withLine(one, file.lines)));
}

/**
 * The entries of a file as people hand it in: what begins with a brace is JSON. Throws `malformed_json`, and as
 * `readEntries`.
 */
export function readLexiconFile(text: string): LexiconEntry[] {
  if (!/^\uFEFF?\s*\{/.test(text)) return readEntries(text);
  let file: unknown;
  try {
    file = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    throw new AppError("malformed_json", { detail: "The file begins as JSON does, and then is not." });
  }
  return checkWith(LexiconFileSchema, file).entries;
}

function withLine(problem: Problem, lines: readonly number[]): Problem {
  const [, index, column] = /^\/entries\/(\d+)(?:\/(\w+))?/.exec(problem.pointer) ?? [];
  const line = lines[Number(index)];
  if (line === undefined) return problem;
  return { ...problem, detail: `Line ${line}${column === undefined ? "" : `, ${column}`}: ${problem.detail}` };
}

/**
 * Adds the entries of a file and changes those that are there: all of it, or nothing. Throws `conflict` when it grows
 * too large.
 */
export async function importLexicon(
  ctx: Context,
  workspace: string,
  { entries, others }: ImportInput,
): Promise<LexiconImport> {
  return changeLexicon<LexiconImport>(ctx, workspace, async () => {
    const rest = new Map((await store.readLexicon(ctx.shards.control, workspace)).map((row) => [nameOfRow(row), row]));
    const put: Omit<store.LexiconRow, "no">[] = [];
    const counts = { created: 0, updated: 0, unchanged: 0, deleted: 0 };
    let spellings = 0;
    for (const entry of entries) {
      const name = nameOf(keyOfEntry(entry));
      const before = rest.get(name);
      rest.delete(name);
      if (before && isSame(entryOf(before), entry)) {
        counts.unchanged += 1;
        continue;
      }
      counts[before ? "updated" : "created"] += 1;
      spellings += spellingsOf(entry) - (before ? spellingsOf(before) : 0);
      put.push(rowOf(ctx, workspace, { entry, ...(before && { before }) }));
    }
    const gone = others === "delete" ? [...rest.values()] : [];
    counts.deleted = gone.length;
    if (put.length === 0 && gone.length === 0) return { result: counts };
    for (const row of gone) spellings -= spellingsOf(row);
    return {
      put,
      remove: gone.map(({ id }) => id),
      growth: { entries: counts.created - counts.deleted, spellings },
      entry: audited(ctx, { workspace, action: "lexicon.imported", object: workspace, detail: counts }),
      result: counts,
    };
  });
}

const nameOf = ({ term, language, city }: LexiconKey): string => JSON.stringify([term, language, city]);
const nameOfRow = (row: store.LexiconRow): string =>
  nameOf({ term: row.termKey, language: row.language, city: row.cityKey });
// Both have their members in the order of the schema.
const isSame = (a: LexiconEntry, b: LexiconEntry): boolean => JSON.stringify(a) === JSON.stringify(b);

/** All entries, in the order of their terms, as `importLexicon` takes them. */
export async function exportLexicon(ctx: Context, workspace: string): Promise<LexiconEntry[]> {
  return (await store.readLexicon(ctx.shards.control, workspace)).map(entryOf);
}

/** The same as CSV (RFC 4180), with a byte order mark for Excel, and harmless where a text looks like a formula. */
export async function exportLexiconCsv(ctx: Context, workspace: string): Promise<string> {
  const entries = await exportLexicon(ctx, workspace);
  return BOM + [LEXICON_HEADER, ...entries.map(cellsOf)].map((row) => csvRecord(row, true)).join("");
}
