import { describe, expect, it } from "vitest";
import type { Outcome } from "../../core/integration";
import { deliverPage } from "./deliver";
import { makeWorld, page, START } from "./testing";

/** What one create comes to when Twilio refuses it with this code. */
const CODES: [code: number, status: number, type: Outcome["type"], says: string][] = [
  [20003, 401, "blocked", "credentials"],
  [20005, 403, "blocked", "not active"],
  [20006, 403, "blocked", "may not send"],
  [20404, 404, "blocked", "SID"],
  [21212, 400, "blocked", "sender"],
  [21401, 400, "blocked", "sender"],
  [21603, 400, "blocked", "sender"],
  [21606, 400, "blocked", "sender"],
  [21609, 400, "blocked", "PUBLIC_URL"],
  [21703, 400, "blocked", "sender pool"],
  [21705, 400, "blocked", "Messaging Service"],
  [21712, 400, "blocked", "sender pool"],
  [21201, 400, "rejected", "recipient"],
  [21211, 400, "rejected", "not valid"],
  [21217, 400, "rejected", "reach"],
  [21266, 400, "rejected", "own"],
  [21602, 400, "rejected", "empty"],
  [21604, 400, "rejected", "recipient"],
  [21610, 400, "rejected", "STOP"],
  [21612, 400, "rejected", "route"],
  [21614, 400, "rejected", "mobile"],
  [21617, 400, "rejected", "1,600"],
  [21635, 400, "rejected", "landline"],
  // One respondent's country or number must not stop everybody's messages (docs/decisions/004).
  [21408, 400, "rejected", "Geo permissions"],
  [21608, 400, "rejected", "trial"],
  [29999, 400, "rejected", "29999"],
  [20429, 429, "retry", "no more requests"],
  [21611, 429, "retry", "queue"],
  [21611, 400, "retry", "queue"],
  [20500, 500, "unknown", "looked for"],
  [20503, 503, "unknown", "looked for"],
];

describe("a create that Twilio refuses", () => {
  it.each(CODES)("with %i (HTTP %i) is %s and says: %s", async (code, status, type, says) => {
    const { deps, emulator, entries } = makeWorld();
    emulator.faults.push({ match: "create", mode: "error_before", status, code, times: 1 });
    const { outcomes, halt } = await deliverPage(page(entries(1, 1)), deps);
    const expected = { type, reason: expect.stringContaining(says) };
    const [outcome] = outcomes.values();
    if (type === "blocked" || type === "retry") {
      expect([outcome, halt]).toMatchObject([undefined, expected]);
    } else {
      expect(outcome).toMatchObject(expected);
      expect(halt).toBeUndefined();
    }
    expect(emulator.messages).toHaveLength(0);
  });

  const html = (status: number) => () => new Response("<h1>no</h1>", { status });
  it.each<[what: string, answer: () => Response, type: Outcome["type"]]>([
    ["a time-out at a proxy", html(408), "unknown"],
    ["a redirect", html(302), "unknown"],
    ["a page in place of an answer", html(200), "unknown"],
    ["a connection that breaks", () => Response.error(), "unknown"],
    ["a limit of somebody in between", html(429), "retry"],
    ["an address that is no Twilio's", html(404), "blocked"],
    ["a wall in between", html(403), "blocked"],
    ["a refusal without a code", html(400), "rejected"],
  ])("%s", async (_, answer, type) => {
    const { deps, entries } = makeWorld();
    const fetch = async () => {
      const given = answer();
      if (given.type === "error") throw new TypeError("connection reset");
      return given;
    };
    const { outcomes, halt } = await deliverPage(page(entries(1, 1)), { ...deps, fetch });
    const [outcome] = outcomes.values();
    expect((outcome ?? halt)?.type).toBe(type);
  });

  it("is looked for after a minute when it may have been executed, or as the settings say", async () => {
    const { deps, emulator, entries } = makeWorld();
    emulator.faults.push({ match: "create", mode: "drop_after" });
    const [first] = (await deliverPage(page(entries(1, 1)), deps)).outcomes.values();
    expect(first).toMatchObject({ type: "unknown", afterSeconds: 60 });
    const settings = { ...deps.settings, TWILIO_LOOK_SECONDS: "5,10" };
    const [second] = (await deliverPage(page(entries(2, 2)), { ...deps, settings })).outcomes.values();
    expect(second).toMatchObject({ type: "unknown", afterSeconds: 5 });
  });
});

describe("a page that is stopped", () => {
  it("by 429 loses nothing and doubles nothing", async () => {
    const { deps, emulator, entries, clock, texts } = makeWorld({ requestsPerSecond: 7 });
    const all = entries(1, 20);
    let left = all;
    for (let second = 0; left.length > 0 && second < 5; second += 1) {
      const { outcomes, halt } = await deliverPage(page(left), deps);
      expect([...outcomes.values()].every(({ type }) => type === "delivered")).toBe(true);
      left = left.filter(({ position }) => !outcomes.has(position));
      expect(halt?.type).toBe(left.length > 0 ? "retry" : undefined);
      clock.now += 1_000;
    }
    expect(texts()).toEqual(all.map((_, i) => `Thanks Name ${i + 1}, receipt resp${i + 1}`).sort());
    expect(emulator.stats.create).toBeGreaterThan(20);
  });

  it("waits as long as Retry-After says, and a minute for a full queue", async () => {
    const { deps, emulator, entries } = makeWorld();
    const headers = { "retry-after": "17" };
    const fetch = async () => Response.json({ code: 20429 }, { status: 429, headers });
    expect((await deliverPage(page(entries(1, 1)), { ...deps, fetch })).halt).toMatchObject({ afterSeconds: 17 });
    emulator.faults.push({ match: "create", mode: "error_before", status: 429, code: 21611 });
    expect((await deliverPage(page(entries(1, 1)), deps)).halt).toMatchObject({ afterSeconds: 60 });
  });

  it("by an outage leaves most of the page alone", async () => {
    const { deps, emulator, entries } = makeWorld();
    emulator.faults.push({ mode: "outage" });
    const { outcomes, halt } = await deliverPage(page(entries(1, 20)), deps);
    expect(halt).toMatchObject({ type: "retry" });
    // Three in a row, and the four that were on their way.
    expect(emulator.stats.create).toBeLessThanOrEqual(3 + 4);
    expect([...outcomes.values()].map(({ type }) => type)).toEqual(Array(emulator.stats.create).fill("unknown"));
  });

  it("by one lost answer is none, unless nothing got through before", async () => {
    const { deps, emulator, entries } = makeWorld();
    emulator.faults.push({ match: "create", mode: "drop_after" });
    const alone = page(entries(1, 1));
    expect((await deliverPage(alone, deps)).halt).toBeUndefined();
    const failing = { since: START - 1_000, times: 1 };
    expect((await deliverPage({ ...alone, failing }, deps)).halt).toMatchObject({ type: "retry" });
  });

  it("by a refusal that somebody must mend names that one, not the 429 beside it", async () => {
    const { deps, emulator, entries } = makeWorld();
    emulator.faults.push(
      { match: "create", mode: "rate_limit", times: 2 },
      { match: "create", mode: "error_before", status: 400, code: 21606, times: 1 },
      { match: "create", mode: "rate_limit" },
    );
    const { outcomes, halt } = await deliverPage(page(entries(1, 20)), deps);
    expect(halt).toMatchObject({ type: "blocked", reason: expect.stringContaining("sender") });
    expect(outcomes.size).toBe(0);
  });
});
