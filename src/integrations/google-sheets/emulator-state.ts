/**
 * What the Sheets emulator remembers: spreadsheets, their tabs and cells, named ranges and developer metadata. Rows are
 * never changed in place, so that a batch works on a cheap copy and is thrown away whole when a request of it fails.
 */
import type { ExtendedValue, GridRange, NamedRange } from "./types";

/** What was written to a cell; what Google derives from it is made when it is read. */
export interface Cell {
  readonly userEnteredValue?: ExtendedValue;
  readonly userEnteredFormat?: Record<string, unknown>;
  readonly note?: string;
}
export type Row = readonly (Cell | undefined)[];

export interface ProtectedRange {
  readonly protectedRangeId: number;
  readonly range?: GridRange;
  readonly [other: string]: unknown;
}

export interface Tab {
  readonly sheetId: number;
  title: string;
  hidden: boolean;
  rowCount: number;
  columnCount: number;
  frozenRowCount: number;
  frozenColumnCount: number;
  /** Up to the last row that was ever written. */
  rows: Row[];
  protectedRanges: ProtectedRange[];
  /** The basic filter, if any: rows that it hides are there all the same. */
  filter?: Filter;
  filterViews: unknown[];
}

/** Values that are hidden, by zero-based column. */
export interface Filter {
  readonly range: GridRange;
  readonly hidden: ReadonlyMap<number, ReadonlySet<string>>;
}

export type Dimension = "ROWS" | "COLUMNS";

export interface Metadata {
  readonly metadataId: number;
  readonly metadataKey: string;
  readonly metadataValue?: string;
  readonly visibility: string;
  readonly sheetId?: number;
  readonly dimension?: Dimension;
  /** Row or column it is attached to; undefined: the whole tab or spreadsheet. */
  readonly index?: number;
}

export type Role = "writer" | "reader";

export interface Doc {
  readonly id: string;
  title: string;
  /** Who may see it, by account; null: every registered account may write. */
  readonly shared: ReadonlyMap<string, Role> | null;
  tabs: Tab[];
  namedRanges: NamedRange[];
  /**
   * Named ranges whose cells are gone: neither listed nor deletable, their ids and names stay taken (gspread #1530).
   */
  ghosts: NamedRange[];
  metadata: Metadata[];
  nextId: number;
}

export function newDoc(input: { id: string; title: string; shared: ReadonlyMap<string, Role> | null }): Doc {
  const first = newTab({ sheetId: 0, title: "Sheet1" });
  return { ...input, tabs: [first], namedRanges: [], ghosts: [], metadata: [], nextId: 1_000_001 };
}

export function newTab(input: { sheetId: number; title: string } & Partial<Tab>): Tab {
  return {
    hidden: false,
    rowCount: 1000,
    columnCount: 26,
    frozenRowCount: 0,
    frozenColumnCount: 0,
    rows: [],
    protectedRanges: [],
    filterViews: [],
    ...input,
  };
}

/**
 * A file copied as in Drive: cells, named ranges and metadata keep their ids, nobody it was shared with comes along.
 */
export function copyFile(doc: Doc, input: { id: string; title: string; shared: Doc["shared"] }): Doc {
  return { ...copyDoc(doc), ...input };
}

/** A copy that can be changed without the original noticing; rows are shared because they are never changed. */
export function copyDoc(doc: Doc): Doc {
  return {
    ...doc,
    tabs: doc.tabs.map((tab) => ({ ...tab, rows: [...tab.rows], protectedRanges: [...tab.protectedRanges] })),
    namedRanges: [...doc.namedRanges],
    ghosts: [...doc.ghosts],
    metadata: [...doc.metadata],
  };
}

export const hasValue = (cell: Cell | undefined): boolean => cell?.userEnteredValue !== undefined;

/** Rows up to the last one with a value. */
export function usedRows(tab: Tab): number {
  let count = tab.rows.length;
  while (count > 0 && !tab.rows[count - 1]?.some(hasValue)) count -= 1;
  return count;
}

/** Writes a cell; the grid must be large enough. */
export function setCell(tab: Tab, at: { row: number; column: number }, cell: Cell): void {
  while (tab.rows.length <= at.row) tab.rows.push([]);
  const row = [...(tab.rows[at.row] ?? [])];
  while (row.length < at.column) row.push(undefined);
  row[at.column] = Object.keys(cell).length > 0 ? cell : undefined;
  tab.rows[at.row] = row;
}

export const countCells = (doc: Doc): number => doc.tabs.reduce((sum, tab) => sum + tab.rowCount * tab.columnCount, 0);
