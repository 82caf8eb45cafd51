/**
 * What a person may do to the sheet between two pages, one row of the table for each act (README, "What you may do to
 * the sheet"). Each goes through the same course: three responses, the act, two more, an edit of the second, a replay
 * of all.
 */
import { describe, expect, it } from "vitest";
import { deliver } from "./deliver";
import { entry, fresh, makeWorld, outcomeTypes, page, response, revisions, SHEET_ID, type World } from "./testing";
import type { SheetsRequest } from "./types";

interface Act {
  readonly what: string;
  act(sheetId: number): readonly SheetsRequest[];
  /** Ids in the order of the rows after the next page; "": a row without one. */
  readonly ids?: readonly string[];
  /** The same after the replay; as before it unless told. */
  readonly replayed?: readonly string[];
  readonly edit?: "delivered" | "skipped";
  /** Where the header is, null: it is gone; and what it reads. */
  readonly headerRow?: number | null;
  readonly header?: readonly string[];
  /** What the headers are called now. */
  readonly titles?: { readonly name?: string; readonly age?: string };
  /** Where our columns are, where no header says it. */
  readonly places?: { readonly id: number; readonly name: number; readonly age: number };
  readonly tab?: string;
  /** Texts that must be in the rows of these responses still. */
  readonly own?: Readonly<Record<string, string>>;
}

const text = (stringValue: string) => ({ userEnteredValue: { stringValue } });
const write = (sheetId: number, rowIndex: number, columnIndex: number, ...values: object[]): SheetsRequest => ({
  updateCells: { start: { sheetId, rowIndex, columnIndex }, rows: [{ values }], fields: "userEnteredValue" },
});
const rows = (sheetId: number, startIndex: number, endIndex: number) => ({
  range: { sheetId, dimension: "ROWS", startIndex, endIndex },
});
const columns = (sheetId: number, startIndex: number, endIndex: number) => ({
  range: { sheetId, dimension: "COLUMNS", startIndex, endIndex },
});
const rowRange = (sheetId: number, row: number) => ({ sheetId, startRowIndex: row, endRowIndex: row + 1 });
const HEADER = ["Response ID", "Received at", "Name", "Age", "Crops"];
const ids = (...numbers: number[]) => numbers.map((n) => (n === 0 ? "" : `resp${n}`));

const ACTS: readonly Act[] = [
  {
    what: "sorts the rows",
    act: (sheetId) => [
      {
        sortRange: {
          range: { sheetId, startRowIndex: 1 },
          sortSpecs: [{ dimensionIndex: 3, sortOrder: "DESCENDING" }],
        },
      },
    ],
    ids: ids(3, 2, 1, 4, 5),
  },
  {
    what: "filters rows out of sight, and keeps a filter view",
    act: (sheetId) => [
      {
        setBasicFilter: {
          filter: { range: { sheetId, startRowIndex: 0 }, criteria: { 3: { hiddenValues: ["2", "3"] } } },
        },
      },
      { addFilterView: { filter: { title: "Mine", range: { sheetId, endRowIndex: 4 }, filterSpecs: [] } } },
    ],
  },
  {
    what: "inserts a row between",
    act: (sheetId) => [{ insertDimension: rows(sheetId, 2, 3) }],
    ids: ids(1, 0, 2, 3, 4, 5),
  },
  {
    what: "inserts a row above the header",
    act: (sheetId) => [{ insertDimension: rows(sheetId, 0, 1) }, write(sheetId, 0, 0, text("Our survey"))],
    headerRow: 1,
  },
  {
    what: "deletes a row",
    act: (sheetId) => [{ deleteDimension: rows(sheetId, 2, 3) }],
    ids: ids(1, 3, 4, 5),
    edit: "skipped",
    replayed: ids(1, 3, 4, 5, 2),
  },
  {
    what: "deletes the header row",
    act: (sheetId) => [{ deleteDimension: rows(sheetId, 0, 1) }],
    headerRow: null,
    places: { id: 0, name: 2, age: 3 },
  },
  {
    what: "freezes rows and columns",
    act: (sheetId) => [
      {
        updateSheetProperties: {
          properties: { sheetId, gridProperties: { frozenRowCount: 3, frozenColumnCount: 2 } },
          fields: "gridProperties(frozenRowCount,frozenColumnCount)",
        },
      },
    ],
  },
  {
    what: "inserts a column on the left",
    act: (sheetId) => [{ insertDimension: columns(sheetId, 0, 1) }],
    header: ["", ...HEADER],
  },
  {
    what: "moves columns",
    act: (sheetId) => [{ moveDimension: { source: columns(sheetId, 0, 1).range, destinationIndex: 4 } }],
    header: ["Received at", "Name", "Age", "Response ID", "Crops"],
  },
  {
    what: "deletes a question's column",
    act: (sheetId) => [{ deleteDimension: columns(sheetId, 3, 4) }],
    header: ["Response ID", "Received at", "Name", "Crops", "Age"],
  },
  {
    what: "deletes the column of the ids",
    act: (sheetId) => [{ deleteDimension: columns(sheetId, 0, 1) }],
    header: ["Received at", "Name", "Age", "Crops", "Response ID"],
    ids: ids(0, 0, 0, 4, 5),
    edit: "skipped",
    replayed: ids(0, 0, 0, 4, 5, 1, 2, 3),
  },
  {
    what: "renames headers",
    act: (sheetId) => [write(sheetId, 0, 2, text("Who?"), text("Years"))],
    header: ["Response ID", "Received at", "Who?", "Years", "Crops"],
    titles: { name: "Who?", age: "Years" },
  },
  {
    what: "merges cells of the header",
    act: (sheetId) => [
      {
        mergeCells: {
          range: { sheetId, startRowIndex: 0, endRowIndex: 1, startColumnIndex: 2, endColumnIndex: 4 },
          mergeType: "MERGE_ALL",
        },
      },
    ],
    header: ["Response ID", "Received at", "Name", "", "Crops"],
    places: { id: 0, name: 2, age: 3 },
  },
  {
    what: "renames the tab, and gives its name to another one",
    act: (sheetId) => [
      { updateSheetProperties: { properties: { sheetId, title: "It's 'ours'" }, fields: "title" } },
      { addSheet: { properties: { title: "Responses" } } },
    ],
    tab: "It's 'ours'",
  },
  {
    what: "duplicates the tab, metadata and all",
    act: (sheetId) => [{ duplicateSheet: { sourceSheetId: sheetId, insertSheetIndex: 0 } }],
  },
  {
    what: "has a formula column and notes beside ours",
    act: (sheetId) => [
      { appendDimension: { sheetId, dimension: "COLUMNS", length: 2 } },
      write(sheetId, 0, 5, text("Twice"), text("Note")),
      ...[1, 2, 3].map((row) =>
        write(sheetId, row, 5, { userEnteredValue: { formulaValue: `=D${row + 1}*2` } }, text(`note ${row}`)),
      ),
    ],
    header: [...HEADER, "Twice", "Note"],
    own: { resp1: "note 1", resp2: "note 2", resp3: "#EVALUATED(=D4*2)" },
  },
  {
    what: "protects the header and warns at the rest",
    act: (sheetId) => [
      {
        addProtectedRange: { protectedRange: { range: rowRange(sheetId, 0), editors: { users: ["owner@mail.test"] } } },
      },
      { addProtectedRange: { protectedRange: { range: { sheetId }, warningOnly: true } } },
    ],
  },
  {
    what: "cuts a row and pastes it below the others",
    act: (sheetId) => [
      { cutPaste: { source: rowRange(sheetId, 2), destination: { sheetId, rowIndex: 6 }, pasteType: "PASTE_NORMAL" } },
    ],
    ids: ids(1, 0, 3, 0, 0, 2, 4, 5),
  },
  {
    what: "cuts a row and pastes it into another tab",
    act: (sheetId) => [
      {
        cutPaste: {
          source: { ...rowRange(sheetId, 2), startColumnIndex: 0, endColumnIndex: 5 },
          destination: { sheetId: 0 },
          pasteType: "PASTE_NORMAL",
        },
      },
    ],
    ids: ids(1, 0, 3, 4, 5),
    edit: "skipped",
    replayed: ids(1, 0, 3, 4, 5, 2),
  },
  {
    what: "edits a Response ID",
    act: (sheetId) => [write(sheetId, 2, 0, text("resp2 (checked)"))],
    ids: ["resp1", "resp2 (checked)", ...ids(3, 4, 5)],
    edit: "skipped",
    replayed: ["resp1", "resp2 (checked)", ...ids(3, 4, 5, 2)],
  },
];

