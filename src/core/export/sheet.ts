/** One worksheet of an XLSX workbook (ECMA-376, SpreadsheetML): rows as XML text, cells typed. Pure. */
import type { Cell, Row } from "./columns";

/** Rows of a sheet, its header among them. */
export const SHEET_ROWS_MAX = 1_048_576;
export const SHEET_COLUMNS_MAX = 16_384;
export const CELL_CHARACTERS_MAX = 32_767;

/** Indexes into the cellXfs of STYLES. */
const STYLE = { day: 1, moment: 2, header: 3 } as const;

export const STYLES =
  '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' +
  '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>' +
  '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>' +
  '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>' +
  '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>' +
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
  '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' +
  '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>' +
  '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>' +
  '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>' +
  '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>';

/** What stands before the rows; the header row, where there is one, stays in sight. */
export function sheetStart(columns: number, hasHeader: boolean): string {
  const pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>';
  return (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' +
    `<sheetViews><sheetView workbookViewId="0">${hasHeader ? pane : ""}</sheetView></sheetViews>` +
    `<cols><col min="1" max="${columns}" width="20" customWidth="1"/></cols><sheetData>`
  );
}

export const SHEET_END = "</sheetData></worksheet>";

/** Letters of a zero-based column: 0 is A, 26 is AA. */
export function columnLetters(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnLetters(Math.floor(index / 26) - 1) + letter;
}

const DAY_MS = 86_400_000;
/** Day 0 as Excel counts from March 1900 on; before, it knows a 29 February 1900 that never was. */
const EPOCH = Date.UTC(1899, 11, 30);
const FIRST_DAY = Date.UTC(1900, 2, 1);

/** To the millisecond: a double has no more of it. */
const serial = (time: number): number => Math.round(((time - EPOCH) / DAY_MS) * 1e8) / 1e8;

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
// What XML 1.0 can't hold, and texts that a reader would take for its escape (ECMA-376 ST_Xstring: _xHHHH_).
const UNFIT = /(?![\t\n])[\p{Cc}\uFFFE\uFFFF]|_(?=x[0-9A-Fa-f]{4}_)/gu;
const SPECIAL = /[&<>"]/g;

/** A text as XML: line ends as LF, characters that XML does not have as _xHHHH_. */
export function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replace(UNFIT, (c) => `_x${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`)
    .replace(SPECIAL, (c) => ESCAPES[c] ?? c);
}

/** A text that is too long for a cell is cut, and says so at its end. */
export function fitCell(text: string): string {
  if (text.length <= CELL_CHARACTERS_MAX) return text;
  const note = `… [cut: ${text.length} characters in all, a cell holds ${CELL_CHARACTERS_MAX}]`;
  // Half of a Unicode pair may stand at the cut.
  return text.slice(0, CELL_CHARACTERS_MAX - note.length).replace(/[\uD800-\uDBFF]$/, "") + note;
}

function textCell(at: string, text: string, style = ""): string {
  return `<c r="${at}"${style} t="inlineStr"><is><t xml:space="preserve">${xmlText(fitCell(text))}</t></is></c>`;
}

function cellXml(at: string, cell: Cell): string {
  if (cell === null || cell === "") return "";
  if (typeof cell === "string") return textCell(at, cell);
  if (typeof cell === "number") return `<c r="${at}"><v>${cell}</v></c>`;
  if (typeof cell === "boolean") return `<c r="${at}" t="b"><v>${cell ? 1 : 0}</v></c>`;
  if ("moment" in cell) return `<c r="${at}" s="${STYLE.moment}"><v>${serial(cell.moment)}</v></c>`;
  const time = Date.parse(`${cell.day}T00:00:00Z`);
  // Not a day that Excel has: the text keeps what was answered.
  if (Number.isNaN(time) || time < FIRST_DAY) return textCell(at, cell.day);
  return `<c r="${at}" s="${STYLE.day}"><v>${serial(time)}</v></c>`;
}

/** A row of a sheet; `number` counts from 1, `letters` are those of the columns. */
export function rowXml(cells: Row, number: number, letters: readonly string[]): string {
  return `<row r="${number}">${cells.map((cell, i) => cellXml(`${letters[i]}${number}`, cell)).join("")}</row>`;
}

/** The header row. */
export function headerXml(titles: readonly string[], letters: readonly string[]): string {
  return `<row r="1">${titles.map((title, i) => textCell(`${letters[i]}1`, title, ` s="${STYLE.header}"`)).join("")}</row>`;
}
