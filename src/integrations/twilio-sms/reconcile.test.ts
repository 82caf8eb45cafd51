import { describe, expect, it } from "vitest";
import type { Entry, PageResult } from "../../core/integration";
import { deliverPage } from "./deliver";
import { reconcilePage } from "./reconcile";
import { entry, FROM, inDoubt, makeWorld, page, phone, response, START } from "./testing";

const [MINUTE, SECOND_LOOK] = [60_000, 360_000];
const outcomesOf = ({ outcomes }: PageResult, entries: readonly Entry[]) =>
  entries.map(({ position }) => outcomes.get(position));

describe("a message in doubt", () => {
  it.each(["drop_after", "error_after"] as const)("that was taken (%s) is found", async (mode) => {
    const { deps, emulator, entries, clock } = makeWorld();
    emulator.faults.push({ match: "create", mode });
    const all = entries(1, 2);
    await deliverPage(page(all), deps);
    clock.now += MINUTE;
    const result = await reconcilePage(inDoubt(all), deps);
    expect(outcomesOf(result, all)).toEqual(
      all.map(({ delivery }) => ({
        type: "delivered",
        reference: emulator.messages.find(({ body }) => delivery.endsWith(body.split(" ").at(-1) ?? "-"))?.sid,
        status: "queued",
        rank: 2,
        checkAfterSeconds: 900,
      })),
    );
    expect(emulator.stats).toMatchObject({ create: 2, list: 2 });
  });

  it("that was never taken is sent again after two empty looks, none of them early", async () => {
    const { deps, emulator, entries, clock, texts } = makeWorld();
    emulator.faults.push({ match: "create", mode: "error_before", times: 1 });
    const all = entries(1, 1);
    await deliverPage(page(all), deps);
    const look = async (looks: number, now: number) => {
      clock.now = START + now;
      return outcomesOf(await reconcilePage(inDoubt(all, looks), deps), all)[0];
    };
    const early = await look(0, MINUTE - 1);
    expect(early).toMatchObject({ type: "unknown", afterSeconds: 1 });
    expect(early).not.toHaveProperty("looked");
    expect(emulator.stats.list).toBeUndefined();
    expect(await look(0, MINUTE)).toMatchObject({ type: "unknown", looked: true, afterSeconds: 300 });
    const again = await look(1, SECOND_LOOK - 1);
    expect(again).toMatchObject({ type: "unknown", afterSeconds: 1 });
    expect(again).not.toHaveProperty("looked");
    expect(emulator.stats.list).toBe(1);
    expect(await look(1, SECOND_LOOK)).toMatchObject({ type: "retry" });
    await deliverPage(page(all), deps);
    expect(texts()).toEqual(["Thanks Name 1, receipt resp1"]);
  });

  it("that Twilio's list shows late is found by the second look", async () => {
    const { deps, emulator, entries, clock } = makeWorld();
    emulator.faults.push({ match: "create", mode: "drop_after", times: 1 }, { mode: "list_lag", lagSeconds: 200 });
    const all = entries(1, 1);
    await deliverPage(page(all), deps);
    clock.now += MINUTE;
    expect(outcomesOf(await reconcilePage(inDoubt(all), deps), all)).toMatchObject([{ type: "unknown", looked: true }]);
    clock.now = START + SECOND_LOOK;
    expect(outcomesOf(await reconcilePage(inDoubt(all, 1), deps), all)).toMatchObject([{ type: "delivered" }]);
  });

  it("is looked for when the settings say", async () => {
    const { deps, entries, clock } = makeWorld();
    const soon = { ...deps, settings: { ...deps.settings, TWILIO_LOOK_SECONDS: "5, 10" } };
    clock.now += 5_000;
    expect([...(await reconcilePage(inDoubt(entries(1, 1)), soon)).outcomes.values()]).toMatchObject([
      { looked: true, afterSeconds: 10 },
    ]);
    clock.now += 10_000;
    expect([...(await reconcilePage(inDoubt(entries(1, 1), 1), soon)).outcomes.values()]).toMatchObject([
      { type: "retry" },
    ]);
  });

  it("that failed at the carrier is parked with its reason", async () => {
    const { deps, emulator, entries, clock } = makeWorld();
    emulator.faults.push({ match: "create", mode: "drop_after" });
    emulator.undeliverable.set(phone(1), 30006);
    const all = entries(1, 1);
    await deliverPage(page(all), deps);
    for (let step = 0; step < 3; step += 1) await emulator.advance();
    clock.now += MINUTE;
    const reason = expect.stringContaining("landline");
    expect(outcomesOf(await reconcilePage(inDoubt(all), deps), all)).toMatchObject([{ type: "rejected", reason }]);
  });
});

