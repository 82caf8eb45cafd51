/** The `values` methods of the emulator: plain values in and out of A1 ranges. */
import * as z from "zod";
import { type Area, formatArea, parseRange } from "./emulator-a1";
import { checkCells } from "./emulator-dimensions";
import { badRequest } from "./emulator-errors";
import { type RenderOption, renderValues } from "./emulator-render";
import { copyDoc, type Doc, hasValue, usedRows } from "./emulator-state";
import { type Json, writeRowsAt } from "./emulator-values-write";

const Option = z.enum(["RAW", "USER_ENTERED"]);
const Values = z.strictObject({
  range: z.string().optional(),
  majorDimension: z.enum(["ROWS", "COLUMNS", "DIMENSION_UNSPECIFIED"]).optional(),
  values: z.array(z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))).default([]),
});
const Render = z.enum(["FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA"]).default("FORMATTED_VALUE");

function parse<T>(schema: z.ZodType<T>, input: unknown, what: string): T {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw badRequest(`Invalid ${what}: ${parsed.error.issues[0]?.message ?? "invalid"}`);
  return parsed.data;
}

const transpose = <T>(rows: readonly (readonly T[])[], empty: T): T[][] => {
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  return Array.from({ length: width }, (_, c) => rows.map((row) => row[c] ?? empty));
};

/** One ValueRange, as `values.get` answers. */
export function getValues(doc: Doc, range: string, query: URLSearchParams): Json {
  const area = parseRange(doc, range);
  const option: RenderOption = parse(Render, query.get("valueRenderOption") ?? undefined, "valueRenderOption");
  const columns = query.get("majorDimension") === "COLUMNS";
  const rows = renderValues(area, option);
  const values = columns ? transpose(rows, "").map(trimmed) : rows;
  return {
    range: formatArea(area),
    majorDimension: columns ? "COLUMNS" : "ROWS",
    ...(values.length > 0 && { values }),
  };
}

function trimmed(values: unknown[]): unknown[] {
  while (values.at(-1) === "") values.pop();
  return values;
}

/** A write of the `values` methods, as it is kept in the journal. */
export interface ValuesWrite {
  readonly action: "append" | "update" | "clear";
  readonly range: string;
  readonly option?: string | null;
  readonly insert?: string | null;
  readonly body: unknown;
}

/** Applies a write to a copy. Returns the copy and the answer. */
export function writeValues(doc: Doc, write: ValuesWrite, cellsMax: number): { doc: Doc; reply: Json } {
  const copy = copyDoc(doc);
  const area = parseRange(copy, write.range);
  const reply = write.action === "clear" ? clear(copy, area) : put(copy, area, write);
  checkCells(copy, cellsMax);
  return { doc: copy, reply };
}

function put(doc: Doc, area: Area, write: ValuesWrite): Json {
  if (!write.option) throw badRequest("'valueInputOption' is required but not specified");
  const option = parse(Option, write.option, "valueInputOption");
  const { values, majorDimension } = parse(Values, write.body ?? {}, "data");
  const rows = majorDimension === "COLUMNS" ? transpose(values, null) : values;
  const { tab } = area;
  const start = write.action === "append" ? tableEnd(area) : { row: area.startRow, column: area.startColumn };
  if (write.action === "append") tab.rowCount = Math.max(tab.rowCount, start.row + rows.length);
  const cells = writeRowsAt(tab, start, { rows, option });
  const updated: Area = {
    tab,
    startRow: start.row,
    endRow: start.row + rows.length,
    startColumn: start.column,
    endColumn: start.column + cells.columns,
  };
  const updates = {
    spreadsheetId: doc.id,
    updatedRange: formatArea(updated),
    updatedRows: rows.length,
    updatedColumns: cells.columns,
    updatedCells: cells.count,
  };
  return write.action === "append" ? { spreadsheetId: doc.id, tableRange: formatArea(area), updates } : updates;
}

/** Where an append goes: under the last row with data, from the first column of the range. */
function tableEnd(area: Area): { row: number; column: number } {
  const used = usedRows(area.tab);
  return { row: Math.max(used, area.startRow), column: area.startColumn };
}

function clear(doc: Doc, area: Area): Json {
  const { tab } = area;
  for (let r = area.startRow; r < Math.min(area.endRow, tab.rows.length); r += 1) {
    tab.rows[r] = (tab.rows[r] ?? []).map((cell, c) => {
      if (!cell || !hasValue(cell) || c < area.startColumn || c >= area.endColumn) return cell;
      const { userEnteredValue: _, ...rest } = cell;
      return rest;
    });
  }
  return { spreadsheetId: doc.id, clearedRange: formatArea(area) };
}
