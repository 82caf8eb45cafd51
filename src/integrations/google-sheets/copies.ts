/**
 * Rows that are there twice, cell by cell, people's own columns too: the first one is kept, the others are deleted, in
 * one batch under the fence. Rows that differ in anything are left for a person. Called by inventory.ts.
 */
import type { Halt } from "../../core/integration";
import { type Book, look, named, type Shelf } from "./books";
import type { Failure, Result } from "./errors";
import { cornerOf, fenceId, fenceOwners, findFences, freshNonce, nextFence, swapRange } from "./fence";
import { findRows } from "./id-column";
import { type DataTab, quote } from "./layout";
import type { NamedRange, RowData, SheetsRequest } from "./types";

/** Ids that one pass looks at in one spreadsheet: what is more waits for the next comparison. */
const IDS_MAX = 500;
/** Ranges of one read: their names stand in its address. */
const RANGES_MAX = 80;
const CELL_FIELDS = "sheets.data(startRow,rowData.values(effectiveValue,note))";

type Removed = { readonly removed: number } | { readonly halt: Halt };

/** Deletes exact repeats of those ids' first rows, each spreadsheet for itself. */
export async function removeCopies(shelf: Shelf, doubled: Iterable<string>): Promise<Removed> {
  const ids = new Set<string>();
  for (const id of doubled) if (ids.size < IDS_MAX) ids.add(id);
  let removed = 0;
  for (const book of ids.size > 0 ? shelf.books : []) {
    const result = await removeIn(shelf, book, ids);
    if (!result.ok) return { halt: haltOf(named(shelf, book, result.failure)) };
    removed += result.value;
  }
  return { removed };
}

function haltOf(failure: Failure): Halt {
  if (failure.type === "halt") return failure.halt;
  if (failure.type === "refused") return { type: "blocked", reason: failure.reason };
  return { type: "retry", reason: "The sheet changed while its copies were compared.", afterSeconds: 60 };
}

async function removeIn(shelf: Shelf, book: Book, ids: ReadonlySet<string>): Promise<Result<number>> {
  const seen = await look(shelf, book);
  if (!seen.ok) return seen;
  const { layout, fence } = seen.value;
  // Without a fence a late copy of a page could move rows while they are deleted by their numbers.
  if (!layout.tab || !fence) return { ok: true, value: 0 };
  const { tab } = layout;
  const found = await findRows(shelf.deps, { book, tab }, ids);
  if (!found.ok) return found;
  const groups = [...found.value.values()].filter((rows) => rows.length > 1);
  if (groups.length === 0) return { ok: true, value: 0 };
  const cells = await readRows(book, tab, groups.flat());
  if (!cells.ok) return cells;
  const copies = groups.flatMap(([kept = -1, ...others]) =>
    others.filter((row) => cells.value.has(row) && cells.value.get(row) === cells.value.get(kept)),
  );
  if (copies.length === 0) return { ok: true, value: 0 };
  const deleted = await book.client.batchUpdate([...swapFences(shelf, layout.namedRanges), ...deleteRows(tab, copies)]);
  return deleted.ok ? { ok: true, value: copies.length } : deleted;
}

/**
 * Every fence of the integration swapped for another one at the same place: whoever read the rows before this, to
 * append to them or to change one by its number, fails now and reads again.
 */
function swapFences({ owner: { integration }, deps }: Shelf, ranges: readonly NamedRange[]): SheetsRequest[] {
  return fenceOwners(integration, ranges).flatMap((owner) => {
    const fences = findFences(owner, ranges);
    const [fence] = fences;
    if (!fence) return [];
    const next = nextFence(fence, fence.position, freshNonce(deps.now(), deps.now(), 0));
    return swapRange(fences, { id: fenceId(owner, { ...next, closed: fence.closed }), range: cornerOf(fence.sheetId) });
  });
}

/** From the last one up, so that no deletion moves the rows of the next. */
function deleteRows({ sheetId }: DataTab, rows: readonly number[]): SheetsRequest[] {
  return rows
    .toSorted((a, b) => b - a)
    .map((row) => ({
      deleteDimension: { range: { sheetId, dimension: "ROWS", startIndex: row, endIndex: row + 1 } },
    }));
}

/** What stands in whole rows (zero-based), as a text that is equal for equal rows: values and notes, no formats. */
async function readRows(
  book: Book,
  tab: DataTab,
  rows: readonly number[],
): Promise<Result<ReadonlyMap<number, string>>> {
  const texts = new Map<number, string>();
  for (let at = 0; at < rows.length; at += RANGES_MAX) {
    const part = rows.slice(at, at + RANGES_MAX);
    const ranges = part.map((row) => `${quote(tab.title)}!${row + 1}:${row + 1}`);
    const read = await book.client.getSpreadsheet({ ranges, fields: CELL_FIELDS });
    if (!read.ok) return read;
    for (const { startRow = 0, rowData } of read.value.sheets?.flatMap(({ data = [] }) => data) ?? []) {
      texts.set(startRow, textOf(rowData?.[0]));
    }
  }
  return { ok: true, value: texts };
}

function textOf(row: RowData | undefined): string {
  const cells = (row?.values ?? []).map((cell) => JSON.stringify(cell));
  while (cells.at(-1) === "{}") cells.pop();
  return cells.join();
}
