/** The calls over workerd's own timers: what a clock that is passed in can't show. */
import { afterEach, expect, it, vi } from "vitest";
import { SILENT } from "../../../test/support/outside";
import { hurryTimers, moreOftenThanTimers } from "../../../test/support/timers";
import { probe } from "./client";
import { makeWorld } from "./testing";

afterEach(() => vi.restoreAllMocks());

it("Twilio does not answer: the call is given up when the time is over", async () => {
  const timers = hurryTimers();
  const { deps } = makeWorld(
    {},
    { fetch: (request) => fetch(request), settings: { TWILIO_API_URL: `https://${SILENT}` } },
  );
  expect(await probe(deps)).toMatchObject({ ok: false, failure: { status: null, cause: "time-out" } });
  expect(timers).toHaveBeenCalledWith(expect.anything(), 25_000);
});

it("leaves no timer behind", async () => {
  const { deps } = makeWorld({}, { fetch: async () => Response.json({ code: 20404 }, { status: 404 }) });
  await moreOftenThanTimers(async () => {
    expect(await probe(deps)).toMatchObject({ ok: false, failure: { status: 404 } });
  });
});