describe("between two pages, a person", () => {
  it.each(ACTS)("$what", async (act) => {
    const world = makeWorld();
    await deliver(fresh(1, 3), world.deps);
    world.emulator.edit(SHEET_ID, act.act(world.tab().sheetId));

    expect(outcomeTypes(await deliver(fresh(4, 5), world.deps))).toEqual(["delivered", "delivered"]);
    const wanted = act.ids ?? ids(1, 2, 3, 4, 5);
    expect(sheetOf(world, act).ids).toEqual(wanted);

    const edited = { ...response(2, { name: "Edited", age: 2 }), revision: 2 };
    expect(outcomeTypes(await deliver(revisions([[1, "updated", edited]]), world.deps))).toEqual([
      act.edit ?? "delivered",
    ]);
    const all = [response(1), edited, response(3), response(4), response(5)].map((record) => entry(record));
    // A worker that knows nothing of the sheet replays it.
    await deliver(page(all, { replay: true }), { ...world.deps, memory: new Map() });

    const sheet = sheetOf(world, act);
    expect(sheet.ids).toEqual(act.replayed ?? wanted);
    for (const n of [1, 2, 3, 4, 5]) {
      expect(sheet.answers(`resp${n}`), `resp${n}`).toEqual([n === 2 ? "Edited" : `Name ${n}`, String(n)]);
    }
    if (act.headerRow !== null) expect(sheet.header).toEqual(act.header ?? HEADER);
    for (const [id, kept] of Object.entries(act.own ?? {})) expect(sheet.row(id)).toContain(kept);
    expect(world.fences().filter((id) => /^formlog_int_abc_3_\d/.test(id))).toHaveLength(1);
  });
});

/** The data tab, read as a person reads it: by what its header says. */
function sheetOf(world: World, { tab = "Responses", headerRow = 0, titles = {}, places }: Act) {
  const grid = world.emulator.readRows(SHEET_ID, tab);
  const header = headerRow === null ? [] : (grid[headerRow] ?? []);
  const at = places ?? {
    id: header.indexOf("Response ID"),
    name: header.indexOf(titles.name ?? "Name"),
    age: header.indexOf(titles.age ?? "Age"),
  };
  const body = grid.slice(headerRow === null ? 0 : headerRow + 1);
  const row = (id: string) => body.find((cells) => cells[at.id] === id) ?? [];
  return {
    header,
    ids: body.map((cells) => cells[at.id] ?? ""),
    row,
    answers: (id: string) => [row(id)[at.name] ?? "", row(id)[at.age] ?? ""],
  };
}
