import { describe, expect, it, vi } from "vitest";
import type { Deps, Entry } from "../../core/integration";
import { admitEntry } from "./admit";
import { deliverPage } from "./deliver";
import { type Config, ConfigSchema, type Secrets } from "./manifest";
import { entry, makeWorld, page, phone, response, START } from "./testing";

/** A world whose integration is configured so. */
function worldWith(config: Record<string, unknown>) {
  const world = makeWorld();
  const deps = { ...world.deps, config: ConfigSchema.parse({ ...world.deps.config, ...config }) };
  return { ...world, deps };
}
/** The n-th response, with the number of the first person. */
const toFirst = (n: number, deps: Deps<Config, Secrets>, other: Partial<Entry> = {}) =>
  entry(response(n, { name: `Name ${n}`, phone: phone(1) }), deps, other);
const after = (attempts: number) => ({ attempted: { attempts, looks: 0, triedAt: START, reference: null } });
const DAY = 86_400_000;

describe("allowed countries", () => {
  it("refuse a number of another one, with a sentence that holds no number", () => {
    const { deps } = worldWith({ allowedCountries: ["us", "GB"] });
    const outcome = admitEntry(toFirst(1, deps), deps);
    expect(outcome).toMatchObject({ type: "rejected", reason: expect.stringContaining("allowedCountries") });
    expect(JSON.stringify(outcome)).not.toContain("98765");
  });

  it("tell countries apart that share a calling code", () => {
    const { deps } = worldWith({ allowedCountries: ["US"] });
    const to = (number: string) => admitEntry(entry(response(1, { phone: number, name: "A" }), deps), deps);
    expect(to("+12125550123")).toBeNull();
    expect(to("+14165550123")).toMatchObject({ type: "rejected" });
    expect(to("+18765550123")).toMatchObject({ type: "rejected" });
  });

  it("are all of them when none is named", () => {
    const { deps } = worldWith({});
    expect(admitEntry(toFirst(1, deps), deps)).toBeNull();
  });
});

it("in quiet hours an entry is put off until their end, and after them it is let through", () => {
  const { deps, clock } = worldWith({ quietHours: { from: "15:00", to: "16:00", timeZone: "Asia/Kolkata" } });
  expect(admitEntry(toFirst(1, deps), deps)).toMatchObject({ type: "retry", afterSeconds: 1_800 });
  clock.now += 1_800_000;
  expect(admitEntry(toFirst(1, deps), deps)).toBeNull();
});

it("the validity period is Twilio's ValidityPeriod, and is not sent when none is set", async () => {
  const bodies: URLSearchParams[] = [];
  for (const config of [{ validitySeconds: 3_600 }, {}]) {
    const world = worldWith(config);
    const fetch = async (request: Request) => {
      bodies.push(new URLSearchParams(new TextDecoder().decode(await request.clone().arrayBuffer())));
      return world.emulator.fetch(request);
    };
    await deliverPage(page(world.entries(1, 1)), { ...world.deps, fetch });
  }
  expect(bodies.map((body) => body.get("ValidityPeriod"))).toEqual(["3600", null]);
});

describe("daily caps", () => {
  it("stop texts to one number, not those to others, and begin anew on the next day", async () => {
    const { deps, entries, clock, texts } = worldWith({ dailyCapPerNumber: 2 });
    const all = [1, 2, 3, 4].map((n) => toFirst(n, deps));
    const { outcomes } = await deliverPage(page([...all, ...entries(5, 5)]), deps);
    expect([...outcomes.values()].map(({ type }) => type).toSorted()).toEqual([
      "delivered",
      "delivered",
      "delivered",
      "rejected",
      "rejected",
    ]);
    expect(outcomes.get(all[2]?.position ?? 0)).toMatchObject({ reason: expect.stringContaining("daily limit") });
    expect(texts()).toHaveLength(3);
    clock.now += DAY;
    const next = toFirst(6, deps);
    expect((await deliverPage(page([next]), deps)).outcomes.get(next.position)?.type).toBe("delivered");
  });

  it("are off unless told, and then nothing is counted", async () => {
    const { deps, texts } = worldWith({});
    const counted = vi.spyOn(deps.quotas, "take");
    await deliverPage(page([1, 2, 3, 4, 5, 6].map((n) => toFirst(n, deps))), deps);
    expect(texts()).toHaveLength(6);
    expect(counted).not.toHaveBeenCalled();
  });

  it("stop all texts of a workspace, the newest first", async () => {
    const { deps, entries, texts } = worldWith({ dailyCapPerWorkspace: 2 });
    const all = entries(1, 3);
    const { outcomes } = await deliverPage(page(all), deps);
    expect(all.map(({ position }) => outcomes.get(position)?.type)).toEqual(["delivered", "delivered", "rejected"]);
    expect(texts()).toHaveLength(2);
  });

  it("that refuse an entry by one of them do not count it by the other", async () => {
    const { deps, entries, texts } = worldWith({ dailyCapPerNumber: 1, dailyCapPerWorkspace: 3 });
    await deliverPage(page([1, 2, 3].map((n) => toFirst(n, deps))), deps);
    await deliverPage(page(entries(4, 6)), deps);
    expect(texts()).toHaveLength(3);
    const raised = { ...deps, config: { ...deps.config, dailyCapPerWorkspace: 4 } };
    await deliverPage(page(entries(6, 6)), raised);
    expect(texts()).toHaveLength(4);
  });

  it("count a delivery once, however often it is attempted", async () => {
    const { deps, texts } = worldWith({ dailyCapPerNumber: 2 });
    await deliverPage(page([toFirst(1, deps)]), deps);
    for (const attempts of [1, 2, 3]) await deliverPage(page([toFirst(1, deps, after(attempts))]), deps);
    await deliverPage(page([toFirst(2, deps)]), deps);
    expect(texts()).toHaveLength(5);
    await deliverPage(page([toFirst(3, deps)]), deps);
    expect(texts()).toHaveLength(5);
  });

  it("do not count what was not attempted because the page stopped", async () => {
    const { deps, emulator, texts } = worldWith({ dailyCapPerNumber: 2, dailyCapPerWorkspace: 2 });
    const all = [1, 2].map((n) => toFirst(n, deps));
    for (let i = 0; i < 3; i += 1) {
      emulator.faults.push({ match: "create", mode: "rate_limit", times: 2 });
      const { outcomes, halt } = await deliverPage(page(all), deps);
      expect([outcomes.size, halt?.type]).toEqual([0, "retry"]);
      emulator.faults.length = 0;
    }
    await deliverPage(page(all), deps);
    expect(texts()).toHaveLength(2);
  });
});

it.each([
  [{ allowedCountries: ["XX"] }, "allowedCountries.0"],
  [{ allowedCountries: [] }, "allowedCountries"],
  [{ validitySeconds: 0 }, "validitySeconds"],
  [{ validitySeconds: 36_001 }, "validitySeconds"],
  [{ dailyCapPerNumber: 0 }, "dailyCapPerNumber"],
  [{ dailyCapPerWorkspace: 1.5 }, "dailyCapPerWorkspace"],
  [{ quietHours: { from: "21:00", to: "08:00", timeZone: "Mars/Base" } }, "quietHours.timeZone"],
])("a config may not have %j", (more, path) => {
  const parsed = ConfigSchema.safeParse({ to: "phone", body: "Thanks", ...more });
  expect(parsed.error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
});
