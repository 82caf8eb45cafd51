/** The call over workerd's own fetch: what an injected one can't show. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { REDIRECTING, SILENT } from "../../../test/support/outside";
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
    const { timeout } = AbortSignal;
    vi.spyOn(AbortSignal, "timeout").mockImplementation(() => timeout.call(AbortSignal, 20));
    expect(await send(SILENT)).toMatchObject({ status: null, answer: "There was no answer within 15 seconds." });
    expect(AbortSignal.timeout).toHaveBeenCalledWith(15_000);
  });
});
