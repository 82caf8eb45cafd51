/** What a comparison with the log finds in the spreadsheets, asked as the engine asks; the emulator holds the rows. */
import { describe, expect, it } from "vitest";
import { responseId } from "../../core/ids";
import type { Inventory, SettledDelivery } from "../../core/inventory";
import { deliver } from "./deliver";
import { inventory } from "./inventory";
import { ConfigSchema } from "./manifest";
import { at, EMAIL, entry, makeWorld, page, response, SEGMENT, SHEET_ID, type World } from "./testing";
import type { SheetsRequest } from "./types";

const idOf = (n: number, shard = 0) => responseId({ shard, position: at(n) });
/** Responses as the store has them: with ids that lead to their rows. */
const records = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => entry({ ...response(from + i), id: idOf(from + i) }));
const settled = (n: number, other: Partial<SettledDelivery> = {}): SettledDelivery => ({
  position: at(n),
  response: idOf(n),
  expected: true,
  row: null,
  ...other,
});
const range = (through: number, isFirst = true) => ({ segment: SEGMENT, through: at(through), since: 0, isFirst });

async function started(count = 5): Promise<World> {
  const world = makeWorld();
  await deliver(page(records(1, count)), world.deps);
  return world;
}

async function read({ deps }: World, through = 5, config: Record<string, unknown> = {}): Promise<Inventory> {
  const changed = ConfigSchema.parse({ ...deps.config, ...config });
  const result = await inventory(range(through), { ...deps, config: changed });
  if ("halt" in result) throw new Error(result.halt.reason);
  return result.inventory;
}

const findings = (found: Inventory, count = 5) =>
  Array.from({ length: count }, (_, i) => found.find(settled(i + 1)).type);

const rows = (world: World, startIndex: number, endIndex: number) => ({
  range: { sheetId: world.tab().sheetId, dimension: "ROWS", startIndex, endIndex },
});

/** Appends what stands in these rows once more, as a person does who copies and pastes. */
function copyRows(world: World, ...indices: number[]): SheetsRequest {
  const { sheetId } = world.tab();
  const tab = world.emulator.inspect(SHEET_ID).tabs.find((one) => one.sheetId === sheetId);
  const copied = indices.map((index) => ({ values: (tab?.rows[index] ?? []).map((cell) => cell ?? {}) }));
  return { appendCells: { sheetId, rows: copied, fields: "userEnteredValue,userEnteredFormat.numberFormat" } };
}

