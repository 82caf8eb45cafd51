/** A1 notation for the emulator: parsing ranges of a spreadsheet and writing them as Google does. */
import { badRequest } from "./emulator-errors";
import type { Doc, Tab } from "./emulator-state";
import type { GridRange } from "./types";

/** A range within a tab, half-open, bounds always there. */
export interface Area {
  readonly tab: Tab;
  readonly startRow: number;
  readonly endRow: number;
  readonly startColumn: number;
  readonly endColumn: number;
}

/** "A" is 0, "AA" is 26. */
export function columnIndex(letters: string): number {
  let index = 0;
  for (const letter of letters.toUpperCase()) index = index * 26 + letter.charCodeAt(0) - 64;
  return index - 1;
}

export function columnLetters(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnLetters(Math.floor(index / 26) - 1) + letter;
}

export const quoteTitle = (title: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(title) ? title : `'${title.replaceAll("'", "''")}'`;

export function formatArea({ tab, startRow, endRow, startColumn, endColumn }: Area): string {
  const from = `${columnLetters(startColumn)}${startRow + 1}`;
  const to = `${columnLetters(Math.max(startColumn, endColumn - 1))}${Math.max(startRow, endRow - 1) + 1}`;
  return `${quoteTitle(tab.title)}!${from === to ? from : `${from}:${to}`}`;
}

const unparsable = (text: string) => badRequest(`Unable to parse range: ${text}`);

/** Finds the cells that an A1 range, a tab's title or a named range means. Throws 400 as Google does. */
export function parseRange(doc: Doc, text: string): Area {
  const match = /^(?:(?:'((?:[^']|'')+)'|([^'!]+))!)?([^!]*)$/s.exec(text);
  const title = match?.[1]?.replaceAll("''", "'") ?? match?.[2];
  const bare = match?.[3] ?? "";
  if (title === undefined) {
    const whole = doc.tabs.find((tab) => tab.title === bare.replace(/^'(.*)'$/s, "$1").replaceAll("''", "'"));
    if (whole) return areaOf(whole, {});
    const named = doc.namedRanges.find((range) => range.name === bare)?.range;
    const namedTab = named && doc.tabs.find((tab) => tab.sheetId === (named.sheetId ?? 0));
    if (named && namedTab) return areaOf(namedTab, named);
  }
  const tab = title === undefined ? doc.tabs[0] : doc.tabs.find((candidate) => candidate.title === title);
  const cells = /^([A-Za-z]{1,3})?([1-9]\d*)?(?::([A-Za-z]{1,3})?([1-9]\d*)?)?$/.exec(bare);
  if (!tab || !cells || bare === "" || bare.endsWith(":")) throw unparsable(text);
  const [, c1, r1, c2, r2] = cells;
  const single = !bare.includes(":");
  if ((c1 === undefined && r1 === undefined) || (single && (c1 === undefined || r1 === undefined)))
    throw unparsable(text);
  const range: GridRange = {
    ...(r1 && { startRowIndex: Number(r1) - 1 }),
    ...(c1 && { startColumnIndex: columnIndex(c1) }),
    ...(single ? { endRowIndex: Number(r1) } : r2 && { endRowIndex: Number(r2) }),
    ...(single && c1 ? { endColumnIndex: columnIndex(c1) + 1 } : c2 && { endColumnIndex: columnIndex(c2) + 1 }),
  };
  if ((range.startRowIndex ?? 0) >= tab.rowCount || (range.startColumnIndex ?? 0) >= tab.columnCount) {
    throw badRequest(`Range (${text}) exceeds grid limits. Max rows: ${tab.rowCount}, max columns: ${tab.columnCount}`);
  }
  return areaOf(tab, range);
}

/** A grid range with the bounds filled in and cut to the grid. */
export function areaOf(tab: Tab, range: GridRange): Area {
  return {
    tab,
    startRow: range.startRowIndex ?? 0,
    endRow: Math.min(range.endRowIndex ?? tab.rowCount, tab.rowCount),
    startColumn: range.startColumnIndex ?? 0,
    endColumn: Math.min(range.endColumnIndex ?? tab.columnCount, tab.columnCount),
  };
}
