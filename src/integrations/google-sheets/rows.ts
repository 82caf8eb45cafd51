/**
 * The requests that carry responses: rows appended, rows rewritten, rows cleared. Only our own columns are touched, so
 * that formulas and notes that people keep beside them stay. Pure; called by write.ts.
 */
import type { Definition } from "../../core/form";
import type { ResponseRecord } from "../../core/response";
import { answerCell, momentCell, textCell } from "./cells";
import { ID_KEY, RECEIVED_KEY } from "./columns";
import type { CellData, RowData, SheetsRequest } from "./types";

const FIELDS = "userEnteredValue,userEnteredFormat.numberFormat";

/** Zero-based column by key. */
type ColumnMap = ReadonlyMap<string, number>;
type Definitions = ReadonlyMap<number, Definition>;

function cellOf(key: string, response: ResponseRecord, definitions: Definitions): CellData {
  if (key === ID_KEY) return textCell(response.id);
  if (key === RECEIVED_KEY) return momentCell(response.receivedAt);
  const question = definitions.get(response.version)?.questions.find((candidate) => candidate.ref === key);
  return answerCell(question, Object.hasOwn(response.answers, key) ? response.answers[key] : undefined);
}

/** A row to append, from column A on; columns that are not ours stay empty. */
export function rowOf(response: ResponseRecord, columns: ColumnMap, definitions: Definitions): RowData {
  const values: CellData[] = [];
  for (const [key, index] of columns) {
    while (values.length <= index) values.push({});
    values[index] = cellOf(key, response, definitions);
  }
  while (values.length > 0 && Object.keys(values.at(-1) ?? {}).length === 0) values.pop();
  return { values };
}

export function appendRows(sheetId: number, rows: readonly RowData[]): SheetsRequest {
  return { appendCells: { sheetId, rows, fields: FIELDS } };
}

/** Writes the answers into rows that exist (zero-based); an erased response leaves empty cells. */
export function rewriteRows(
  response: ResponseRecord,
  { sheetId, rows, columns }: { sheetId: number; rows: readonly number[]; columns: ColumnMap },
  definitions: Definitions,
): SheetsRequest[] {
  const erased = response.erasedAt !== null;
  const cells = [...columns]
    .filter(([key]) => key !== ID_KEY && key !== RECEIVED_KEY)
    .map(([key, index]) => ({ index, cell: erased ? {} : cellOf(key, response, definitions) }))
    .sort((a, b) => a.index - b.index);
  const runs: { start: number; values: CellData[] }[] = [];
  for (const { index, cell } of cells) {
    const run = runs.at(-1);
    if (run && run.start + run.values.length === index) run.values.push(cell);
    else runs.push({ start: index, values: [cell] });
  }
  return rows.flatMap((rowIndex) =>
    runs.map(({ start, values }) => ({
      updateCells: { start: { sheetId, rowIndex, columnIndex: start }, rows: [{ values }], fields: FIELDS },
    })),
  );
}
