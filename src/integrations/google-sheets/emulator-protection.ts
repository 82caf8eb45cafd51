/** Protected ranges in the emulator: who may not edit them is refused, as Google refuses. */
import { areaOf } from "./emulator-a1";
import { badRequest } from "./emulator-errors";
import type { RequestKind } from "./emulator-schemas";
import { type Doc, type ProtectedRange, type Tab, usedRows } from "./emulator-state";
import type { GridRange } from "./types";

type Loose = Readonly<Record<string, unknown>>;
const object = (value: unknown): Loose => (typeof value === "object" && value !== null ? (value as Loose) : {});
const widthOf = (rows: unknown): number =>
  Array.isArray(rows)
    ? Math.max(0, ...rows.map((row) => (Array.isArray(object(row).values) ? (object(row).values as []).length : 0)))
    : 0;
const countOf = (rows: unknown): number => (Array.isArray(rows) ? rows.length : 0);

/** The cells that a request writes to or takes away; null: none. */
function touched(doc: Doc, kind: RequestKind, input: unknown): GridRange | null {
  const request = object(input);
  if (kind === "appendCells") {
    const sheetId = Number(request.sheetId ?? 0);
    const tab = doc.tabs.find((candidate) => candidate.sheetId === sheetId);
    const startRowIndex = tab ? usedRows(tab) : 0;
    const endRowIndex = startRowIndex + countOf(request.rows);
    return { sheetId, startRowIndex, endRowIndex, startColumnIndex: 0, endColumnIndex: widthOf(request.rows) };
  }
  if (kind === "updateCells" && request.start) {
    const { sheetId = 0, rowIndex = 0, columnIndex = 0 } = object(request.start);
    const [row, column] = [Number(rowIndex), Number(columnIndex)];
    return {
      sheetId: Number(sheetId),
      startRowIndex: row,
      endRowIndex: row + countOf(request.rows),
      startColumnIndex: column,
      endColumnIndex: column + widthOf(request.rows),
    };
  }
  if (["updateCells", "repeatCell", "sortRange"].includes(kind)) return object(request.range) as GridRange;
  if (kind === "deleteDimension") {
    const { sheetId, dimension, startIndex, endIndex } = object(request.range);
    const [start, end] = [Number(startIndex ?? 0), Number(endIndex)];
    const span =
      dimension === "ROWS"
        ? { startRowIndex: start, endRowIndex: end }
        : { startColumnIndex: start, endColumnIndex: end };
    return { sheetId: Number(sheetId ?? 0), ...span };
  }
  return null;
}

/** Throws when `by` (an account; undefined: the owner) may not do this. */
export function checkProtections(
  doc: Doc,
  by: string | undefined,
  { kind, input }: { kind: RequestKind; input: unknown },
): void {
  const range = by === undefined ? null : touched(doc, kind, input);
  const tab = range && doc.tabs.find((candidate) => candidate.sheetId === (range.sheetId ?? 0));
  if (!range || !tab) return;
  if (tab.protectedRanges.some((item) => keepsOut(item, by) && overlap(tab, item.range ?? {}, range))) {
    throw badRequest(
      "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove protection if you need to edit.",
    );
  }
}

function keepsOut({ warningOnly, editors }: ProtectedRange, by: string | undefined): boolean {
  const { users } = object(editors);
  return warningOnly !== true && !(Array.isArray(users) && users.includes(by));
}

function overlap(tab: Tab, a: GridRange, b: GridRange): boolean {
  const [x, y] = [areaOf(tab, a), { ...areaOf(tab, b), endRow: b.endRowIndex ?? tab.rowCount }];
  // Rows to be appended are under the grid still; an open range goes down to them.
  const end = a.endRowIndex === undefined ? Number.POSITIVE_INFINITY : x.endRow;
  return x.startRow < y.endRow && y.startRow < end && x.startColumn < y.endColumn && y.startColumn < x.endColumn;
}
