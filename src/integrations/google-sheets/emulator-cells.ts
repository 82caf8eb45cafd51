/** Cells coming in: typed values only, Google's limits, and where a masked row lands in a tab of the emulator. */

import { badRequest } from "./emulator-errors";
import { CELL_FIELDS, checkMask, type Json, overlay, parseMask } from "./emulator-fields";
import { type Cell, setCell, type Tab } from "./emulator-state";

/** Characters of a cell (delivery.md 1.1). */
export const CELL_CHARACTERS_MAX = 50_000;

const CELL_KEYS = new Set(["userEnteredValue", "userEnteredFormat", "note"]);
const FORMAT_KEYS = new Set(
  "numberFormat textFormat backgroundColor backgroundColorStyle horizontalAlignment verticalAlignment wrapStrategy".split(
    " ",
  ),
);
const VALUE_TYPES = {
  stringValue: "string",
  numberValue: "number",
  boolValue: "boolean",
  formulaValue: "string",
} as const;

const unknownName = (name: string, where: string) =>
  badRequest(`Invalid JSON payload received. Unknown name "${name}" at '${where}': Cannot find field.`);

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The columns of `rows[].values[]`, checked. Throws a 400. */
export function checkRows(rows: readonly unknown[]): Json[][] {
  return rows.map((row) => {
    if (!isObject(row)) throw badRequest("Invalid value at 'rows': expected an object");
    for (const key of Object.keys(row)) if (key !== "values") throw unknownName(key, "rows");
    const values: unknown = row.values ?? [];
    if (!Array.isArray(values)) throw badRequest("Invalid value at 'rows.values': expected a list");
    return values.map(checkCell);
  });
}

/** A CellData that may be written. Throws a 400. */
export function checkCell(cell: unknown): Json {
  if (!isObject(cell)) throw badRequest("Invalid value at 'rows.values': expected an object");
  for (const key of Object.keys(cell)) if (!CELL_KEYS.has(key)) throw unknownName(key, "rows.values");
  if (cell.userEnteredFormat !== undefined) {
    if (!isObject(cell.userEnteredFormat)) throw badRequest("Invalid value at 'user_entered_format'");
    for (const key of Object.keys(cell.userEnteredFormat))
      if (!FORMAT_KEYS.has(key)) throw unknownName(key, "user_entered_format");
  }
  if (cell.userEnteredValue !== undefined) checkValue(cell.userEnteredValue);
  return cell;
}

function checkValue(value: unknown): void {
  if (!isObject(value)) throw badRequest("Invalid value at 'user_entered_value'");
  const entries = Object.entries(value);
  if (entries.length > 1)
    throw badRequest("Invalid value at 'user_entered_value' (oneof), oneof field 'value' is already set.");
  for (const [key, item] of entries) {
    const type = Object.entries(VALUE_TYPES).find(([name]) => name === key)?.[1];
    if (!type) throw unknownName(key, "user_entered_value");
    if (typeof item !== type || (typeof item === "number" && !Number.isFinite(item))) {
      throw badRequest(`Invalid value at 'user_entered_value.${key}'`);
    }
    if (typeof item === "string" && item.length > CELL_CHARACTERS_MAX) {
      throw badRequest(
        `Your input contains more than the maximum of ${CELL_CHARACTERS_MAX} characters in a single cell.`,
      );
    }
  }
}

/** Writes checked rows from a corner on; `fields` says which parts of the cells. Throws a 400 outside the grid. */
export function writeRows(
  tab: Tab,
  at: { row: number; column: number },
  { rows, fields }: { rows: readonly Json[][]; fields: string },
): void {
  const mask = parseMask(fields);
  checkMask(mask, CELL_FIELDS);
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  if (at.column + width > tab.columnCount || at.row + rows.length > tab.rowCount) {
    throw badRequest(`Range exceeds grid limits. Max rows: ${tab.rowCount}, max columns: ${tab.columnCount}`);
  }
  for (const [r, row] of rows.entries()) {
    for (const [c, cell] of row.entries()) {
      const place = { row: at.row + r, column: at.column + c };
      const before: Cell = tab.rows[place.row]?.[place.column] ?? {};
      const after: Cell = overlay({ ...before }, cell, mask);
      setCell(tab, place, isEmptyValue(after) ? withoutValue(after) : after);
    }
  }
}

const isEmptyValue = ({ userEnteredValue: value }: Cell): boolean =>
  value !== undefined && (Object.keys(value).length === 0 || value.stringValue === "");

function withoutValue({ userEnteredValue: _, ...rest }: Cell): Cell {
  return rest;
}