describe("another's message", () => {
  const same = { name: "Asha", phone: phone(1) };

  /** Two responses whose texts and numbers are the same. */
  function twins(world: ReturnType<typeof makeWorld>): Entry[] {
    const deps = { ...world.deps, config: { ...world.deps.config, body: "Thanks {{name}}" } };
    return [entry(response(1, same), deps), entry(response(2, same), deps)];
  }

  it("is not taken by an equal entry of the same page", async () => {
    const world = makeWorld();
    const { deps, emulator, clock } = world;
    const both = twins(world);
    await deliverPage(page(both.slice(0, 1)), deps);
    clock.now += MINUTE;
    const result = await reconcilePage(inDoubt(both), deps);
    const [message] = emulator.messages;
    expect(outcomesOf(result, both)).toMatchObject([
      { type: "delivered", reference: message?.sid },
      { type: "unknown", looked: true },
    ]);
  });

  it("is not taken when another delivery has it; the next one is", async () => {
    const world = makeWorld();
    const { deps, emulator, clock } = world;
    const [first, second] = twins(world);
    if (!first || !second) throw new Error("no twins");
    await deliverPage(page([first]), deps);
    clock.now += MINUTE;
    const theirs = emulator.messages.map(({ sid }) => sid);
    const asked: unknown[] = [];
    const claimed = async (references: readonly string[], { position }: Entry) => {
      asked.push({ references, position });
      return new Set(references.filter((sid) => theirs.includes(sid)));
    };
    const look = async () => outcomesOf(await reconcilePage(inDoubt([second]), { ...deps, claimed }), [second]);
    expect(await look()).toMatchObject([{ type: "unknown", looked: true }]);
    expect(asked).toEqual([{ references: theirs, position: second.position }]);
    await deliverPage(page([second]), deps);
    expect(await look()).toMatchObject([{ type: "delivered", reference: emulator.messages[1]?.sid }]);
  });

  it("is known by its text, its direction and its time", async () => {
    const world = makeWorld();
    const { deps, emulator, clock } = world;
    const [one] = twins(world);
    if (!one) throw new Error("no twin");
    const content = { to: phone(1), body: "Thanks Asha" };
    emulator.receive({ from: FROM, ...content });
    await deliverPage(page([{ ...one, content: { ...content, body: "Thanks Asha!" } }]), deps);
    clock.now = START - MINUTE - 1_000;
    await deliverPage(page([one]), deps);
    clock.now = START + 601_000;
    await deliverPage(page([one]), deps);
    expect(outcomesOf(await reconcilePage(inDoubt([one]), deps), [one])).toMatchObject([{ looked: true }]);
    clock.now = START - MINUTE;
    await deliverPage(page([one]), deps);
    clock.now = START + MINUTE;
    expect(outcomesOf(await reconcilePage(inDoubt([one]), deps), [one])).toMatchObject([{ type: "delivered" }]);
  });
});

describe("Twilio's list", () => {
  const crowd = (world: ReturnType<typeof makeWorld>, size: number) => {
    for (let n = 0; n < size; n += 1) world.emulator.receive({ from: FROM, to: phone(1), body: `Note ${n}` });
  };

  it("is read page by page, once for a number", async () => {
    const world = makeWorld();
    const { deps, emulator, entries, clock } = world;
    const all = entries(1, 1);
    await deliverPage(page(all), deps);
    crowd(world, 120);
    clock.now += MINUTE;
    const result = await reconcilePage(inDoubt([...all, ...all]), deps);
    expect(outcomesOf(result, all)).toMatchObject([{ type: "unknown" }]);
    expect(emulator.stats.list).toBe(3);
    expect(outcomesOf(await reconcilePage(inDoubt(all), deps), all)).toMatchObject([{ type: "delivered" }]);
  });

  it("that is too long to be read allows no second text: a person decides", async () => {
    const world = makeWorld();
    const { deps, entries, clock } = world;
    const all = entries(1, 1);
    await deliverPage(page(all), deps);
    crowd(world, 1_001);
    clock.now = START + SECOND_LOOK;
    const reason = expect.stringContaining("Twilio's log");
    expect(outcomesOf(await reconcilePage(inDoubt(all, 1), deps), all)).toMatchObject([{ type: "rejected", reason }]);
  });

  it.each([
    ["rate_limit", "retry"],
    ["refuse_credentials", "blocked"],
    ["outage", "retry"],
    ["non_json", "retry"],
  ] as const)("that can't be had (%s) decides nothing: %s", async (mode, type) => {
    const { deps, emulator, entries, clock } = makeWorld();
    const all = entries(1, 3);
    emulator.faults.push({ match: "list", mode });
    clock.now = START + SECOND_LOOK;
    const { outcomes, halt } = await reconcilePage(inDoubt(all, 1), deps);
    expect([outcomes.size, halt?.type]).toEqual([0, type]);
  });
});

