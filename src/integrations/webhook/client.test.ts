/** The call over workerd's own fetch: what an injected one can't show. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { REDIRECTING, SILENT } from "../../../test/support/outside";
import { hurryTimers, moreOftenThanTimers } from "../../../test/support/timers";
import { sendEvent } from "./client";
import { makeSigner } from "./sign";
import { makeWorld, SECRET } from "./testing";

afterEach(() => vi.restoreAllMocks());

async function send(host: string) {
  const { deps } = makeWorld({}, { url: `https://${host}/hook` });
  const sign = await makeSigner({ secret: SECRET }, deps.now());
  return sendEvent({ ...deps, fetch: (request) => fetch(request) }, sign, { id: "d1", body: "{}" });
}

describe("on workerd's own fetch", () => {
  it("a redirect is not followed", async () => {
    expect(await send(REDIRECTING)).toMatchObject({ status: 302, answer: "" });
  });

  it("a receiver that does not answer is given up when the time is over", async () => {
    const timers = hurryTimers();
    expect(await send(SILENT)).toMatchObject({ status: null, answer: "There was no answer within 15 seconds." });
    expect(timers).toHaveBeenCalledWith(expect.anything(), 15_000);
  });
});

it("leaves no timer behind", async () => {
  const { deps } = makeWorld();
  const fast = { ...deps, fetch: async () => new Response(null, { status: 204 }) };
  const sign = async () => "v1,none";
  await moreOftenThanTimers(async () => {
    expect((await sendEvent(fast, sign, { id: "d1", body: "{}" })).status).toBe(204);
  });
});
