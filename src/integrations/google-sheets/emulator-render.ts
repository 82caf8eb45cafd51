/** How the emulator shows what it remembers: derived cell values, `spreadsheets.get`, and rows of plain values. */
import type { Area } from "./emulator-a1";
import type { Mask } from "./emulator-fields";
import { type Cell, type Doc, hasValue, type Metadata, type Tab } from "./emulator-state";
import type { ExtendedValue } from "./types";

const DAY_MS = 86_400_000;
const EPOCH = Date.UTC(1899, 11, 30);

/** The day and time of a serial number, as `yyyy-mm-dd hh:mm:ss` in UTC. */
function formatSerial(serial: number, withTime: boolean): string {
  const text = new Date(EPOCH + Math.round(serial * DAY_MS)).toISOString();
  return withTime ? `${text.slice(0, 10)} ${text.slice(11, 19)}` : text.slice(0, 10);
}

function formatType(cell: Cell): unknown {
  const format = cell.userEnteredFormat?.numberFormat;
  return typeof format === "object" && format !== null && "type" in format ? format.type : undefined;
}

/** What a reader sees. A formula shows that it was evaluated: nothing here computes, but nobody may overlook it. */
export function formatCell(cell: Cell | undefined): string {
  const value = cell?.userEnteredValue;
  if (!cell || !value) return "";
  if (value.formulaValue !== undefined) return `#EVALUATED(${value.formulaValue})`;
  if (value.boolValue !== undefined) return value.boolValue ? "TRUE" : "FALSE";
  if (value.numberValue === undefined) return value.stringValue ?? "";
  const type = formatType(cell);
  if (type === "DATE" || type === "DATE_TIME") return formatSerial(value.numberValue, type === "DATE_TIME");
  return String(value.numberValue);
}

function effective(cell: Cell): ExtendedValue | undefined {
  if (cell.userEnteredValue?.formulaValue !== undefined) return { stringValue: formatCell(cell) };
  return cell.userEnteredValue;
}

/** A cell as `spreadsheets.get` shows it. */
export function renderCell(cell: Cell | undefined): Record<string, unknown> {
  if (!cell) return {};
  const { userEnteredValue, userEnteredFormat, note } = cell;
  return {
    ...(userEnteredValue && { userEnteredValue, effectiveValue: effective(cell), formattedValue: formatCell(cell) }),
    ...(userEnteredFormat && { userEnteredFormat, effectiveFormat: userEnteredFormat }),
    ...(note !== undefined && { note }),
  };
}

export type RenderOption = "FORMATTED_VALUE" | "UNFORMATTED_VALUE" | "FORMULA";

/** A cell as the `values` methods show it. */
export function renderValue(cell: Cell | undefined, option: RenderOption): unknown {
  const value = cell?.userEnteredValue;
  if (!cell || !value) return "";
  if (option === "FORMATTED_VALUE") return formatCell(cell);
  if (value.formulaValue !== undefined) return option === "FORMULA" ? value.formulaValue : formatCell(cell);
  return value.stringValue ?? value.numberValue ?? value.boolValue ?? "";
}

/** Rows of values without the empty ends, as Google leaves them out. */
export function renderValues(area: Area, option: RenderOption): unknown[][] {
  const rows: unknown[][] = [];
  for (let r = area.startRow; r < Math.min(area.endRow, area.tab.rows.length); r += 1) {
    const cells = area.tab.rows[r]?.slice(area.startColumn, area.endColumn) ?? [];
    while (cells.length > 0 && !hasValue(cells.at(-1))) cells.pop();
    rows.push(Array.from(cells, (cell) => renderValue(cell, option)));
  }
  while (rows.at(-1)?.length === 0) rows.pop();
  return rows;
}

export function renderMetadata(item: Metadata): Record<string, unknown> {
  const { metadataId, metadataKey, metadataValue, visibility, sheetId, dimension, index } = item;
  const location =
    index !== undefined
      ? {
          locationType: dimension === "ROWS" ? "ROW" : "COLUMN",
          dimensionRange: { sheetId, dimension, startIndex: index, endIndex: index + 1 },
        }
      : sheetId !== undefined
        ? { locationType: "SHEET", sheetId }
        : { locationType: "SPREADSHEET", spreadsheet: true };
  return { metadataId, metadataKey, ...(metadataValue !== undefined && { metadataValue }), location, visibility };
}

