/** Pages into a sheet, on workerd against the emulator: what a user of the sheet may rely on. */
import { describe, expect, it } from "vitest";
import { deliver, test as testSheet } from "./deliver";
import {
  DEFINITION,
  EMAIL,
  entry,
  fresh,
  makeWorld,
  outcomeTypes,
  page,
  response,
  revisions,
  SHEET_ID,
  START,
} from "./testing";

describe("a page of new responses", () => {
  it("makes the tab with its header and a typed row for each response, in order", async () => {
    const world = makeWorld();
    const one = response(1, { name: "Asha", age: 41, crops: ["w", "r"] });
    const result = await deliver(page([entry(one), entry(response(2))]), world.deps);
    expect(outcomeTypes(result)).toEqual(["delivered", "delivered"]);
    expect(result.halt).toBeUndefined();
    expect(world.header()).toEqual(["Response ID", "Received at", "Name", "Age", "Crops"]);
    expect(world.rows()).toEqual([
      ["resp1", "2026-11-23 10:00:01", "Asha", "41", "Wheat, Rice"],
      ["resp2", "2026-11-23 10:00:02", "Name 2", "2"],
    ]);
    expect(world.emulator.inspect(SHEET_ID).tabs.map(({ title, hidden }) => [title, hidden])).toEqual([
      ["Sheet1", false],
      ["_formlog", true],
      ["Responses", false],
    ]);
    expect(world.fences()).toEqual(["formlog_int_abc_3_2"]);
  });

  it("costs one read and one write once the sheet is set up", async () => {
    const world = makeWorld();
    await deliver(fresh(1, 1), world.deps);
    const before = { ...world.emulator.stats };
    await deliver(fresh(2, 3), world.deps);
    expect(world.emulator.stats.batchUpdate).toBe((before.batchUpdate ?? 0) + 1);
    expect(world.emulator.stats.get).toBe((before.get ?? 0) + 1);
    expect(world.emulator.stats["values.get"]).toBe(before["values.get"]);
    expect(world.emulator.stats.token).toBe(1);
  });

  it("writes 1,000 responses with one request", async () => {
    const world = makeWorld();
    await deliver(fresh(1, 1), world.deps);
    const before = world.emulator.stats.batchUpdate ?? 0;
    const result = await deliver(fresh(2, 1001), world.deps);
    expect(result.outcomes.size).toBe(1000);
    expect(world.emulator.stats.batchUpdate).toBe(before + 1);
    expect(world.ids()).toEqual(Array.from({ length: 1001 }, (_, i) => `resp${i + 1}`));
  });

  it("stays under 2 MB a request", async () => {
    const sizes: number[] = [];
    const world = makeWorld();
    const deps = {
      ...world.deps,
      fetch: async (request: Request) => {
        sizes.push((await request.clone().arrayBuffer()).byteLength);
        return world.emulator.fetch(request);
      },
    };
    const long = "x".repeat(40_000);
    const entries = Array.from({ length: 100 }, (_, i) => entry(response(i + 1, { name: long })));
    const result = await deliver(page(entries), deps);
    expect(outcomeTypes(result)).toEqual(Array(100).fill("delivered"));
    expect(Math.max(...sizes)).toBeLessThan(2_000_000);
    expect(world.ids().length).toBe(100);
  });

  it("added again adds nothing: the fence says that it was applied", async () => {
    const world = makeWorld();
    await deliver(fresh(1, 3), world.deps);
    const before = world.emulator.stats.batchUpdate;
    const again = await deliver(fresh(1, 3), world.deps);
    expect(outcomeTypes(again)).toEqual(["delivered", "delivered", "delivered"]);
    expect(world.ids()).toEqual(["resp1", "resp2", "resp3"]);
    expect(world.emulator.stats.batchUpdate).toBe(before);
    await deliver(fresh(2, 5), world.deps);
    expect(world.ids()).toEqual(["resp1", "resp2", "resp3", "resp4", "resp5"]);
  });

  it("never writes the answers of an erased response", async () => {
    const world = makeWorld();
    const erased = { ...response(1), erasedAt: START };
    const result = await deliver(page([entry(erased), entry(response(2))]), world.deps);
    expect(outcomeTypes(result)).toEqual(["skipped", "delivered"]);
    expect(world.ids()).toEqual(["resp2"]);
  });

  it("takes over the columns of a tab that somebody prepared, and adds what is missing on the right", async () => {
    const world = makeWorld();
    const titles = ["Age", "Notes", "Response ID"].map((stringValue) => ({ userEnteredValue: { stringValue } }));
    world.emulator.edit(SHEET_ID, [
      {
        addSheet: { properties: { sheetId: 7, title: "Responses", gridProperties: { rowCount: 10, columnCount: 3 } } },
      },
      { updateCells: { start: { sheetId: 7 }, rows: [{ values: titles }], fields: "userEnteredValue" } },
    ]);
    await deliver(fresh(1, 1), world.deps);
    expect(world.header()).toEqual(["Age", "Notes", "Response ID", "Received at", "Name", "Crops"]);
    expect(world.rows()).toEqual([["1", "", "resp1", "2026-11-23 10:00:01", "Name 1"]]);
  });
});

