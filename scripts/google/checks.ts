/**
 * What Formlog assumes of Google Sheets and what its documents only say, each as a check on a tab of its own. The
 * requests are those of the google-sheets kind; what was answered is told, and whether it is what Formlog builds on.
 */
import type { Result } from "../../src/integrations/google-sheets/errors";
import {
  cornerOf,
  type Fence,
  type FenceOwner,
  fenceId,
  findFences,
  nextFence,
  swapRange,
} from "../../src/integrations/google-sheets/fence";
import { tagColumns } from "../../src/integrations/google-sheets/requests";
import type { SheetsRequest, Spreadsheet } from "../../src/integrations/google-sheets/types";
import type { Wire } from "./wire";

export interface Finding {
  readonly assumption: string;
  readonly seen: string;
  readonly holds: boolean;
}

export interface Bench {
  readonly wire: Wire;
  readonly sheetId: number;
  readonly title: string;
  /** Tells this run's ids from those of others. */
  readonly token: string;
}

const text = (stringValue: string) => ({ userEnteredValue: { stringValue } });
const append = (sheetId: number, ...values: string[]): SheetsRequest => ({
  appendCells: { sheetId, rows: [{ values: values.map(text) }], fields: "userEnteredValue" },
});

/** A column of the tab as it reads now. */
async function column({ wire, title }: Bench, letters: string): Promise<unknown[]> {
  const read = await wire.client.getValues(`'${title}'!${letters}:${letters}`, "COLUMNS");
  if (!read.ok) throw new Error(`The tab can't be read: ${wire.last()}`);
  return [...(read.value.values?.[0] ?? [])];
}

async function overview({ wire }: Bench, fields: string, ranges: readonly string[] = []): Promise<Spreadsheet> {
  const read = await wire.client.getSpreadsheet({ ranges, fields });
  if (!read.ok) throw new Error(`The spreadsheet can't be read: ${wire.last()}`);
  return read.value;
}

const ownerOf = ({ token }: Bench): FenceOwner => ({ integration: `verify${token}`, segment: 0, feed: "responses" });

async function fenceOf(bench: Bench): Promise<Fence | undefined> {
  return findFences(ownerOf(bench), (await overview(bench, "namedRanges")).namedRanges ?? [])[0];
}

/** The requests that move the fence, as every write of the kind does. */
function move(bench: Bench, fence: Fence | undefined, position: number): readonly SheetsRequest[] {
  const id = fenceId(ownerOf(bench), { ...nextFence(fence, position, 1), closed: false });
  return swapRange(fence ? [fence] : [], { id, range: cornerOf(bench.sheetId) });
}

const write = ({ wire }: Bench, requests: readonly SheetsRequest[]): Promise<Result<unknown>> =>
  wire.client.batchUpdate(requests);

/** A batch that must fail whole: refused with 400, and its row is not there. */
async function mustFail(
  bench: Bench,
  assumption: string,
  { row, requests }: { row: string; requests: readonly SheetsRequest[] },
): Promise<Finding> {
  const result = await write(bench, requests);
  const answer = bench.wire.last();
  const applied = (await column(bench, "A")).includes(row);
  const seen = `${answer}; its row is ${applied ? "there" : "not there"}`;
  return { assumption, seen, holds: !result.ok && bench.wire.status() === 400 && !applied };
}

/** Every check, in order: each leaves the tab as the next one needs it. */
export async function* runChecks(bench: Bench): AsyncGenerator<Finding> {
  yield await idIsKept(bench);
  const first = await fenceOf(bench);
  yield await mustFail(bench, "a used id of a named range fails the whole batch", {
    row: "used",
    requests: [
      // Under another name: names are unique for themselves.
      {
        addNamedRange: {
          namedRange: { namedRangeId: first?.id, name: `${first?.id}_again`, range: cornerOf(bench.sheetId) },
        },
      },
      append(bench.sheetId, "used"),
    ],
  });
  const gone = { ...(first as Fence), id: `${first?.id}_gone` };
  yield await mustFail(bench, "a missing id of a named range fails the whole batch", {
    row: "missing",
    requests: [...move(bench, gone, 50), append(bench.sheetId, "missing")],
  });
  yield await mustFail(bench, "rows are rolled back when a later request of the batch fails", {
    row: "rolled back",
    requests: [append(bench.sheetId, "rolled back"), { deleteNamedRange: { namedRangeId: `${first?.id}_gone` } }],
  });
  yield await lateCopy(bench);
  yield await together(bench);
  yield await lostFence(bench);
  yield await formulas(bench);
  yield await metadata(bench);
  yield await underFilter(bench);
}

async function idIsKept(bench: Bench): Promise<Finding> {
  const started = bench.wire.now();
  const result = await write(bench, [...move(bench, undefined, 1), append(bench.sheetId, "first")]);
  const took = Math.round(bench.wire.now() - started);
  const fence = await fenceOf(bench);
  return {
    assumption: "a named range keeps the id that we choose",
    seen: `${bench.wire.last()}; ${fence ? `found as ${fence.id}` : "not found by its id"}; the write took ${took} ms`,
    holds: result.ok && fence !== undefined,
  };
}

/** The same page twice: the second copy asserts a fence that has moved on. */
async function lateCopy(bench: Bench): Promise<Finding> {
  const page = [...move(bench, await fenceOf(bench), 60), append(bench.sheetId, "page")];
  await write(bench, page);
  await write(bench, [...move(bench, await fenceOf(bench), 61), append(bench.sheetId, "next page")]);
  const late = await write(bench, page);
  const answer = bench.wire.last();
  const count = (await column(bench, "A")).filter((value) => value === "page").length;
  return {
    assumption: "a late copy of a page changes nothing",
    seen: `${answer}; its row is there ${count} times`,
    holds: !late.ok && count === 1,
  };
}

