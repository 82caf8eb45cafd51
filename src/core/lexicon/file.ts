/** Lexicons as files: the columns of CSV, and what of them is not right. Pure. */
import { readCsv } from "../csv-reader";
import type { Problem } from "../errors";
import type { Row } from "../export/columns";
import { guardText, unguardText } from "../export/csv";
import { type LexiconEntry, VARIANT_SEPARATOR } from "./entry";

const COLUMNS = ["term", "language", "city", "variants", "meaning", "partOfSpeech"] as const;
type Column = (typeof COLUMNS)[number];

export const LEXICON_HEADER: Row = COLUMNS;

/**
 * An entry as the cells of a record. Texts that look like formulas are made harmless one by one: variants share a cell.
 */
export const cellsOf = (entry: LexiconEntry): Row =>
  COLUMNS.map((column) => {
    if (column !== "variants") return entry[column];
    return entry.variants.map((variant) => guardText(variant)).join(`${VARIANT_SEPARATOR} `);
  });

/**
 * What a file says: entries as they would be sent as JSON (not checked yet), and the line of each; or what is wrong
 * with it.
 */
export type LexiconFile =
  | { readonly entries: readonly unknown[]; readonly lines: readonly number[] }
  | { readonly problem: Problem };

const problem = (detail: string): LexiconFile => ({ problem: { pointer: "", code: "malformed_csv", detail } });

/** Reads CSV whose first record names the columns, in any order; `term` and `language` must be there. */
export function readLexiconCsv(text: string): LexiconFile {
  const read = readCsv(text);
  if ("brokenAt" in read) {
    return problem(
      `Line ${read.brokenAt}: a quote is not closed, or stands inside of a cell without quotes around it.`,
    );
  }
  const [header, ...records] = read.records;
  const columns = (header?.cells ?? []).map(columnOf);
  const bad = columns.findIndex((column, i) => column === null || columns.indexOf(column) < i);
  if (bad >= 0 || !columns.includes("term") || !columns.includes("language")) {
    const found = bad >= 0 ? ` Column ${bad + 1} is none of them, or comes twice.` : "";
    return problem(`The first line names the columns, with commas between them: ${COLUMNS.join(", ")}.${found}`);
  }
  const uneven = records.find(({ cells }) => cells.length > columns.length);
  if (uneven)
    return problem(`Line ${uneven.line}: it has more cells than the first line. Put texts with commas in quotes.`);
  return {
    entries: records.map(({ cells }) => entryOf(columns as readonly Column[], cells)),
    lines: records.map(({ line }) => line),
  };
}

/** `Part of speech` and `part_of_speech` are the column as well. */
function columnOf(name: string): Column | null {
  const plain = name.replace(/[^A-Za-z]/g, "").toLowerCase();
  return COLUMNS.find((column) => column.toLowerCase() === plain) ?? null;
}

function entryOf(columns: readonly Column[], cells: readonly string[]): Record<string, unknown> {
  const given = columns.map((column, i) => [column, unguardText((cells[i] ?? "").trim())] as const);
  return Object.fromEntries(
    given.flatMap(([column, text]): [string, unknown][] => {
      if (column !== "variants") return text === "" && column !== "term" ? [] : [[column, text]];
      const variants = text.split(VARIANT_SEPARATOR).map((variant) => unguardText(variant.trim()));
      return [[column, variants.filter((variant) => variant !== "")]];
    }),
  );
}
