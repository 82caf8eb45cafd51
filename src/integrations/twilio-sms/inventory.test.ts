import { describe, expect, it } from "vitest";
import { responseId, SEGMENT_SIZE } from "../../core/ids";
import type { Deps } from "../../core/integration";
import type { Inventory, SettledDelivery } from "../../core/inventory";
import { createMessage } from "./client";
import { takeInventory } from "./inventory";
import type { Config, Secrets } from "./manifest";
import { FROM, makeWorld, phone, START, type World } from "./testing";

const SEGMENT = 3;
const HOUR = 3_600_000;
const idOf = (n: number) => responseId({ shard: 0, position: SEGMENT * SEGMENT_SIZE + n });
const textOf = (n: number) => `Thanks Name ${n}, receipt ${idOf(n)}`;
const RANGE = { segment: SEGMENT, through: SEGMENT * SEGMENT_SIZE + 10, since: START - 2 * HOUR, isFirst: true };

type Row = NonNullable<SettledDelivery["row"]>;

/** The n-th delivery as the log has it. */
function settled(n: number, row: Partial<Row> | null, content: unknown = { to: phone(n), body: textOf(n) }) {
  const base = { state: "delivered", reference: null, status: "queued", content, triedAt: START } as const;
  const full = row && { ...base, ...row };
  return {
    position: SEGMENT * SEGMENT_SIZE + n,
    response: idOf(n),
    expected: full?.state === "delivered",
    row: full,
  };
}

/** Has Twilio take a text; returns its SID. */
async function text(world: World, to: string, body: string, sender: Record<string, string> = { From: FROM }) {
  const made = await createMessage(world.deps, { To: to, Body: body, ...sender });
  if (!made.ok) throw new Error(made.failure.cause);
  return made.value.sid;
}
const textTo = (world: World, n: number) => text(world, phone(n), textOf(n));

async function live(world: World, steps = 3): Promise<void> {
  for (let step = 0; step < steps; step += 1) await world.emulator.advance();
}

async function inventoryOf(world: World, other: Partial<Deps<Config, Secrets>> = {}): Promise<Inventory> {
  const result = await takeInventory(RANGE, { ...world.deps, ...other });
  if ("halt" in result) throw new Error(result.halt.reason);
  return result.inventory;
}
const PRESENT = { type: "present" };

describe("a delivered text", () => {
  it("is present when Twilio says what we say, and changed when it says something newer", async () => {
    const world = makeWorld();
    world.emulator.undeliverable.set(phone(2), 30006);
    const [first = "", second = ""] = [await textTo(world, 1), await textTo(world, 2)];
    await live(world);
    const { find } = await inventoryOf(world);
    expect(find(settled(1, { reference: first, status: "delivered" }))).toEqual(PRESENT);
    expect(find(settled(1, { reference: first, status: "read" }))).toEqual(PRESENT);
    const word = { type: "changed", reference: first, status: "delivered", rank: 5, failure: null };
    expect(find(settled(1, { reference: first, status: "sent" }))).toEqual(word);
    expect(find(settled(2, { reference: second, status: "sent" }))).toMatchObject({
      ...{ type: "changed", status: "undelivered", rank: 5 },
      failure: expect.stringContaining("landline"),
    });
    expect(find(settled(2, { state: "parked", reference: second, status: "undelivered" }))).toEqual(PRESENT);
  });

  it("that Twilio does not have is missing, and never to be sent again", async () => {
    const world = makeWorld();
    const { find } = await inventoryOf(world);
    for (const status of ["sent", "delivered", "not_found"]) {
      expect(find(settled(1, { reference: "SM1", status }))).toEqual({ type: "missing", again: false });
    }
  });

  it("is not missed while it may be in Twilio's queue, nor when it is older than what is compared", async () => {
    const world = makeWorld();
    const reference = await textTo(world, 1);
    world.clock.now += 12 * HOUR;
    const early = await inventoryOf(world);
    expect(early.find(settled(1, { reference, status: "queued" }))).toEqual(PRESENT);
    const old = { status: "delivered", triedAt: RANGE.since - 1 };
    expect(early.find(settled(2, { reference: "SM2", ...old }))).toEqual(PRESENT);
    world.clock.now += 1;
    const late = await inventoryOf(world);
    expect(late.find(settled(1, { reference, status: "queued" }))).toEqual({ type: "missing", again: false });
  });

  it("that was never tried is none of Twilio's business", async () => {
    const { find } = await inventoryOf(makeWorld());
    expect(find(settled(1, null))).toEqual(PRESENT);
    for (const state of ["skipped", "retrying", "sending", "parked", "unknown"] as const) {
      expect(find(settled(1, { state }))).toEqual(PRESENT);
    }
    expect(find(settled(1, { state: "parked" }, null))).toEqual(PRESENT);
  });
});