describe("columns and tabs", () => {
  it("a new question becomes a column on the right, and a removed one keeps its own", async () => {
    const world = makeWorld();
    await deliver(fresh(1, 1), world.deps);
    const questions = [
      { ref: "town", type: "short_text" as const, title: "Town" },
      ...DEFINITION.questions.filter((question) => question.ref !== "age"),
    ];
    const definitions = new Map([
      [1, DEFINITION],
      [2, { ...DEFINITION, questions }],
    ]);
    const deps = { ...world.deps, form: { ...world.deps.form, version: 2, definitions } };
    const newer = { ...response(2, { name: "B", town: "Pune" }), version: 2 };
    await deliver(page([entry(newer), entry(response(3))]), deps);
    expect(world.header()).toEqual(["Response ID", "Received at", "Name", "Age", "Crops", "Town"]);
    expect(world.rows()[1]).toEqual(["resp2", "2026-11-23 10:00:02", "B", "", "", "Pune"]);
    expect(world.rows()[2]?.slice(0, 4)).toEqual(["resp3", "2026-11-23 10:00:03", "Name 3", "3"]);
  });

  it("two integrations work side by side in one spreadsheet", async () => {
    const world = makeWorld();
    const other = {
      ...world.deps,
      integration: { id: "int_xyz" },
      config: { ...world.deps.config, sheet: "Others" },
      memory: new Map<string, unknown>(),
    };
    await deliver(fresh(1, 2), world.deps);
    await deliver(fresh(1, 3), other);
    await deliver(fresh(3, 3), world.deps);
    expect(world.ids()).toEqual(["resp1", "resp2", "resp3"]);
    expect(world.rows("Others").map((row) => row[0])).toEqual(["resp1", "resp2", "resp3"]);
    expect(world.fences().sort()).toEqual(["formlog_int_abc_3_3", "formlog_int_xyz_3_3"]);
  });
});

describe("changes of responses", () => {
  it("an erasure clears every copy of the row and keeps the id", async () => {
    const world = makeWorld();
    await deliver(fresh(1, 2), world.deps);
    const { sheetId } = world.tab();
    const copied = ["resp1", "", "Name 1"].map((stringValue) => ({ userEnteredValue: { stringValue } }));
    world.emulator.edit(SHEET_ID, [
      { appendCells: { sheetId, rows: [{ values: copied }], fields: "userEnteredValue" } },
    ]);
    // Whatever the record still has of its answers, none of it is written.
    const erased = { ...response(1, { name: "Name 1" }), erasedAt: START };
    const result = await deliver(
      revisions([
        [1, "erased", erased],
        [2, "erased", { ...response(9, {}), erasedAt: START }],
      ]),
      world.deps,
    );
    expect(outcomeTypes(result)).toEqual(["delivered", "skipped"]);
    expect(JSON.stringify(world.rows())).not.toContain("Name 1");
    expect(world.ids()).toEqual(["resp1", "resp2", "resp1"]);
  });

  it("a replay rewrites the rows that are there and adds those that are not", async () => {
    const world = makeWorld();
    await deliver(fresh(1, 4), world.deps);
    const { sheetId } = world.tab();
    const messed = {
      rows: [{ values: [{ userEnteredValue: { stringValue: "messed up" } }] }],
      fields: "userEnteredValue",
    };
    world.emulator.edit(SHEET_ID, [
      { deleteDimension: { range: { sheetId, dimension: "ROWS", startIndex: 3, endIndex: 4 } } },
      { updateCells: { start: { sheetId, rowIndex: 1, columnIndex: 2 }, ...messed } },
    ]);
    const result = await deliver(fresh(1, 3, { replay: true }), world.deps);
    expect(outcomeTypes(result)).toEqual(["delivered", "delivered", "delivered"]);
    expect(world.ids()).toEqual(["resp1", "resp2", "resp4", "resp3"]);
    expect(world.rows()[0]?.[2]).toBe("Name 1");
    // The fence was not moved back: what follows goes on where it was.
    await deliver(fresh(4, 5), world.deps);
    expect(world.ids()).toEqual(["resp1", "resp2", "resp4", "resp3", "resp5"]);
    expect(await deliver(fresh(1, 0), world.deps)).toEqual({ outcomes: new Map() });
  });
});

describe("the test of an integration", () => {
  it("says whether the spreadsheet can be written, and whom to share it with", async () => {
    const world = makeWorld();
    expect(await testSheet(world.deps)).toEqual({ ok: true, detail: expect.any(String) });
    world.emulator.createSpreadsheet({ id: "readonly", title: "R", sharedWith: [`reader:${EMAIL}`] });
    const reader = await testSheet({ ...world.deps, config: { ...world.deps.config, spreadsheetId: "readonly" } });
    expect(reader).toEqual({ ok: false, detail: expect.stringContaining(EMAIL) });
  });
});
