/** Several spreadsheets: what goes where when one is full, and where edits and replays find their rows. */
import { describe, expect, it } from "vitest";
import { deliver, test as testSheets } from "./deliver";
import { reconcile } from "./reconcile";
import { entry, fresh, outcomeTypes, page, response, revisions, SHEET_ID, START } from "./testing";
import { BOOKS, closedFences, named, ROOM, type Shelf, shelf } from "./testing-shelf";

describe("a spreadsheet that is full", () => {
  it("is left for the next one: rows in order, each once, and the first costs no more than before", async () => {
    const world = shelf(3);
    await deliver(fresh(1, 50), world.deps);
    const before = { ...world.emulator.stats };
    await deliver(fresh(51, 90), world.deps);
    expect(world.emulator.stats.get).toBe((before.get ?? 0) + 1);
    expect(world.emulator.stats.batchUpdate).toBe((before.batchUpdate ?? 0) + 1);

    expect(outcomeTypes(await deliver(fresh(91, 140), world.deps))).toEqual(Array(50).fill("delivered"));
    await deliver(fresh(141, 150), world.deps);
    expect([world.in(1), world.in(2), world.in(3)]).toEqual([named(1, 90), named(91, 150), []]);
    expect(closedFences(world)).toHaveLength(1);
    // Where it goes is known again with one read, and found by a worker that knows nothing.
    const later = { ...world.emulator.stats };
    await deliver(fresh(151, 151), world.deps);
    expect(world.emulator.stats.get).toBe((later.get ?? 0) + 1);
    await deliver(fresh(152, 152), world.anew());
    expect(world.in(2)).toEqual(named(91, 152));
    await deliver(fresh(153, 220), world.anew());
    await deliver(fresh(221, 221), world.anew());
    expect([world.in(1), world.in(2), world.in(3)]).toEqual([named(1, 90), named(91, 152), named(153, 221)]);
  });

  it("is not written to when its grid says that new columns do not fit", async () => {
    const world = shelf(2, { ...ROOM, cellsMax: 30_000_000 });
    await deliver(fresh(1, 1), world.deps);
    const { sheetId } = world.tab();
    world.emulator.edit(SHEET_ID, [{ appendDimension: { sheetId, dimension: "ROWS", length: 1_950_000 } }]);
    const questions = [{ ref: "new", type: "short_text" as const, title: "New" }];
    const definitions = new Map([...world.deps.form.definitions, [2, { title: "Savings", questions }]] as const);
    const deps = { ...world.deps, form: { ...world.deps.form, version: 2, definitions } };
    await deliver(page([entry({ ...response(2, { new: "x" }), version: 2 })]), deps);
    expect([world.in(1), world.in(2)]).toEqual([["resp1"], ["resp2"]]);
    // An edit of a row there leaves out the answer that has no column, and waits for nothing.
    const edited = { ...response(1, { name: "Edited", new: "y" }), version: 2, revision: 2 };
    expect(outcomeTypes(await deliver(revisions([[1, "updated", edited]]), deps))).toEqual(["delivered"]);
    expect(world.rows()[0]?.[2]).toBe("Edited");
  });

  it("stops with what to do when all are, and one that is added goes on", async () => {
    const world = shelf(2);
    for (const first of [1, 91]) await deliver(fresh(first, first + 89), world.deps);
    const halt = {
      type: "blocked",
      reason:
        "All 2 spreadsheets are full: each may have 10 million cells. Add another one to `overflow`, or delete rows.",
    };
    expect((await deliver(fresh(181, 220), world.deps)).halt).toEqual(halt);
    expect((await deliver(fresh(181, 220), world.anew())).halt).toEqual(halt);
    expect(outcomeTypes(await deliver(fresh(181, 220), world.anew(BOOKS.slice(1))))).toEqual(
      Array(40).fill("delivered"),
    );
    expect([world.in(1), world.in(2), world.in(3)]).toEqual([named(1, 90), named(91, 180), named(181, 220)]);
  });

  it("takes rows again when it has room and no other has", async () => {
    const world = shelf(2);
    for (const first of [1, 91]) await deliver(fresh(first, first + 89), world.deps);
    const range = { sheetId: world.tab().sheetId, dimension: "ROWS", startIndex: 1, endIndex: 51 };
    world.emulator.edit(SHEET_ID, [{ deleteDimension: { range } }]);
    await deliver(fresh(181, 220), world.deps);
    await deliver(fresh(221, 221), world.anew());
    expect([world.in(1), world.in(2)]).toEqual([[...named(51, 90), ...named(181, 221)], named(91, 180)]);
  });

  it("that cannot be reached stops the page and says which it is", async () => {
    const world = shelf(2);
    await deliver(fresh(1, 90), world.deps);
    world.emulator.share("second", []);
    const reason = expect.stringMatching(/share it with .* \(Spreadsheet 2 of 2\.\)$/);
    expect((await deliver(fresh(91, 120), world.deps)).halt).toEqual({ type: "blocked", reason });
    expect(closedFences(world)).toEqual([]);
    expect(await testSheets(world.deps)).toEqual({ ok: false, detail: expect.stringMatching(/^Spreadsheet 2 of 2: /) });
  });
});