describe("a text that was given up or is in doubt", () => {
  it.each(["parked", "unknown"] as const)("(%s) and that Twilio has after all is found", async (state) => {
    const world = makeWorld();
    const reference = await textTo(world, 1);
    await live(world);
    const { find, surplus } = await inventoryOf(world);
    const row = { state, status: null };
    expect(find(settled(1, row))).toEqual({
      ...{ type: "changed", reference, status: "delivered", rank: 5, failure: null },
    });
    expect(surplus()).toMatchObject({ strangers: 0 });
  });

  it("is not found in another time, to another number, with another text, or in what a delivery has already", async () => {
    const world = makeWorld();
    const reference = await textTo(world, 1);
    await live(world);
    const { find } = await inventoryOf(world);
    const parked = { state: "parked", status: null } as const;
    expect(find(settled(1, { ...parked, triedAt: START + 61_000 }))).toEqual(PRESENT);
    expect(find(settled(1, { ...parked, triedAt: START - 601_000 }))).toEqual(PRESENT);
    expect(find(settled(1, parked, { to: phone(2), body: textOf(1) }))).toEqual(PRESENT);
    expect(find(settled(1, parked, { to: phone(1), body: `${textOf(1)}!` }))).toEqual(PRESENT);
    find(settled(2, { reference, status: "delivered" }));
    expect(find(settled(1, parked))).toEqual(PRESENT);
  });

  it("is not taken for another's equal text: without its response's id it stays as it is", async () => {
    const world = makeWorld();
    await text(world, phone(1), "Thanks");
    await live(world);
    const { find } = await inventoryOf(world);
    expect(find(settled(1, { state: "parked" }, { to: phone(1), body: "Thanks" }))).toEqual(PRESENT);
  });
});

describe("what Twilio has beyond the deliveries", () => {
  it("is counted when it looks like ours: copies by response, others as strangers", async () => {
    const world = makeWorld();
    const [first = "", second = ""] = [await textTo(world, 1), await textTo(world, 2)];
    await textTo(world, 2);
    await textTo(world, 5);
    await live(world);
    const { find, surplus } = await inventoryOf(world);
    find(settled(1, { reference: first, status: "delivered" }));
    find(settled(2, { reference: second, status: "delivered" }));
    expect(surplus()).toEqual({ doubled: [idOf(2)], doubledCount: 1, strangers: 1 });
  });

  it("is a stranger when one number got one text more often than there are deliveries of it", async () => {
    const world = makeWorld();
    const sids = [await text(world, phone(1), "Thanks"), await text(world, phone(1), "Thanks")];
    await text(world, phone(1), "Thanks");
    await live(world);
    const { find, surplus } = await inventoryOf(world);
    for (const [n, reference] of sids.entries()) {
      find(settled(n + 1, { reference, status: "delivered" }, { to: phone(1), body: "Thanks" }));
    }
    expect(surplus()).toEqual({ doubled: [], doubledCount: 0, strangers: 1 });
  });

  it.each<[string, (world: World) => Promise<unknown>]>([
    ["a text of another use of the number", (world) => text(world, phone(1), "Your code is 1234")],
    ["one with a word that is no id", (world) => text(world, phone(1), "Thanks Asha, receipt abcdefghijkl")],
    ["one of a response that is still ahead", (world) => textTo(world, 11)],
    [
      "one of another part of the log",
      (world) => text(world, phone(1), `Thanks A, receipt ${responseId({ shard: 0, position: 5 })}`),
    ],
    [
      "one of another shard",
      (world) => text(world, phone(1), textOf(1).replace(idOf(1), responseId({ shard: 1, position: RANGE.through }))),
    ],
    ["one of another integration of the form", (world) => text(world, phone(1), `New visit: ${idOf(1)}`)],
    [
      "one that failed, as before a retry by hand",
      async (world) => {
        world.emulator.undeliverable.set(phone(1), 30003);
        await textTo(world, 1);
      },
    ],
    ["one of another sender", (world) => text(world, phone(1), textOf(1), { From: "+14155550100" })],
    ["an answer of a person", async (world) => world.emulator.receive({ from: phone(1), to: FROM, body: textOf(1) })],
    [
      "one of the time at the edge, whose delivery is not asked for any more",
      async (world) => {
        world.clock.now = RANGE.since + HOUR - 1_000;
        await textTo(world, 1);
      },
    ],
  ])("is no stranger: %s", async (_, send) => {
    const world = makeWorld({ senders: [FROM, "+14155550100"] });
    await send(world);
    const reference = await textTo(world, 9);
    await live(world);
    world.clock.now = START;
    const { find, surplus } = await inventoryOf(world);
    find(settled(9, { reference, status: "delivered" }));
    expect(surplus()).toEqual({ doubled: [], doubledCount: 0, strangers: 0 });
  });
});

