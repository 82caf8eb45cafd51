/**
 * Rows and columns that come, go and move in the emulator. One index map (where each old row or column is now, or that
 * it is gone) drives cells, named ranges and developer metadata alike, so that they cannot disagree.
 */
import { badRequest } from "./emulator-errors";
import { countCells, type Dimension, type Doc, type Row, type Tab } from "./emulator-state";
import type { GridRange, NamedRange } from "./types";

/** Google's limit on a spreadsheet (support.google.com/drive/answer/37603). */
export const CELLS_MAX = 10_000_000;

/** Where an index is after the change; null: it was deleted. */
type IndexMap = (index: number) => number | null;

export interface Span {
  readonly dimension: Dimension;
  readonly startIndex: number;
  readonly endIndex: number;
}

/** Throws when the spreadsheet would have more cells than it may. */
export function checkCells(doc: Doc, cellsMax: number): void {
  if (countCells(doc) > cellsMax) {
    throw badRequest(
      `This action would increase the number of cells in the workbook above the limit of ${cellsMax} cells.`,
    );
  }
}

export const sizeOf = (tab: Tab, dimension: Dimension): number =>
  dimension === "ROWS" ? tab.rowCount : tab.columnCount;

export function appendDimension(tab: Tab, dimension: Dimension, length: number): void {
  if (dimension === "ROWS") tab.rowCount += length;
  else tab.columnCount += length;
}

export function insertDimension(doc: Doc, tab: Tab, { dimension, startIndex, endIndex }: Span): void {
  const count = endIndex - startIndex;
  appendDimension(tab, dimension, count);
  remap(doc, tab, { dimension, map: (index) => (index >= startIndex ? index + count : index) });
}

export function deleteDimension(doc: Doc, tab: Tab, { dimension, startIndex, endIndex }: Span): void {
  const count = endIndex - startIndex;
  if (count >= sizeOf(tab, dimension))
    throw badRequest(`You can't delete all the ${dimension.toLowerCase()} on the sheet.`);
  remap(doc, tab, {
    dimension,
    map: (index) => (index < startIndex ? index : index < endIndex ? null : index - count),
  });
  appendDimension(tab, dimension, -count);
}

/** `destinationIndex` counts before the source is taken away (MoveDimensionRequest). */
export function moveDimension(doc: Doc, tab: Tab, move: Span & { destinationIndex: number }): void {
  const { dimension, startIndex, endIndex, destinationIndex: to } = move;
  const count = endIndex - startIndex;
  if (to > startIndex && to < endIndex) throw badRequest("Cannot move a dimension into itself.");
  const map: IndexMap = (index) => {
    if (index >= startIndex && index < endIndex)
      return to <= startIndex ? to + index - startIndex : to - count + index - startIndex;
    if (to <= startIndex) return index >= to && index < startIndex ? index + count : index;
    return index >= endIndex && index < to ? index - count : index;
  };
  remap(doc, tab, { dimension, map });
}

function remap(doc: Doc, tab: Tab, { dimension, map }: { dimension: Dimension; map: IndexMap }): void {
  if (dimension === "ROWS") tab.rows = moved(tab.rows, map, (): Row => []);
  else tab.rows = tab.rows.map((row) => moved([...row], map, () => undefined));
  doc.metadata = doc.metadata.flatMap((item) => {
    if (item.sheetId !== tab.sheetId || item.dimension !== dimension || item.index === undefined) return [item];
    const index = map(item.index);
    return index === null ? [] : [{ ...item, index }];
  });
  tab.protectedRanges = tab.protectedRanges.flatMap((item) => {
    const range = item.range && shifted(item.range, dimension, map);
    return range === null ? [] : [{ ...item, ...(range && { range }) }];
  });
  const kept: NamedRange[] = [];
  for (const named of doc.namedRanges) {
    const range =
      (named.range?.sheetId ?? 0) === tab.sheetId ? shifted(named.range ?? {}, dimension, map) : named.range;
    if (range) kept.push({ ...named, range });
    else doc.ghosts.push(named);
  }
  doc.namedRanges = kept;
}

function moved<T>(items: readonly T[], map: IndexMap, empty: () => T): T[] {
  const result: T[] = [];
  for (const [index, item] of items.entries()) {
    const to = map(index);
    if (to === null) continue;
    while (result.length <= to) result.push(empty());
    result[to] = item;
  }
  return result;
}

/** The range after the change; null when nothing of it is left. */
function shifted(range: GridRange, dimension: Dimension, map: IndexMap): GridRange | null {
  const [startKey, endKey] =
    dimension === "ROWS"
      ? (["startRowIndex", "endRowIndex"] as const)
      : (["startColumnIndex", "endColumnIndex"] as const);
  const end = range[endKey];
  if (end === undefined) return range;
  let low = Number.POSITIVE_INFINITY;
  let high = -1;
  for (let index = range[startKey] ?? 0; index < end; index += 1) {
    const to = map(index);
    if (to === null) continue;
    low = Math.min(low, to);
    high = Math.max(high, to);
  }
  return high < 0 ? null : { ...range, [startKey]: low, [endKey]: high + 1 };
}