it("a message in doubt whose response was erased is not looked for, and holds up nobody", async () => {
  const { deps, emulator, entries, clock } = makeWorld();
  const all = entries(1, 2);
  emulator.faults.push({ match: "create", mode: "drop_after" });
  await deliverPage(page(all), deps);
  clock.now += MINUTE;
  const [first, second] = inDoubt(all).entries;
  if (!first || !second) throw new Error("two entries were made");
  // The store takes the fixed text with the answers.
  const { content: _, ...emptied } = first;
  const erased = { ...emptied, response: { ...first.response, erasedAt: clock.now, answers: {} } };
  const result = await reconcilePage({ ...inDoubt(all), entries: [erased, second] }, deps);
  expect(outcomesOf(result, all)).toMatchObject([{ type: "skipped" }, { type: "delivered" }]);
  expect(result.halt).toBeUndefined();
});

it("a list that does not come holds up those alone that asked for it", async () => {
  const { deps, emulator, entries, clock } = makeWorld();
  const all = entries(1, 4);
  emulator.faults.push({ match: "create", mode: "drop_after" });
  await deliverPage(page(all), deps);
  emulator.faults.splice(0, 1, { match: "list", mode: "non_json", times: 2 });
  clock.now += MINUTE;
  const result = await reconcilePage(inDoubt(all), deps);
  const [unread, found] = [{ type: "unknown", afterSeconds: 60 }, { type: "delivered" }];
  expect(outcomesOf(result, all)).toMatchObject([unread, unread, found, found]);
  expect(outcomesOf(result, all)[0]).not.toHaveProperty("looked");
  expect(result.halt).toBeUndefined();
});

it("lists are asked for five at once, one for each number", async () => {
  const { deps, emulator, entries, clock } = makeWorld();
  const all = entries(1, 12);
  emulator.faults.push({ match: "create", mode: "drop_after" });
  for (let at = 0; at < all.length; at += 2) await deliverPage(page(all.slice(at, at + 2)), deps);
  clock.now += MINUTE;
  let [open, most] = [0, 0];
  const fetch = async (request: Request) => {
    open += 1;
    most = Math.max(most, open);
    await Promise.resolve();
    return deps.fetch(request).finally(() => {
      open -= 1;
    });
  };
  const result = await reconcilePage(inDoubt(all), { ...deps, fetch });
  expect(outcomesOf(result, all).map((outcome) => outcome?.type)).toEqual(Array(12).fill("delivered"));
  expect([most, emulator.stats.list]).toEqual([5, 12]);
});

describe("a page under random failures", () => {
  it.each([1, 2, 3, 4, 5])("ends with one text for each response (seed %i)", async (seed) => {
    let state = seed;
    const random = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const { deps, emulator, entries, clock, texts } = makeWorld({ random });
    for (const mode of ["drop_after", "error_before", "rate_limit", "error_after"] as const) {
      emulator.faults.push({ match: "any", mode, rate: 0.15 });
    }
    const looks = new Map<number, number>();
    const tried = new Map<number, number>();
    let todo = entries(1, 20);
    const all = todo.length;
    for (let round = 0; todo.length > 0 && round < 200; round += 1) {
      clock.now += SECOND_LOOK + 1_000;
      const doubtful = todo.filter(({ position }) => tried.has(position));
      const fresh = todo.filter(({ position }) => !tried.has(position));
      const pages = doubtful.map((one) => inDoubt([one], looks.get(one.position) ?? 0, tried.get(one.position)));
      const results = await Promise.all(pages.map((doubt) => reconcilePage(doubt, deps)));
      if (fresh.length > 0) results.push(await deliverPage(page(fresh), deps));
      for (const [position, outcome] of results.flatMap(({ outcomes }) => [...outcomes])) {
        if (outcome.type === "delivered") todo = todo.filter((one) => one.position !== position);
        else if (outcome.type === "retry") [tried, looks].map((map) => map.delete(position));
        else if (outcome.type !== "unknown") throw new Error(outcome.reason);
        else if (outcome.looked) looks.set(position, (looks.get(position) ?? 0) + 1);
        else tried.set(position, clock.now);
      }
    }
    expect(texts()).toEqual(Array.from({ length: all }, (_, i) => `Thanks Name ${i + 1}, receipt resp${i + 1}`).sort());
  });
});