/** Properties of a tab; what is zero or false is left out, except ids. */
export function renderProperties(doc: Doc, tab: Tab): Record<string, unknown> {
  const { rowCount, columnCount, frozenRowCount, frozenColumnCount } = tab;
  return {
    sheetId: tab.sheetId,
    title: tab.title,
    index: doc.tabs.indexOf(tab),
    sheetType: "GRID",
    ...(tab.hidden && { hidden: true }),
    gridProperties: {
      rowCount,
      columnCount,
      ...(frozenRowCount > 0 && { frozenRowCount }),
      ...(frozenColumnCount > 0 && { frozenColumnCount }),
    },
  };
}

/** Whether the basic filter hides a row; the first row of its range is the header. */
function isHidden(tab: Tab, row: number): boolean {
  const { filter } = tab;
  if (!filter || row <= (filter.range.startRowIndex ?? 0) || row >= (filter.range.endRowIndex ?? tab.rowCount))
    return false;
  return [...filter.hidden].some(([column, values]) => values.has(formatCell(tab.rows[row]?.[column])));
}

function renderGrid(doc: Doc, area: Area): Record<string, unknown> {
  const { tab, startRow, endRow, startColumn, endColumn } = area;
  const on = (dimension: Metadata["dimension"], index: number) =>
    doc.metadata.filter((item) => item.sheetId === tab.sheetId && item.dimension === dimension && item.index === index);
  const dimension = (kind: "ROWS" | "COLUMNS", from: number, to: number) =>
    Array.from({ length: Math.max(0, to - from) }, (_, i) => {
      const attached = on(kind, from + i).map(renderMetadata);
      const hidden = kind === "ROWS" && isHidden(tab, from + i);
      return {
        pixelSize: kind === "ROWS" ? 21 : 100,
        ...(hidden && { hiddenByFilter: true }),
        ...(attached.length > 0 && { developerMetadata: attached }),
      };
    });
  const rowData = tab.rows.slice(startRow, endRow).map((row) => {
    const cells = row.slice(startColumn, endColumn);
    return cells.length > 0 ? { values: Array.from(cells, renderCell) } : {};
  });
  return {
    ...(startRow > 0 && { startRow }),
    ...(startColumn > 0 && { startColumn }),
    ...(rowData.length > 0 && { rowData }),
    rowMetadata: dimension("ROWS", startRow, endRow),
    columnMetadata: dimension("COLUMNS", startColumn, endColumn),
  };
}

/** The answer of `spreadsheets.get`, before the mask; the costly parts only when the mask wants them. */
export function renderSpreadsheet(
  doc: Doc,
  { areas, grid, mask }: { areas: readonly Area[] | null; grid: boolean; mask: Mask | null },
): Record<string, unknown> {
  const tabs = areas ? doc.tabs.filter((tab) => areas.some((area) => area.tab === tab)) : doc.tabs;
  const wantsGrid = mask
    ? mask.has("*") || mask.get("sheets")?.size === 0 || (mask.get("sheets")?.has("data") ?? false)
    : grid;
  const whole = (tab: Tab): Area => ({
    tab,
    startRow: 0,
    endRow: tab.rowCount,
    startColumn: 0,
    endColumn: tab.columnCount,
  });
  return {
    spreadsheetId: doc.id,
    properties: { title: doc.title, locale: "en_US", autoRecalc: "ON_CHANGE", timeZone: "Etc/GMT" },
    sheets: tabs.map((tab) => ({
      properties: renderProperties(doc, tab),
      ...(wantsGrid && {
        data: (areas?.filter((area) => area.tab === tab) ?? [whole(tab)]).map((area) => renderGrid(doc, area)),
      }),
      ...(tab.protectedRanges.length > 0 && { protectedRanges: tab.protectedRanges }),
    })),
    ...(doc.namedRanges.length > 0 && { namedRanges: doc.namedRanges }),
    ...(doc.metadata.some((item) => item.sheetId === undefined) && {
      developerMetadata: doc.metadata.filter((item) => item.sheetId === undefined).map(renderMetadata),
    }),
    spreadsheetUrl: `https://docs.google.com/spreadsheets/d/${doc.id}/edit`,
  };
}