describe("an inventory", () => {
  it("of a sheet that has what the log says finds nothing amiss, and writes nothing", async () => {
    const world = await started();
    const { batchUpdate } = world.emulator.stats;
    const found = await read(world);
    expect(findings(found)).toEqual(Array(5).fill("present"));
    expect(found.surplus()).toEqual({ doubled: [], doubledCount: 0, strangers: 0 });
    expect(await found.removeCopies?.()).toEqual({ removed: 0 });
    expect(world.emulator.stats.batchUpdate).toBe(batchUpdate);
  });

  it("misses rows that were deleted, and may have them again; those that are not expected are not missed", async () => {
    const world = await started();
    world.emulator.edit(SHEET_ID, [{ deleteDimension: rows(world, 2, 4) }]);
    const found = await read(world);
    expect(found.find(settled(2))).toEqual({ type: "missing", again: true });
    expect(found.find(settled(3, { expected: false }))).toEqual({ type: "present" });
    expect(findings(await read(world, 5, { deletedRows: "leave" }))).toEqual(Array(5).fill("present"));
    // What the engine does about it: the deliveries come again, and are found or added.
    await deliver(page(records(1, 3), { replay: true }), world.deps);
    expect(findings(await read(world))).toEqual(Array(5).fill("present"));
    expect(world.ids()).toEqual([1, 4, 5, 2, 3].map((n) => idOf(n)));
  });

  it("counts strangers: ids that no delivery accounts for, and texts that are none; not what is just arriving", async () => {
    const world = await started();
    const { sheetId } = world.tab();
    const values = (stringValue: string) => ({ values: [{ userEnteredValue: { stringValue } }] });
    const others = [idOf(6), responseId({ shard: 0, position: at(2) + 2 ** 33 }), idOf(4, 1), "resp (mine)"];
    world.emulator.edit(SHEET_ID, [{ appendCells: { sheetId, rows: others.map(values), fields: "userEnteredValue" } }]);
    const found = await read(world);
    expect(findings(found)).toEqual(Array(5).fill("present"));
    expect(found.surplus()).toEqual({ doubled: [], doubledCount: 0, strangers: 1 });
    const partly = await read(world);
    for (const n of [1, 2, 3]) partly.find(settled(n));
    partly.find(settled(4, { expected: false }));
    expect(partly.surplus().strangers).toBe(2);
    expect((await read(world, 6)).find(settled(6)).type).toBe("present");
    const later = await inventory(range(5, false), world.deps);
    if ("halt" in later) throw new Error(later.halt.reason);
    findings(later.inventory);
    expect(later.inventory.surplus().strangers, "texts that are no ids are counted with the first segment").toBe(0);
  });

  it("names what is there twice, and takes away just the copies that differ in nothing", async () => {
    const world = await started();
    const { sheetId } = world.tab();
    world.emulator.edit(SHEET_ID, [copyRows(world, 1, 2, 3, 1)]);
    const note = {
      rows: [{ values: [{ userEnteredValue: { stringValue: "call her" } }] }],
      fields: "userEnteredValue",
    };
    world.emulator.edit(SHEET_ID, [
      { appendDimension: { sheetId, dimension: "COLUMNS", length: 1 } },
      { updateCells: { start: { sheetId, rowIndex: 7, columnIndex: 5 }, ...note } },
    ]);
    expect(world.ids()).toEqual([1, 2, 3, 4, 5, 1, 2, 3, 1].map((n) => idOf(n)));
    const found = await read(world);
    expect(findings(found)).toEqual(Array(5).fill("present"));
    expect(found.surplus()).toEqual({ doubled: [1, 2, 3].map((n) => idOf(n)), doubledCount: 3, strangers: 0 });
    expect(await found.removeCopies?.()).toEqual({ removed: 3 });
    expect(world.ids()).toEqual([1, 2, 3, 4, 5, 2].map((n) => idOf(n)));
    expect((await read(world)).surplus().doubled).toEqual([idOf(2)]);
    expect(await (await read(world)).removeCopies?.()).toEqual({ removed: 0 });
    // The fence stands where it stood.
    await deliver(page(records(4, 6)), world.deps);
    expect(world.ids().at(-1)).toBe(idOf(6));
    expect(world.ids()).toHaveLength(7);
  });

  it("a page or an edit that was under way while copies are deleted reads again instead of writing to moved rows", async () => {
    const world = await started();
    const edited = { ...response(5, { name: "Edited" }), id: idOf(5), revision: 2 };
    const change = (position: number) => page([entry(edited, { position, event: "updated" })], { feed: "revisions" });
    await deliver(change(1), world.deps);
    world.emulator.edit(SHEET_ID, [{ insertDimension: rows(world, 2, 3) }]);
    const { sheetId } = world.tab();
    const first = world.emulator.inspect(SHEET_ID).tabs.find((one) => one.sheetId === sheetId)?.rows[1] ?? [];
    world.emulator.edit(SHEET_ID, [
      {
        updateCells: {
          start: { sheetId, rowIndex: 2 },
          rows: [{ values: first.map((cell) => cell ?? {}) }],
          fields: "userEnteredValue,userEnteredFormat.numberFormat",
        },
      },
    ]);
    const found = await read(world);
    let removed: unknown;
    const slow = {
      ...world.deps,
      fetch: async (request: Request) => {
        if (request.url.endsWith(":batchUpdate")) removed ??= await found.removeCopies?.();
        return world.emulator.fetch(request);
      },
    };
    await deliver(change(2), slow);
    expect(removed).toEqual({ removed: 1 });
    expect(world.rows().map((row) => [row[0], row[2]])).toEqual(
      [1, 2, 3, 4, 5].map((n) => [idOf(n), n === 5 ? "Edited" : `Name ${n}`]),
    );
  });

  it("reads every configured spreadsheet", async () => {
    const world = makeWorld({ cellsMax: 26_000 + 1 + 500 });
    world.emulator.createSpreadsheet({ id: "second", title: "S", sharedWith: [EMAIL] });
    const overflow = ["second"];
    const deps = { ...world.deps, config: ConfigSchema.parse({ spreadsheetId: SHEET_ID, overflow }) };
    await deliver(page(records(1, 90)), deps);
    await deliver(page(records(91, 120)), deps);
    expect(world.ids()).toHaveLength(90);
    const found = await read(world, 120, { overflow });
    expect(findings(found, 120)).toEqual(Array(120).fill("present"));
    expect(found.surplus()).toEqual({ doubled: [], doubledCount: 0, strangers: 0 });
    world.emulator.share("second", []);
    const result = await inventory(range(120), deps);
    expect(result).toMatchObject({
      halt: { type: "blocked", reason: expect.stringContaining("(Spreadsheet 2 of 2.)") },
    });
  });

  it("reads a long sheet in parts of 50,000 rows, and misses none at their edges", async () => {
    const world = await started(1);
    const { sheetId } = world.tab();
    const edges = [49_999, 50_000, 50_001, 99_999, 100_000, 109_999];
    const cell = (n: number) => [{ values: [{ userEnteredValue: { stringValue: idOf(n) } }] }];
    world.emulator.edit(SHEET_ID, [
      { appendDimension: { sheetId, dimension: "ROWS", length: 110_000 - 100 } },
      ...edges.map((rowIndex) => ({
        updateCells: { start: { sheetId, rowIndex }, rows: cell(rowIndex), fields: "userEnteredValue" },
      })),
    ]);
    const before = world.emulator.stats["values.get"] ?? 0;
    const found = await read(world, 110_000);
    expect((world.emulator.stats["values.get"] ?? 0) - before).toBe(3);
    expect([1, ...edges].map((n) => found.find(settled(n)).type)).toEqual(Array(7).fill("present"));
    expect([2, 49_998, 100_001].map((n) => found.find(settled(n)).type)).toEqual(Array(3).fill("missing"));
    expect(found.surplus()).toEqual({ doubled: [], doubledCount: 0, strangers: 0 });
  });
});
