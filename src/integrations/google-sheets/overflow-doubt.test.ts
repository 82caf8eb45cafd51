/** A write in doubt while one spreadsheet is left for the next: nothing is lost or doubled on the way. */
import { describe, expect, it } from "vitest";
import { deliver } from "./deliver";
import { reconcile } from "./reconcile";
import { at, fresh, outcomeTypes, page, type World } from "./testing";
import { BOOKS, named, type Shelf, shelf } from "./testing-shelf";

const doubt = { inDoubt: true };
/** More calls than any of these pages needs. */
const CALLS = 26;

describe("a write in doubt while one spreadsheet is left for the next", () => {
  it("that was late when the old one was closed never arrives there", async () => {
    const world = shelf(2);
    await deliver(fresh(1, 90), world.deps);
    world.emulator.faults.push({ match: "batchUpdate", mode: "delay_apply", times: 1 });
    // It fits the first spreadsheet; what comes after the doubt does not any more.
    expect((await deliver(fresh(91, 95), world.deps)).halt?.type).toBe("unknown");
    expect(outcomeTypes(await reconcile(fresh(91, 95, doubt), world.deps))).toEqual(Array(5).fill("retry"));
    expect(outcomeTypes(await deliver(fresh(91, 140, doubt), world.deps))).toEqual(Array(50).fill("delivered"));
    await deliver(fresh(141, 142), world.deps);
    expect(world.emulator.settle()).toBe(0);
    expect([world.in(1), world.in(2)]).toEqual([named(1, 90), named(91, 142)]);
  });

  it.each([
    ["into one that is prepared and serves others", true],
    ["into one that was never used", false],
  ])("a crash at any call doubles and loses nothing, %s", async (_, used) => {
    for (let stop = 1; stop <= CALLS; stop += 1) {
      for (const mode of ["drop_after", "delay_apply", "error_before"] as const) {
        const world = shelf(2);
        if (used) await prepare(world);
        await deliver(fresh(1, 90), world.anew());
        const broken = breakAt(world, stop, mode);
        const first = await deliver(fresh(91, 120), broken);
        const missing = fresh(91, 120).entries.filter(({ position }) => !first.outcomes.has(position));
        world.clock.now += 1_000;
        const rest = page(missing, { ...doubt, after: at(90), through: at(120), markedAt: world.clock.now });
        const known = missing.length > 0 ? await reconcile(rest, world.anew()) : first;
        expect(known.halt, `${mode} at call ${stop}`).toBeUndefined();
        if (missing.length > 0) await deliver(rest, world.anew());
        world.emulator.settle();
        await deliver(fresh(121, 125), world.anew());
        expect([world.in(1), world.in(2)], `${mode} at call ${stop}`).toEqual([named(1, 90), named(91, 125)]);
      }
    }
  });

  it("a page of which a part is in the old one goes on behind it, wherever its worker died", async () => {
    // Rows that fill a request by the dozens: the first request fits into the spreadsheet, the second does not.
    const long = fresh(41, 110).entries.map((one) => {
      const { response } = one;
      return { ...one, response: { ...response, answers: { name: "x".repeat(40_000) } } };
    });
    for (let stop = 1; stop <= CALLS; stop += 1) {
      const world = shelf(2);
      await deliver(fresh(1, 40), world.anew());
      const { outcomes } = await deliver(page(long), breakAt(world, stop, "drop_after"));
      // It knows nothing of what its predecessor did, and is not even told that it should look.
      if (outcomes.size < long.length) await deliver(page(long, doubt), world.anew());
      await deliver(fresh(111, 112), world.anew());
      expect(world.in(1).length, `at call ${stop}`).toBeGreaterThan(80);
      expect([...world.in(1), ...world.in(2)], `at call ${stop}`).toEqual(named(1, 112));
    }
  });

  it("with both hidden tabs deleted: the ids of every spreadsheet decide", async () => {
    const world = shelf(2);
    await deliver(fresh(1, 90), world.deps);
    await deliver(fresh(91, 120), world.deps);
    for (const id of BOOKS.slice(0, 2)) {
      const tab = world.emulator.inspect(id).tabs.find(({ title }) => title === "_formlog");
      world.emulator.edit(id, [{ deleteSheet: { sheetId: tab?.sheetId } }]);
    }
    world.clock.now += 200_000;
    await deliver(fresh(118, 122, doubt), world.anew());
    expect([...world.in(1), ...world.in(2)].toSorted()).toEqual(named(1, 122).toSorted());
  });
});

/** The second spreadsheet has everything already that only one request could make: its tabs, and another's fence. */
async function prepare(world: Shelf): Promise<void> {
  const config = { ...world.deps.config, spreadsheetId: "second", overflow: [], sheet: "Sheet1" };
  await deliver(fresh(1, 1), { ...world.deps, config, integration: { id: "int_xyz" } });
  const gridProperties = { rowCount: 100, columnCount: 5 };
  world.emulator.edit("second", [{ addSheet: { properties: { title: "Responses", gridProperties } } }]);
}

/** A worker whose n-th call of those it makes from now on goes wrong. */
function breakAt(world: Shelf, stop: number, mode: "drop_after" | "delay_apply" | "error_before"): World["deps"] {
  let calls = 0;
  return {
    ...world.anew(),
    fetch: (request) => {
      calls += 1;
      if (calls === stop) world.emulator.faults.push({ match: "any", mode, times: 1 });
      return world.emulator.fetch(request);
    },
  };
}
