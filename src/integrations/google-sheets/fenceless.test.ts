/** Servers on which no fence holds: found out before the first fence is made, and the id column takes its place. */
import { describe, expect, it } from "vitest";
import { deliver, test as testSheet } from "./deliver";
import { reconcile } from "./reconcile";
import { fresh, makeWorld, outcomeTypes, response, revisions, SHEET_ID, START, type World } from "./testing";

const doubt = { inDoubt: true };

/** A world whose requests are changed, or refused, on their way. */
function between(change: (body: string) => string | Response): World["deps"] & { world: World } {
  const world = makeWorld();
  const fetch = async (request: Request) => {
    if (!request.url.endsWith(":batchUpdate")) return world.emulator.fetch(request);
    const changed = change(await request.text());
    if (typeof changed !== "string") return changed;
    return world.emulator.fetch(new Request(request.url, { method: "POST", headers: request.headers, body: changed }));
  };
  return { ...world.deps, fetch, world };
}

const refuse = (message: string) =>
  Response.json({ error: { code: 400, status: "INVALID_ARGUMENT", message } }, { status: 400 });

describe("without a fence", () => {
  it("pages, edits and replays go by the ids in the sheet; it is tried once, and leaves nothing behind", async () => {
    const world = makeWorld({ noFence: true });
    const first = await deliver(fresh(1, 2), world.deps);
    expect([...first.outcomes.values()]).toEqual(Array(2).fill({ type: "delivered", status: "without fence" }));
    const { batchUpdate = 0 } = world.emulator.stats;
    expect(outcomeTypes(await deliver(fresh(2, 4), world.deps))).toEqual(Array(3).fill("delivered"));
    expect(world.emulator.stats.batchUpdate).toBe(batchUpdate + 1);
    const edited = { ...response(2, { name: "Edited" }), revision: 2 };
    await deliver(revisions([[1, "updated", edited]]), world.deps);
    await deliver(fresh(3, 4, { replay: true }), { ...world.deps, memory: new Map() });
    expect(world.ids()).toEqual(["resp1", "resp2", "resp3", "resp4"]);
    expect(world.rows()[1]?.[2]).toBe("Edited");
    const { tabs, namedRanges } = world.emulator.inspect(SHEET_ID);
    expect(tabs.map(({ title }) => title)).toEqual(["Sheet1", "Responses"]);
    expect(namedRanges).toEqual([]);
    expect((await testSheet({ ...world.deps, memory: new Map() })).detail).toContain("No fence holds there");
  });

  it.each(["drop_after", "delay_apply", "error_before"] as const)(
    "a page in doubt (%s) waits until no request can run any more, then the ids decide",
    async (mode) => {
      const world = makeWorld({ noFence: true });
      await deliver(fresh(1, 2), world.deps);
      world.emulator.faults.push({ match: "batchUpdate", mode, times: 1 });
      expect((await deliver(fresh(3, 4), world.deps)).halt?.type).toBe("unknown");
      world.clock.now = START + 60_000;
      const wait = { type: "unknown", afterSeconds: 120, reason: expect.stringContaining("no fence holds") };
      expect((await reconcile(fresh(3, 4, doubt), world.deps)).halt).toMatchObject(wait);
      // Also by a worker that has to find out first.
      expect((await reconcile(fresh(3, 5, doubt), { ...world.deps, memory: new Map() })).halt).toMatchObject(wait);
      world.emulator.settle();
      world.clock.now = START + 181_000;
      expect((await reconcile(fresh(3, 5, doubt), world.deps)).halt).toBeUndefined();
      await deliver(fresh(3, 5, doubt), world.deps);
      expect(world.ids()).toEqual(["resp1", "resp2", "resp3", "resp4", "resp5"]);
    },
  );

  it("an edit in doubt waits too: an older one could still come after it", async () => {
    const world = makeWorld({ noFence: true });
    await deliver(fresh(1, 2), world.deps);
    world.emulator.faults.push({ match: "batchUpdate", mode: "delay_apply", times: 1 });
    const edit = (name: string) => ({ ...revisions([[1, "updated", response(1, { name })]]), markedAt: START });
    await deliver(edit("older"), world.deps);
    expect((await reconcile({ ...edit("newer"), ...doubt }, world.deps)).halt?.type).toBe("unknown");
    world.emulator.settle();
    world.clock.now = START + 181_000;
    expect(outcomeTypes(await reconcile({ ...edit("newer"), ...doubt }, world.deps))).toEqual(["retry"]);
    await deliver({ ...edit("newer"), ...doubt }, world.deps);
    expect(world.rows()[0]?.[2]).toBe("newer");
  });

  it("is noticed where the server gives named ranges ids of its own", async () => {
    const { world, ...deps } = between((body) => body.replaceAll(/"namedRangeId":"formlog_[^"]*",(?="name":)/g, ""));
    await deliver(fresh(1, 2), deps);
    await deliver(fresh(2, 3), { ...deps, memory: new Map() });
    expect(world.ids()).toEqual(["resp1", "resp2", "resp3"]);
    expect(world.emulator.inspect(SHEET_ID).namedRanges).toEqual([]);
  });

  it("is noticed where the server refuses every named range", async () => {
    const { world, ...deps } = between((body) => {
      const at = body.includes("addNamedRange");
      return at ? refuse("Invalid requests[0].addNamedRange: not here") : body;
    });
    const first = await deliver(fresh(1, 2), deps);
    expect([...first.outcomes.values()]).toEqual(Array(2).fill({ type: "delivered", status: "without fence" }));
    await deliver(fresh(2, 3), deps);
    expect(world.ids()).toEqual(["resp1", "resp2", "resp3"]);
  });

  it("is not believed because a try of it failed for another reason", async () => {
    const world = makeWorld();
    world.emulator.faults.push({ match: "batchUpdate", mode: "outage", times: 1, containing: "formlog_probe" });
    expect((await deliver(fresh(1, 2), world.deps)).halt).toMatchObject({ type: "retry" });
    await deliver(fresh(1, 2), world.deps);
    expect(world.fences()).toEqual(["formlog_int_abc_3_2"]);
    expect(world.ids()).toEqual(["resp1", "resp2"]);
  });

  it("several spreadsheets are filled one after the other all the same", async () => {
    const world = makeWorld({ noFence: true, cellsMax: 26_000 + 500 });
    world.emulator.createSpreadsheet({ id: "second", title: "S" });
    const deps = { ...world.deps, config: { ...world.deps.config, overflow: ["second"] } };
    await deliver(fresh(1, 90), deps);
    await deliver(fresh(91, 120), deps);
    await deliver(fresh(120, 130), { ...deps, memory: new Map() });
    const second = world.emulator
      .readRows("second", "Responses")
      .slice(1)
      .map(([id]) => id);
    const all = [...world.ids(), ...second];
    expect(new Set(all).size).toBe(130);
    expect(all).toHaveLength(130);
  });
});