describe("edits, erasures and replays", () => {
  async function spread(): Promise<Shelf> {
    const world = shelf(3);
    for (const [from, to] of [
      [1, 90],
      [91, 180],
      [181, 200],
    ] as const)
      await deliver(fresh(from, to), world.deps);
    return world;
  }
  const name = (world: Shelf, n: number, id: string) =>
    world.emulator.readRows(BOOKS[n - 1] ?? "", "Responses").find((row) => row[0] === id)?.[2];

  it("find their rows in whichever spreadsheet has them", async () => {
    const world = await spread();
    const edited = (n: number) => ({ ...response(n, { name: `Edited ${n}` }), revision: 2 });
    const erased = { ...response(92), erasedAt: START };
    const changes = revisions([
      [1, "updated", edited(5)],
      [2, "updated", edited(95)],
      [3, "updated", edited(190)],
      [4, "erased", erased],
      [5, "updated", edited(999)],
    ]);
    expect(outcomeTypes(await deliver(changes, world.anew()))).toEqual([...Array(4).fill("delivered"), "skipped"]);
    expect([name(world, 1, "resp5"), name(world, 2, "resp95"), name(world, 3, "resp190")]).toEqual([
      "Edited 5",
      "Edited 95",
      "Edited 190",
    ]);
    expect(name(world, 2, "resp92")).toBe("");
    // In doubt and done again, they change nothing.
    expect(outcomeTypes(await reconcile({ ...changes, inDoubt: true }, world.deps))).toEqual(Array(5).fill("retry"));
    expect(outcomeTypes(await deliver({ ...changes, inDoubt: true }, world.deps))).not.toContain("retry");
    expect([world.in(1), world.in(2), world.in(3)]).toEqual([named(1, 90), named(91, 180), named(181, 200)]);
  });

  it("rewrite what is there, and add what is nowhere to the one that takes rows", async () => {
    const world = await spread();
    const { sheetId } = world.tab();
    world.emulator.edit(SHEET_ID, [
      { deleteDimension: { range: { sheetId, dimension: "ROWS", startIndex: 3, endIndex: 4 } } },
      {
        updateCells: {
          start: { sheetId, rowIndex: 1, columnIndex: 2 },
          rows: [{ values: [{}] }],
          fields: "userEnteredValue",
        },
      },
    ]);
    await deliver(fresh(1, 190, { replay: true }), world.anew());
    const left = named(1, 90).filter((id) => id !== "resp3");
    expect([world.in(1), world.in(2), world.in(3)]).toEqual([left, named(91, 180), [...named(181, 200), "resp3"]]);
    expect(name(world, 1, "resp1")).toBe("Name 1");
    await deliver(fresh(201, 202), world.anew());
    expect(world.in(3)).toEqual([...named(181, 200), "resp3", "resp201", "resp202"]);
  });
});
