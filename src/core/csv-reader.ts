/** Reads CSV as RFC 4180 has it, and as spreadsheets write it: a byte order mark, any line ends, empty lines. Pure. */

export interface CsvRecord {
  /** The line of the file on which it begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A cell: in quotes (a quote in it is doubled) or plain, and what ends it. */
const CELL = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;

/** The records of a file, without empty lines; or the line on which it stops to be CSV. */
export function readCsv(text: string): { readonly records: CsvRecord[] } | { readonly brokenAt: number } {
  const records: CsvRecord[] = [];
  let [line, begun, cells] = [1, 1, [] as string[]];
  CELL.lastIndex = text.startsWith("\uFEFF") ? 1 : 0;
  while (CELL.lastIndex < text.length || cells.length > 0) {
    const match = CELL.exec(text);
    if (!match) return { brokenAt: line };
    const [whole, quoted, plain = "", end] = match;
    cells.push(quoted?.replaceAll('""', '"') ?? plain);
    line += whole.match(/\r\n|\n|\r/g)?.length ?? 0;
    if (end === ",") continue;
    if (cells.length > 1 || cells[0] !== "") records.push({ line: begun, cells });
    [begun, cells] = [line, []];
  }
  return { records };
}