describe("Twilio's list", () => {
  it("is asked for by sender and day, in pages of a thousand", async () => {
    const world = makeWorld({ senders: [FROM, "+14155550100"] });
    for (let n = 0; n < 1_001; n += 1) await textTo(world, 1);
    await live(world);
    const asked: URL[] = [];
    const fetch = (request: Request) => {
      asked.push(new URL(request.url));
      return world.emulator.fetch(request);
    };
    const config = { ...world.deps.config, from: "+14155550100" };
    await inventoryOf(world, { fetch, config });
    const queries = asked.map(({ searchParams: q }) => [q.get("From"), q.get("DateSent>"), q.get("PageSize")]);
    expect(queries).toEqual([
      ["+14155550100", "2026-11-23", "1000"],
      [FROM, "2026-11-23", "1000"],
      [FROM, "2026-11-23", "1000"],
    ]);
  });

  it("is read whole for a Messaging Service, whose numbers are not known; strangers are those of the service", async () => {
    const service = `MG${"a".repeat(32)}`;
    const world = makeWorld({ senders: [FROM, "+14155550100", service] });
    const reference = await text(world, phone(1), textOf(1), { MessagingServiceSid: service });
    await text(world, phone(5), textOf(5), { From: "+14155550100" });
    await live(world, 4);
    const { accountSid, authToken } = world.deps.secrets;
    const secrets = { accountSid, authToken, messagingServiceSid: service };
    const { find, surplus } = await inventoryOf(world, { secrets });
    expect(find(settled(1, { reference, status: "sent" }))).toMatchObject({ type: "changed", status: "delivered" });
    expect(surplus()).toMatchObject({ strangers: 0 });
    await text(world, phone(6), textOf(6), { MessagingServiceSid: service });
    await live(world, 4);
    const again = await inventoryOf(world, { secrets });
    again.find(settled(1, { reference, status: "delivered" }));
    expect(again.surplus()).toMatchObject({ strangers: 1 });
  });

  it("that is too long is not compared, and says what to do", async () => {
    const world = makeWorld();
    const pages: string[] = [];
    const fetch = async (request: Request) => {
      pages.push(request.url);
      return Response.json({ messages: [], next_page_uri: "/2010-04-01/next" });
    };
    const result = await takeInventory(RANGE, { ...world.deps, fetch });
    expect(result).toMatchObject({ halt: { type: "retry", reason: expect.stringContaining("50,000") } });
    expect(pages).toHaveLength(50);
  });

  it.each([
    ["rate_limit", "retry"],
    ["refuse_credentials", "blocked"],
    ["non_json", "retry"],
  ] as const)("that can't be had (%s) halts: %s", async (mode, type) => {
    const world = makeWorld();
    world.emulator.faults.push({ match: "list", mode });
    expect(await takeInventory(RANGE, world.deps)).toMatchObject({ halt: { type } });
  });

  it("is not asked for without a sender", async () => {
    const world = makeWorld();
    const { accountSid, authToken } = world.deps.secrets;
    const result = await takeInventory(RANGE, { ...world.deps, secrets: { accountSid, authToken } });
    expect(result).toMatchObject({ halt: { type: "blocked", reason: expect.stringContaining("sender") } });
    expect(world.emulator.stats).toEqual({});
  });
});