/** Two writes at the same time that have seen the same fence. */
async function together(bench: Bench): Promise<Finding> {
  const fence = await fenceOf(bench);
  const page = (name: string) => write(bench, [...move(bench, fence, 70), append(bench.sheetId, name)]);
  const results = await Promise.all([page("one"), page("other")]);
  const rows = (await column(bench, "A")).filter((value) => value === "one" || value === "other").length;
  return {
    assumption: "of two writes at once with the same fence, one is applied",
    seen: `${results.filter(({ ok }) => ok).length} accepted; ${rows} of 2 rows are there`,
    holds: rows === 1,
  };
}

/** A fence whose tab was deleted: it can't be asserted any more. */
async function lostFence(bench: Bench): Promise<Finding> {
  const id = `${fenceId(ownerOf(bench), { position: 80, nonce: 0, closed: false })}_lost`;
  const other = bench.sheetId + 1;
  const made = await write(bench, [
    {
      addSheet: {
        properties: { sheetId: other, title: `${bench.title} 2`, gridProperties: { rowCount: 1, columnCount: 1 } },
      },
    },
    ...swapRange([], { id, range: cornerOf(other) }),
  ]);
  const dropped = await write(bench, [{ deleteSheet: { sheetId: other } }]);
  if (!made.ok || !dropped.ok)
    return { assumption: "a fence on a deleted tab is gone", seen: bench.wire.last(), holds: false };
  const listed = ((await overview(bench, "namedRanges")).namedRanges ?? []).some(
    ({ namedRangeId }) => namedRangeId === id,
  );
  const asserted = await write(bench, [
    { updateNamedRange: { namedRange: { namedRangeId: id, name: id }, fields: "name" } },
  ]);
  return {
    assumption: "a fence on a deleted tab is gone",
    seen: `${bench.wire.last()}; it is ${listed ? "listed" : "not listed"}`,
    holds: !listed && !asserted.ok,
  };
}

async function formulas(bench: Bench): Promise<Finding> {
  const texts = ["=1+1", "+1", "@x", "'=1", "\t=1"];
  await write(bench, [append(bench.sheetId, "texts", ...texts)]);
  const answer = bench.wire.last();
  const range = `'${bench.title}'!A1:F100`;
  const { sheets = [] } = await overview(bench, "sheets.data.rowData.values.userEnteredValue", [range]);
  const rows = sheets[0]?.data?.[0]?.rowData ?? [];
  const row = rows.find(({ values }) => values?.[0]?.userEnteredValue?.stringValue === "texts")?.values ?? [];
  const stored = texts.map((_, i) => row[i + 1]?.userEnteredValue?.stringValue);
  return {
    assumption: "a stringValue is stored as it is, whatever it starts with",
    seen: `${answer}; stored: ${JSON.stringify(stored)}`,
    holds: JSON.stringify(stored) === JSON.stringify(texts),
  };
}

async function metadata(bench: Bench): Promise<Finding> {
  const { sheetId, token } = bench;
  const tagged = await write(bench, tagColumns(`verify${token}`, sheetId, [{ key: "key", index: 0 }]));
  const answer = bench.wire.last();
  const source = { sheetId, dimension: "COLUMNS", startIndex: 0, endIndex: 1 };
  const moved = await write(bench, [{ moveDimension: { source, destinationIndex: 3 } }]);
  const range = `'${bench.title}'!1:1`;
  const { sheets = [] } = await overview(
    bench,
    "sheets.data.columnMetadata.developerMetadata(metadataKey,metadataValue)",
    [range],
  );
  const found = (sheets[0]?.data?.[0]?.columnMetadata ?? []).findIndex(({ developerMetadata = [] }) =>
    developerMetadata.some(({ metadataValue }) => metadataValue === `verify${token}:key`),
  );
  await write(bench, [{ moveDimension: { source: { ...source, startIndex: 2, endIndex: 3 }, destinationIndex: 0 } }]);
  return {
    assumption: "metadata on a column moves with it",
    seen: `${answer}; moved from column A to C, found at ${found < 0 ? "none" : String.fromCharCode(65 + found)}`,
    holds: tagged.ok && moved.ok && found === 2,
  };
}

/** A filter that hides the last rows: what is appended must still come below them. */
async function underFilter(bench: Bench): Promise<Finding> {
  const { sheetId } = bench;
  const before = await column(bench, "A");
  const range = { sheetId, startRowIndex: 0, endRowIndex: before.length, startColumnIndex: 0, endColumnIndex: 1 };
  const filtered = await write(bench, [
    { setBasicFilter: { filter: { range, criteria: { 0: { hiddenValues: before.slice(-2).map(String) } } } } },
  ]);
  const appended = await write(bench, [append(sheetId, "under a filter")]);
  const answer = bench.wire.last();
  const after = await column(bench, "A");
  const at = after.indexOf("under a filter");
  return {
    assumption: "rows are appended below rows that a filter hides",
    seen: `${answer}; ${at < 0 ? "the row is not there" : `row ${at + 1} of ${after.length}`}, ${before.length} were there before`,
    holds: filtered.ok && appended.ok && at === before.length && before.every((value, i) => after[i] === value),
  };
}
