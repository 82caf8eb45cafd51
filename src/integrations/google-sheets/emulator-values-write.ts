/** Plain values becoming cells: RAW keeps text as text, USER_ENTERED reads it as if somebody had typed it. */
import { CELL_CHARACTERS_MAX } from "./emulator-cells";
import { badRequest } from "./emulator-errors";
import { setCell, type Tab } from "./emulator-state";
import type { ExtendedValue } from "./types";

export type Json = Record<string, unknown>;
export type Plain = string | number | boolean | null;

function toValue(value: Exclude<Plain, null>, option: "RAW" | "USER_ENTERED"): ExtendedValue {
  if (typeof value === "number") return { numberValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (value.length > CELL_CHARACTERS_MAX) {
    throw badRequest(
      `Your input contains more than the maximum of ${CELL_CHARACTERS_MAX} characters in a single cell.`,
    );
  }
  if (option === "RAW") return { stringValue: value };
  if (value.startsWith("'")) return { stringValue: value.slice(1) };
  if (/^[=+]./.test(value)) return { formulaValue: value.replace(/^\+/, "=") };
  if (/^(true|false)$/i.test(value)) return { boolValue: value.toLowerCase() === "true" };
  if (/^-?\d+(\.\d+)?$/.test(value)) return { numberValue: Number(value) };
  return { stringValue: value };
}

/**
 * Writes values from a corner on: null leaves a cell alone, "" empties it (ValueRange.values). Throws outside the grid.
 */
export function writeRowsAt(
  tab: Tab,
  at: { row: number; column: number },
  { rows, option }: { rows: readonly (readonly Plain[])[]; option: "RAW" | "USER_ENTERED" },
): { columns: number; count: number } {
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0);
  if (at.column + columns > tab.columnCount || at.row + rows.length > tab.rowCount) {
    throw badRequest(
      `Range (${tab.title}) exceeds grid limits. Max rows: ${tab.rowCount}, max columns: ${tab.columnCount}`,
    );
  }
  let count = 0;
  for (const [r, row] of rows.entries()) {
    for (const [c, value] of row.entries()) {
      if (value === null) continue;
      const place = { row: at.row + r, column: at.column + c };
      const { userEnteredValue: _, ...rest } = tab.rows[place.row]?.[place.column] ?? {};
      setCell(tab, place, value === "" ? rest : { ...rest, userEnteredValue: toValue(value, option) });
      count += 1;
    }
  }
  return { columns, count };
}
