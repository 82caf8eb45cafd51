/** The calls over workerd's own timers: what a clock that is passed in can't show. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { SILENT } from "../../../test/support/outside";
import { hurryTimers, moreOftenThanTimers } from "../../../test/support/timers";
import { createClient } from "./client";
import { makeWorld, SHEET_ID } from "./testing";
import { accessToken } from "./token";

afterEach(() => vi.restoreAllMocks());

const read = (deps: ReturnType<typeof makeWorld>["deps"]) => createClient(deps, SHEET_ID).getValues("A1:A2", "ROWS");
const isToken = (request: Request) => new URL(request.url).pathname === "/token";

describe("Google does not answer", () => {
  it("the call is given up when the time is over", async () => {
    const timers = hurryTimers();
    const { deps } = makeWorld();
    const silent = (request: Request) => (isToken(request) ? deps.fetch(request) : fetch(`https://${SILENT}`, request));
    const result = await read({ ...deps, fetch: silent });
    expect(result).toMatchObject({ ok: false, failure: { halt: { reason: expect.stringContaining("time-out") } } });
    expect(timers).toHaveBeenCalledWith(expect.anything(), 30_000);
  });
});

describe("leaves no timer behind", () => {
  it("a call", async () => {
    const { deps } = makeWorld();
    const fast = async (request: Request) => (isToken(request) ? deps.fetch(request) : Response.json({ values: [] }));
    await moreOftenThanTimers(async () => {
      expect(await read({ ...deps, fetch: fast })).toMatchObject({ ok: true });
    });
  });

  it("those that wait for a token that somebody else asks for", async () => {
    const { deps } = makeWorld();
    for (let round = 0; round < 2; round += 1) {
      const waiting = Array.from({ length: 6_000 }, () => accessToken(deps));
      expect((await Promise.all(waiting)).every(({ ok }) => ok)).toBe(true);
      deps.memory.clear();
    }
  });
});
