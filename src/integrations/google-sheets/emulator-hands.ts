/** What people do to a sheet by hand, in the emulator: duplicated tabs, rows cut and pasted, merged cells, filters. */
import { areaOf } from "./emulator-a1";
import { badRequest } from "./emulator-errors";
import type { RequestOf } from "./emulator-schemas";
import { type Cell, type Doc, type Filter, setCell, type Tab } from "./emulator-state";
import type { GridRange } from "./types";

/**
 * A tab with everything on it under another id: its developer metadata, protections, filter views and named ranges too.
 * What is unique in a spreadsheet (metadata ids, ids and names of ranges) gets a new one.
 */
export function duplicateSheet(doc: Doc, source: Tab, request: RequestOf<"duplicateSheet">): Tab {
  const { newSheetId: sheetId = doc.nextId++, newSheetName = `Copy of ${source.title}` } = request;
  if (doc.tabs.some((tab) => tab.sheetId === sheetId))
    throw badRequest(`A sheet with the id ${sheetId} already exists.`);
  const on = (range: GridRange | undefined): GridRange => ({ ...range, sheetId });
  const tab: Tab = {
    ...source,
    sheetId,
    title: newSheetName,
    rows: [...source.rows],
    filterViews: [...source.filterViews],
    protectedRanges: source.protectedRanges.map((item) => ({
      ...item,
      range: on(item.range),
      protectedRangeId: doc.nextId++,
    })),
    ...(source.filter && { filter: { ...source.filter, range: on(source.filter.range) } }),
  };
  doc.tabs.splice(request.insertSheetIndex ?? doc.tabs.indexOf(source) + 1, 0, tab);
  for (const item of doc.metadata.filter(({ sheetId: at }) => at === source.sheetId)) {
    doc.metadata.push({ ...item, sheetId, metadataId: doc.nextId++ });
  }
  for (const named of doc.namedRanges.filter(({ range }) => (range?.sheetId ?? 0) === source.sheetId)) {
    const namedRangeId = `${doc.nextId++}`;
    doc.namedRanges.push({ namedRangeId, name: `${named.name}_${namedRangeId}`, range: on(named.range) });
  }
  return tab;
}

/** Moves cells, whatever is at the destination; named ranges and metadata stay where they are. */
export function cutPaste(from: Tab, to: Tab, { source, destination }: RequestOf<"cutPaste">): void {
  const area = areaOf(from, source);
  const cells: { row: number; column: number; cell: Cell }[] = [];
  for (let row = area.startRow; row < area.endRow; row += 1) {
    for (let column = area.startColumn; column < area.endColumn; column += 1) {
      cells.push({ row, column, cell: from.rows[row]?.[column] ?? {} });
    }
  }
  const shift = { row: destination.rowIndex - area.startRow, column: destination.columnIndex - area.startColumn };
  if (area.endRow + shift.row > to.rowCount || area.endColumn + shift.column > to.columnCount)
    throw badRequest("The pasted range is outside of the grid.");
  for (const { row, column } of cells) setCell(from, { row, column }, {});
  for (const { row, column, cell } of cells) setCell(to, { row: row + shift.row, column: column + shift.column }, cell);
}

/** Only the upper left cell of a merged range keeps its value. */
export function mergeCells(tab: Tab, range: GridRange): void {
  const area = areaOf(tab, range);
  for (let row = area.startRow; row < area.endRow; row += 1) {
    for (let column = area.startColumn; column < area.endColumn; column += 1) {
      if (row !== area.startRow || column !== area.startColumn) setCell(tab, { row, column }, {});
    }
  }
}

export function filterOf({ range, criteria = {}, filterSpecs }: RequestOf<"setBasicFilter">["filter"]): Filter {
  const specs =
    filterSpecs ??
    Object.entries(criteria).map(([column, filterCriteria]) => ({ columnIndex: Number(column), filterCriteria }));
  return {
    range,
    hidden: new Map(
      specs.map(({ columnIndex, filterCriteria }) => [columnIndex, new Set(filterCriteria.hiddenValues ?? [])]),
    ),
  };
}
