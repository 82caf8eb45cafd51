/** What a person may do to the tabs, the file and its sharing: what waits, what goes on, and what they are told. */
import { describe, expect, it } from "vitest";
import { deliver } from "./deliver";
import { reconcile } from "./reconcile";
import {
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
  type World,
} from "./testing";

const doubt = { inDoubt: true };

async function started(): Promise<World> {
  const world = makeWorld();
  await deliver(fresh(1, 2), world.deps);
  return world;
}

const dropTab = (world: World, title: string) =>
  world.emulator.edit(SHEET_ID, [{ deleteSheet: { sheetId: world.tab(title).sheetId } }]);
const pointedAt = ({ deps }: World, spreadsheetId: string) => ({
  ...deps,
  config: { ...deps.config, spreadsheetId },
  memory: new Map<string, unknown>(),
});

describe("the hidden tab is deleted", () => {
  it("between pages: the fence is made again and nothing is added twice", async () => {
    const world = await started();
    dropTab(world, "_formlog");
    expect(outcomeTypes(await deliver(fresh(2, 3), world.deps))).toEqual(["delivered", "delivered"]);
    expect(world.ids()).toEqual(["resp1", "resp2", "resp3"]);
    world.clock.now += 60_000;
    dropTab(world, "_formlog");
    await deliver(fresh(3, 3), world.deps);
    await deliver(fresh(3, 4), world.deps);
    await deliver(revisions([[1, "updated", { ...response(2, { name: "Edited" }), revision: 2 }]]), world.deps);
    expect(world.ids()).toEqual(["resp1", "resp2", "resp3", "resp4"]);
    expect(world.rows()[1]?.[2]).toBe("Edited");
  });

  it("with a write in doubt: its end is waited for, then the id column decides", async () => {
    const world = await started();
    world.emulator.faults.push({ match: "batchUpdate", mode: "drop_after", times: 1 });
    await deliver(fresh(3, 4), world.deps);
    dropTab(world, "_formlog");
    world.clock.now = START + 20_000;
    const wait = { type: "unknown", afterSeconds: 160 };
    expect((await reconcile(fresh(3, 5, doubt), world.deps)).halt).toMatchObject(wait);
    world.clock.now = START + 181_000;
    expect(outcomeTypes(await reconcile(fresh(3, 5, doubt), world.deps))).toEqual(["delivered", "delivered", "retry"]);
    // The engine marks the page again before it delivers what is left: that starts no new wait.
    await deliver(fresh(3, 5, { ...doubt, markedAt: world.clock.now }), world.deps);
    expect(world.ids()).toEqual(["resp1", "resp2", "resp3", "resp4", "resp5"]);
  });
});

describe("the tab of the rows", () => {
  it("deleted: it is made again with what comes from then on, and a replay brings the rest", async () => {
    for (const titles of [["Responses"], ["Responses", "_formlog"]]) {
      const world = await started();
      for (const title of titles) dropTab(world, title);
      await deliver(fresh(3, 3), world.deps);
      expect(world.ids()).toEqual(["resp3"]);
      expect(world.header()).toEqual(["Response ID", "Received at", "Name", "Age", "Crops"]);
      await deliver(fresh(1, 3, { replay: true }), world.deps);
      expect(world.ids()).toEqual(["resp3", "resp1", "resp2"]);
    }
  });

  it("with rows above its header: the title of a new question stands beside the others, also where titles are all there is", async () => {
    const world = makeWorld();
    const noMetadata = { match: "batchUpdate", mode: "bad_request", containing: "createDeveloperMetadata" } as const;
    world.emulator.faults.push(noMetadata);
    await deliver(fresh(1, 1), world.deps);
    const { sheetId } = world.tab();
    const range = { sheetId, dimension: "ROWS", startIndex: 0, endIndex: 2 };
    world.emulator.edit(SHEET_ID, [{ insertDimension: { range } }]);
    const questions = [{ ref: "town", type: "short_text" as const, title: "Town" }];
    const definitions = new Map([...world.deps.form.definitions, [2, { title: "Savings", questions }]] as const);
    const deps = { ...world.deps, form: { ...world.deps.form, version: 2, definitions }, memory: new Map() };
    await deliver(page([entry({ ...response(2, { town: "Pune" }), version: 2 })]), deps);
    await deliver(fresh(3, 3), deps);
    const [, , header, ...rows] = world.emulator.readRows(SHEET_ID, "Responses");
    expect(header).toEqual(["Response ID", "Received at", "Name", "Age", "Crops", "Town"]);
    expect(rows.map((row) => [row[0], row[2] ?? "", row[5] ?? ""])).toEqual([
      ["resp1", "Name 1", ""],
      ["resp2", "", "Pune"],
      ["resp3", "Name 3", ""],
    ]);
  });

  it("duplicated, and the original deleted: the copy goes on once it has its name", async () => {
    const world = await started();
    const { sheetId } = world.tab();
    world.emulator.edit(SHEET_ID, [
      { duplicateSheet: { sourceSheetId: sheetId, newSheetId: 77 } },
      { deleteSheet: { sheetId } },
      { updateSheetProperties: { properties: { sheetId: 77, title: "Responses" }, fields: "title" } },
    ]);
    await deliver(fresh(2, 3), world.deps);
    expect(world.ids()).toEqual(["resp1", "resp2", "resp3"]);
    expect(world.tab().sheetId).toBe(77);
    expect(world.header()).toEqual(["Response ID", "Received at", "Name", "Age", "Crops"]);
  });

  it("protected against Formlog: it stops with what to do, and goes on when it may", async () => {
    const world = await started();
    const { sheetId } = world.tab();
    const protectedRange = { protectedRangeId: 5, range: { sheetId }, editors: { users: ["owner@mail.test"] } };
    world.emulator.edit(SHEET_ID, [{ addProtectedRange: { protectedRange } }]);
    const halt = { type: "blocked", reason: expect.stringContaining(`keeps ${EMAIL} out. Allow it to edit`) };
    expect((await deliver(fresh(3, 3), world.deps)).halt).toEqual(halt);
    expect(world.ids()).toEqual(["resp1", "resp2"]);
    world.emulator.edit(SHEET_ID, [{ deleteProtectedRange: { protectedRangeId: 5 } }]);
    await deliver(fresh(3, 3), world.deps);
    expect(world.ids()).toEqual(["resp1", "resp2", "resp3"]);
  });
});

