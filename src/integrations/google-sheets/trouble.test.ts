/** What the kind does when Google, the network or a person gets in the way: nothing lost, nothing twice. */
import { describe, expect, it } from "vitest";
import { deliver } from "./deliver";
import { reconcile } from "./reconcile";
import {
  at,
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

describe("a write whose outcome is unknown", () => {
  for (const mode of ["drop_after", "error_after"] as const) {
    it(`(${mode}) is found to be applied by its fence`, async () => {
      const world = await started();
      world.emulator.faults.push({ match: "batchUpdate", mode, times: 1 });
      const result = await deliver(fresh(3, 4), world.deps);
      expect(result.outcomes.size).toBe(0);
      // For how long is the engine's business: it knows whether this is the first.
      expect(result.halt).toEqual({ type: "unknown", reason: expect.stringContaining("did not answer") });
      expect(outcomeTypes(await reconcile(fresh(3, 4, doubt), world.deps))).toEqual(["delivered", "delivered"]);
      expect(outcomeTypes(await deliver(fresh(3, 5, doubt), world.deps))).toEqual([
        "delivered",
        "delivered",
        "delivered",
      ]);
      expect(world.ids()).toEqual(["resp1", "resp2", "resp3", "resp4", "resp5"]);
    });
  }

  for (const mode of ["error_before", "non_json", "outage"] as const) {
    it(`(${mode}) is found not to be applied, and is repeated`, async () => {
      const world = await started();
      world.emulator.faults.push({ match: "batchUpdate", mode, times: 1 });
      expect((await deliver(fresh(3, 4), world.deps)).halt?.type).toBe("unknown");
      expect(outcomeTypes(await reconcile(fresh(3, 4, doubt), world.deps))).toEqual(["retry", "retry"]);
      await deliver(fresh(3, 4, doubt), world.deps);
      expect(world.ids()).toEqual(["resp1", "resp2", "resp3", "resp4"]);
    });
  }

  it("that arrives late, after it was repeated, changes nothing", async () => {
    const world = await started();
    world.emulator.faults.push({ match: "batchUpdate", mode: "delay_apply", times: 1 });
    await deliver(fresh(3, 4), world.deps);
    expect(outcomeTypes(await reconcile(fresh(3, 4, doubt), world.deps))).toEqual(["retry", "retry"]);
    await deliver(fresh(3, 4, doubt), world.deps);
    await deliver(fresh(5, 5), world.deps);
    expect(world.emulator.settle()).toBe(0);
    expect(world.ids()).toEqual(["resp1", "resp2", "resp3", "resp4", "resp5"]);
  });

  it("that arrives between the read and the write of its repetition is counted once", async () => {
    const world = await started();
    world.emulator.faults.push({ match: "batchUpdate", mode: "delay_apply", times: 1 });
    await deliver(fresh(3, 4), world.deps);
    const deps = {
      ...world.deps,
      fetch: (request: Request) => {
        if (request.method === "POST" && request.url.endsWith(":batchUpdate")) world.emulator.settle();
        return world.emulator.fetch(request);
      },
    };
    expect(outcomeTypes(await deliver(fresh(3, 5, doubt), deps))).toEqual(["delivered", "delivered", "delivered"]);
    expect(world.ids()).toEqual(["resp1", "resp2", "resp3", "resp4", "resp5"]);
  });

  it("in a replay or of an edit can't come back later either", async () => {
    const world = await started();
    world.emulator.faults.push({ match: "batchUpdate", mode: "delay_apply", times: 2 });
    const old = { ...response(1, { name: "older edit" }), revision: 2 };
    const replay = page([entry(response(1)), entry(response(9))], { replay: true, through: at(2) });
    await deliver(replay, world.deps);
    await deliver(revisions([[5, "updated", old]]), world.deps);
    await deliver(replay, world.deps);
    await deliver(
      revisions([
        [5, "updated", old],
        [6, "updated", { ...response(1, { name: "newer edit" }), revision: 3 }],
      ]),
      world.deps,
    );
    world.emulator.settle();
    expect(world.ids()).toEqual(["resp1", "resp2", "resp9"]);
    expect(world.rows()[0]?.[2]).toBe("older edit");
  });

  it("at the very first page needs no wait", async () => {
    const world = makeWorld();
    world.emulator.faults.push({ match: "batchUpdate", mode: "delay_apply", times: 1, containing: "appendCells" });
    expect((await deliver(fresh(1, 2), world.deps)).halt?.type).toBe("unknown");
    expect(outcomeTypes(await reconcile(fresh(1, 2, doubt), world.deps))).toEqual(["retry", "retry"]);
    await deliver(fresh(1, 3, doubt), world.deps);
    expect(world.emulator.settle()).toBe(0);
    expect(world.ids()).toEqual(["resp1", "resp2", "resp3"]);
  });
});

describe("refusals", () => {
  it("a poison row is parked, alone, and the rest of its page goes on", async () => {
    const world = makeWorld({ writesPerMinute: 1000, readsPerMinute: 1000 });
    await deliver(fresh(1, 2), world.deps);
    world.emulator.faults.push({ match: "batchUpdate", mode: "bad_request", containing: 'Name 17"' });
    const result = await deliver(fresh(3, 40), world.deps);
    expect(result.halt).toBeUndefined();
    expect(result.outcomes.get(at(17))).toMatchObject({ type: "rejected" });
    expect(JSON.stringify(result.outcomes.get(at(17)))).not.toContain("Name 17");
    expect(outcomeTypes(result).filter((type) => type === "delivered").length).toBe(37);
    expect(world.ids()).toEqual(Array.from({ length: 40 }, (_, i) => `resp${i + 1}`).filter((id) => id !== "resp17"));
  });

  it("a sheet that refuses every write stops the integration instead of parking its rows", async () => {
    const world = await started();
    world.emulator.faults.push({ match: "batchUpdate", mode: "bad_request" });
    const result = await deliver(fresh(3, 20), world.deps);
    expect(result.halt?.type).toBe("blocked");
    expect(result.outcomes.size).toBe(0);
  });

  it("429 waits for the next minute at the longest, and the page goes out then", async () => {
    // The first page: two tries of the fence, the rows, the metadata of the columns.
    const world = makeWorld({ writesPerMinute: 4 });
    await deliver(fresh(1, 1), world.deps);
    world.clock.now = START + 42_000;
    expect((await deliver(fresh(2, 2), world.deps)).halt).toMatchObject({ type: "retry", withinSeconds: 18 });
    world.clock.now = START + 60_000;
    expect(outcomeTypes(await deliver(fresh(2, 2), world.deps))).toEqual(["delivered"]);
    expect(world.ids()).toEqual(["resp1", "resp2"]);
  });

  it("a page in doubt stays in doubt when Google can't be asked about it", async () => {
    const world = await started();
    world.emulator.faults.push({ match: "read", mode: "rate_limit", times: 2 });
    expect((await reconcile(fresh(3, 3, doubt), world.deps)).halt?.type).toBe("unknown");
    expect((await deliver(fresh(3, 3, doubt), world.deps)).halt?.type).toBe("unknown");
  });

  it("metadata that is refused stops nothing: columns are found by their titles", async () => {
    const world = makeWorld();
    world.emulator.faults.push({ match: "batchUpdate", mode: "bad_request", containing: "createDeveloperMetadata" });
    await deliver(fresh(1, 1), world.deps);
    await deliver(fresh(2, 2), world.deps);
    expect(world.emulator.inspect(SHEET_ID).metadata).toEqual([]);
    expect(world.rows()[1]).toEqual(["resp2", "2026-11-23 10:00:02", "Name 2", "2"]);
    expect(world.emulator.stats.batchUpdate).toBe(5);
  });
});

describe("access tokens", () => {
  it("one token serves many pages and workers that ask at once, and is renewed before it ends", async () => {
    const world = makeWorld();
    const other = { ...world.deps, integration: { id: "int_xyz" }, config: { ...world.deps.config, sheet: "Others" } };
    await Promise.all([deliver(fresh(1, 1), world.deps), deliver(fresh(1, 1), other)]);
    await deliver(fresh(2, 2), world.deps);
    expect(world.emulator.stats.token).toBe(1);
    world.clock.now += 49 * 60_000;
    await deliver(fresh(3, 3), world.deps);
    expect(world.emulator.stats.token).toBe(1);
    world.clock.now += 2 * 60_000;
    await deliver(fresh(4, 4), world.deps);
    expect(world.emulator.stats.token).toBe(2);
  });

  it("a refused token is minted anew, once", async () => {
    const world = await started();
    world.emulator.revokeTokens();
    expect(outcomeTypes(await deliver(fresh(3, 3), world.deps))).toEqual(["delivered"]);
    expect(world.emulator.stats.token).toBe(2);
  });

  it("are asked for where the environment says, never where the stored secrets say", async () => {
    const world = makeWorld();
    const urls: string[] = [];
    const secrets = { ...world.deps.secrets, token_uri: "https://evil.test/token" };
    const fetch = (request: Request) => {
      urls.push(request.url);
      return world.emulator.fetch(request);
    };
    const result = await deliver(fresh(1, 1), { ...world.deps, secrets, fetch });
    // Google refuses an assertion for another audience.
    expect(result.halt?.type).toBe("blocked");
    expect(urls).toEqual(["https://sheets.test/token"]);
  });

  it("a key that is none, or not Google's, blocks without a word of it", async () => {
    const world = makeWorld();
    const bad = {
      ...world.deps,
      secrets: { client_email: EMAIL, private_key: "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n" },
    };
    const result = await deliver(fresh(1, 1), bad);
    expect(result.halt?.type).toBe("blocked");
    expect(JSON.stringify(result.halt)).not.toContain("c2VjcmV0");
    const strange = {
      ...world.deps,
      secrets: { ...world.deps.secrets, client_email: "who@else.test" },
      memory: new Map(),
    };
    expect((await deliver(fresh(1, 1), strange)).halt).toMatchObject({
      type: "blocked",
      reason: expect.stringContaining("invalid_grant"),
    });
  });

  it("a token endpoint that is down leaves nothing in doubt", async () => {
    const world = makeWorld();
    world.emulator.faults.push({ match: "token", mode: "outage", times: 1 });
    expect((await deliver(fresh(1, 1), world.deps)).halt).toMatchObject({ type: "retry" });
    expect(outcomeTypes(await deliver(fresh(1, 1), world.deps))).toEqual(["delivered"]);
  });
});
