/** What the installation itself asks others: each call has its time, and its timer ends with it. */
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Env, makeContext } from "../../src/context";
import { pingDeadman } from "../../src/dispatch/alerts";
import { requirePerson } from "../../src/services/turnstile";
import { sealTurnstile } from "../../src/services/turnstile-keys";
import { SILENT } from "../support/outside";
import { hurryTimers, moreOftenThanTimers } from "../support/timers";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const ctx = makeContext(env as Env, { waitUntil: () => {} }, "test");
const WATCHER = `https://${SILENT}/ping`;

/** Asks the verifier at an address. */
async function verifierAt(turnstileUrl: string) {
  const on = { ...ctx, config: { ...ctx.config, turnstileUrl } };
  const turnstile = await sealTurnstile(on, { siteKey: "0x4AAA", secret: "0x4BBB" });
  return () => requirePerson(on, { form: "form_1", turnstile, token: "t", address: null, idempotencyKey: "k" });
}

describe("nobody answers: the call is given up when the time is over", () => {
  it("Turnstile", async () => {
    const ask = await verifierAt(`https://${SILENT}`);
    const timers = hurryTimers();
    await expect(ask()).rejects.toMatchObject({ code: "turnstile_unavailable" });
    expect(timers).toHaveBeenCalledWith(expect.anything(), 5_000);
  });

  it("the watcher of the sweeps", async () => {
    const log = vi.spyOn(console, "warn").mockImplementation(() => {});
    const timers = hurryTimers();
    await pingDeadman(ctx, WATCHER);
    expect(JSON.stringify(log.mock.calls)).toContain("deadman_not_pinged");
    expect(timers).toHaveBeenCalledWith(expect.anything(), 10_000);
  });
});

describe("leaves no timer behind", () => {
  it("Turnstile", async () => {
    const ask = await verifierAt("https://verifier.test");
    vi.stubGlobal("fetch", async () => Response.json({ success: true }));
    await moreOftenThanTimers(ask);
  });

  it("the watcher of the sweeps", async () => {
    const log = vi.spyOn(console, "warn").mockImplementation(() => {});
    const callOut = async () => new Response();
    await moreOftenThanTimers(async () => {
      await pingDeadman({ callOut, trace: undefined }, WATCHER);
      expect(log.mock.calls).toEqual([]);
    });
  });
});