describe("the spreadsheet", () => {
  it("copied as a file: rows go on into the original, and into the copy once that is configured", async () => {
    const world = await started();
    world.emulator.copySpreadsheet(SHEET_ID, { id: "the-copy", title: "Copy", sharedWith: [EMAIL] });
    await deliver(fresh(3, 3), world.deps);
    const copied = () =>
      world.emulator
        .readRows("the-copy", "Responses")
        .slice(1)
        .map(([id]) => id);
    expect(world.ids()).toEqual(["resp1", "resp2", "resp3"]);
    expect(copied()).toEqual(["resp1", "resp2"]);
    // Its fence came along: it still keeps a late copy of a page out.
    await deliver(fresh(4, 4), pointedAt(world, "the-copy"));
    await deliver(fresh(4, 4), pointedAt(world, "the-copy"));
    expect(copied()).toEqual(["resp1", "resp2", "resp4"]);
    const records = [1, 2, 3, 4].map((n) => entry(response(n)));
    await deliver(page(records, { replay: true }), pointedAt(world, "the-copy"));
    expect(copied()).toEqual(["resp1", "resp2", "resp4", "resp3"]);
  });

  it("put back to an older version: what came since is missing until it is replayed, and nothing is doubled", async () => {
    const world = await started();
    world.emulator.copySpreadsheet(SHEET_ID, { id: "version-1", title: "Version 1", sharedWith: [EMAIL] });
    await deliver(fresh(3, 4), world.deps);
    world.emulator.removeSpreadsheet(SHEET_ID);
    world.emulator.copySpreadsheet("version-1", { id: SHEET_ID, title: "Survey", sharedWith: [EMAIL] });
    await deliver(fresh(5, 5), world.deps);
    expect(world.ids()).toEqual(["resp1", "resp2", "resp5"]);
    await deliver(fresh(1, 5, { replay: true }), world.deps);
    expect(world.ids()).toEqual(["resp1", "resp2", "resp5", "resp3", "resp4"]);
  });

  it("no longer shared: it stops with whom to share it with, and goes on when it is", async () => {
    const world = await started();
    world.emulator.share(SHEET_ID, []);
    const reason = expect.stringContaining(`share it with ${EMAIL} as Editor`);
    expect((await deliver(fresh(3, 3), world.deps)).halt).toEqual({ type: "blocked", reason });
    world.emulator.share(SHEET_ID, [`reader:${EMAIL}`]);
    expect((await deliver(fresh(3, 3), world.deps)).halt).toEqual({ type: "blocked", reason });
    world.emulator.share(SHEET_ID, [EMAIL]);
    await deliver(fresh(3, 3), world.deps);
    expect(world.ids()).toEqual(["resp1", "resp2", "resp3"]);
  });

  it("deleted: it stops, and a new one takes what comes from then on, or all of it by a replay", async () => {
    const world = await started();
    world.emulator.removeSpreadsheet(SHEET_ID);
    const reason = expect.stringContaining("no such spreadsheet");
    expect((await deliver(fresh(3, 3), world.deps)).halt).toEqual({ type: "blocked", reason });
    world.emulator.createSpreadsheet({ id: "another", title: "Another", sharedWith: [EMAIL] });
    await deliver(fresh(3, 3), pointedAt(world, "another"));
    await deliver(fresh(1, 3, { replay: true }), pointedAt(world, "another"));
    const ids = world.emulator
      .readRows("another", "Responses")
      .slice(1)
      .map(([id]) => id);
    expect(ids).toEqual(["resp3", "resp1", "resp2"]);
  });

  it("full, with no other: it stops with what to do, and goes on when there is room", async () => {
    const world = makeWorld({ cellsMax: 26_000 + 1 + 500 });
    await deliver(fresh(1, 99), world.deps);
    const halt = { type: "blocked", reason: expect.stringContaining("Add another one to `overflow`, or delete rows.") };
    expect((await deliver(fresh(100, 101), world.deps)).halt).toEqual(halt);
    const { sheetId } = world.tab();
    const range = { sheetId, dimension: "ROWS", startIndex: 1, endIndex: 11 };
    world.emulator.edit(SHEET_ID, [{ deleteDimension: { range } }]);
    await deliver(fresh(100, 101), world.deps);
    expect(world.ids()).toEqual(Array.from({ length: 91 }, (_, i) => `resp${i + 11}`));
  });
});
