import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { parseResponseId, SEGMENT_SIZE } from "../../src/core/ids";
import { findSince } from "../../src/store/responses";
import { call, newWorkspace, submit } from "../support/api";
import { definition, dieAt, people, person, sheetsWorld, smsWorld } from "../support/control";
import { bySegment, onlyOnOneShard } from "../support/shards";

describe("pause and resume", () => {
  it("pressed twice do what they do once, and each press is in the audit log", async () => {
    const { world, verb, rows, audit } = await sheetsWorld();
    for (const _ of [1, 2]) expect(await verb("pause")).toMatchObject({ status: 200, body: { state: "paused" } });
    const ids = await world.submit(...people(1, 2));
    await world.run();
    expect(rows()).toEqual([]);
    for (const _ of [1, 2]) expect(await verb("resume")).toMatchObject({ status: 200, body: { state: "active" } });
    await world.run();
    expect(rows()).toEqual(ids);
    expect(await audit("integration.paused")).toEqual([{ form: world.form }, { form: world.form }]);
    expect(await audit("integration.resumed")).toHaveLength(2);
  });
});

describe("a replay", () => {
  it("takes exactly one of from, since and responses, and says what is wrong with them", async () => {
    const { replay, world, audit } = await sheetsWorld();
    const other = await sheetsWorld();
    const [foreign] = await other.world.submit(person(1));
    const [own] = await world.submit(person(1));
    for (const body of [{}, { from: "now", since: "2026-11-23T20:00:00Z" }, { from: "beginning", responses: [own] }]) {
      expect((await replay(body)).body, JSON.stringify(body)).toMatchObject({
        status: 422,
        detail: expect.stringContaining("exactly one"),
      });
    }
    const pointers = async (body: unknown) =>
      ((await replay(body)).body.errors ?? []).map(({ pointer }: { pointer: string }) => pointer);
    expect(await pointers({ from: foreign })).toEqual(["/from"]);
    expect(await pointers({ from: "yesterday" })).toEqual(["/from"]);
    expect(await pointers({ since: "yesterday" })).toEqual(["/since"]);
    expect(await pointers({ responses: [] })).toEqual(["/responses"]);
    expect(await pointers({ responses: [own, foreign, "nobody"] })).toEqual(["/responses/1", "/responses/2"]);
    expect(await pointers({ responses: Array.from({ length: 1001 }, () => own) })).toEqual(["/responses"]);
    expect(await audit("integration.replayed"), "what was refused is not noted").toEqual([]);
  });

  onlyOnOneShard("tells the position of one cursor").it(
    "from the beginning, from a response or since a time moves the cursor back, and doubles nothing",
    async () => {
      const { world, replay, rows, view, audit, clock } = await sheetsWorld();
      const ids: string[] = [];
      const times: number[] = [];
      for (let n = 1; n <= 4; n += 1) {
        ids.push(...(await world.submit(person(n))));
        times.push(clock.now);
        clock.now += 60_000;
      }
      await world.run();
      const position = async () => (await view()).positions[0].position;
      expect((await view()).positions).toEqual([{ segment: expect.any(Number), position: 4, high: 4, head: 4 }]);
      const since = new Date((times[1] ?? 0) + 1).toISOString();
      const late = new Date(clock.now + 86_400_000).toISOString();
      for (const [body, to] of [
        [{ from: "beginning" }, 0],
        [{ from: ids[1] }, 1],
        [{ since }, 2],
        [{ since: late }, 4],
      ] as const) {
        for (const _ of [1, 2]) {
          const { status, body: shown } = await replay(body);
          expect([status, shown.positions[0].position, shown.positions[0].high], JSON.stringify(body)).toEqual([
            202,
            to,
            4,
          ]);
        }
        await world.run();
        expect(await position()).toBe(4);
        expect(rows()).toEqual(ids);
      }
      expect(await audit("integration.replayed")).toEqual(
        [{ from: "beginning" }, { from: ids[1] }, { since }, { since: late }].flatMap((one) => {
          const detail = { form: world.form, ...one };
          return [detail, detail];
        }),
      );
    },
  );

  it("since a time finds the first response of that time, those too that were stored later than they came", async () => {
    const { world } = await sheetsWorld();
    const ids = await world.submit(...people(1, 40));
    const start = Math.floor((parseResponseId(ids[0] ?? "")?.position ?? 0) / SEGMENT_SIZE) * SEGMENT_SIZE;
    // The even ones after 20 were spooled while D1 was down, 15 seconds earlier, and stored between later ones.
    const receivedAt = (n: number) => (n > 20 && n % 2 === 0 ? n - 15 : n) * 1000;
    const set = "UPDATE responses SET received_at = ? WHERE id = ?";
    await env.DB.batch(ids.map((_, i) => env.DB.prepare(set).bind(receivedAt(i + 1), start + i + 1)));
    const segment = start / SEGMENT_SIZE;
    for (let time = 0; time <= 41_000; time += 500) {
      const wanted = ids.findIndex((_, i) => receivedAt(i + 1) >= time);
      expect(await findSince(env.DB, segment, time), String(time)).toBe(wanted < 0 ? null : start + wanted + 1);
    }
    expect(await findSince(env.DB, segment + 1_000, 0), "an empty log").toBeNull();
  });
});

describe("a replay from now", () => {
  onlyOnOneShard("tells the position of one cursor").it(
    "gives the backlog up, says how much, and delivers what comes after; the rest can still be had",
    async () => {
      const { world, verb, replay, rows, list, view, audit } = await sheetsWorld();
      const first = await world.submit(person(1));
      await world.run();
      await verb("pause");
      const given = await world.submit(...people(2, 4));
      for (const skipped of [3, 0]) {
        expect(await replay({ from: "now" })).toMatchObject({
          status: 202,
          body: { skipped, underWay: 0, state: "paused", lag: { entries: 0 }, positions: [{ position: 4, head: 4 }] },
        });
      }
      const detail = { form: world.form, from: "now", underWay: 0 };
      expect(await audit("integration.replayed")).toEqual([
        { ...detail, skipped: 3 },
        { ...detail, skipped: 0 },
      ]);
      await verb("resume");
      const later = await world.submit(person(5));
      await world.run();
      expect(rows()).toEqual([...first, ...later]);
      const passed = { state: "skipped", reason: expect.stringContaining("passed over") };
      expect(await list()).toMatchObject([{ state: "delivered" }, passed, passed, passed, { state: "delivered" }]);

      // A replay that is itself given up leaves things as they were, but for what it came to.
      await replay({ from: given[0] });
      await replay({ from: "now" });
      expect(await list()).toMatchObject([{ state: "delivered" }, passed, passed, passed, { state: "delivered" }]);
      await replay({ from: given[1] });
      await world.run();
      expect(rows()).toEqual([...first, ...later, given[1], given[2]]);
      expect((await list()).map(({ state }: { state: string }) => state)).toEqual([
        "delivered",
        "skipped",
        "delivered",
        "delivered",
        "delivered",
      ]);
      expect(await view()).toMatchObject({ state: "active", lag: { entries: 0 }, parked: 0 });
    },
  );

  it("still passes on edits and erasures of what was delivered", async () => {
    const { world, verb, replay, view, key, spreadsheetId, sheets } = await sheetsWorld();
    const [id] = await world.submit(person(1));
    await world.run();
    await verb("pause");
    await call("DELETE", `/v1/forms/${world.form}/responses/${id}`, { key });
    await world.submit(person(2));
    expect((await replay({ from: "now" })).body).toMatchObject({ skipped: 1, lag: { entries: 1 } });
    await verb("resume");
    await world.run();
    expect(await view()).toMatchObject({ lag: { entries: 0 } });
    expect(sheets.readRows(spreadsheetId, "Responses")[1]?.slice(2).join("")).toBe("");
  });

  it.each(["before", "after"] as const)(
    "brings a page of rows that was in flight to its end, whose worker died %s the write",
    async (side) => {
      const { world, replay, rows, list, sheets } = await sheetsWorld('name != "person 3"');
      const first = await world.submit(person(1));
      await world.run();
      const flying = await world.submit(...people(2, 4));
      // A read of the sheet, then the write.
      await dieAt(world, { call: 2, side, fetch: sheets.fetch });
      expect((await world.cursor()).flight).not.toBeNull();
      await world.submit(...people(5, 6));
      const { body } = await replay({ from: "now" });
      expect(body).toMatchObject({ skipped: 3, underWay: 2 });
      const later = await world.submit(person(7));
      await world.run();
      const [one = "", , three = ""] = flying;
      expect(Object.keys(bySegment([one, three])), "a page is of one segment").toHaveLength(1);
      // What is due waits for no order: of several segments, whichever is asked first comes first.
      expect(bySegment(rows())).toEqual(bySegment([...first, one, three, ...later]));
      expect((await list()).map(({ state }: { state: string }) => state)).toEqual([
        "delivered",
        "delivered",
        "skipped",
        "delivered",
        "skipped",
        "skipped",
        "delivered",
      ]);
    },
  );

  it.each(["before", "after"] as const)(
    "brings texts that were being sent to their end, each sent once, whose worker died %s its second call",
    async (side) => {
      const { world, replay, texts, view, twilio } = await smsWorld();
      const ids = await world.submit(...people(1, 23));
      await dieAt(world, { call: 2, side, fetch: (request) => twilio.fetch(request) });
      // Twenty are a page; those after it were not begun.
      expect((await replay({ from: "now" })).body).toMatchObject({ skipped: 3, underWay: 20 });
      expect((await replay({ from: "now" })).body).toMatchObject({ skipped: 0, underWay: 0 });
      const later = await world.submit(person(30));
      await world.run();
      expect(texts()).toEqual([...ids.slice(0, 20), ...later].toSorted());
      expect(await view()).toMatchObject({ state: "active", parked: 0, lag: { entries: 0 } });
    },
  );

  it("takes the cursor from a worker that is in the middle of its page", async () => {
    const { world, replay, rows, sheets } = await sheetsWorld();
    const flying = await world.submit(...people(1, 2));
    let answer: unknown;
    await world.wakeOnce({
      fetch: async (request) => {
        if (request.url.endsWith(":batchUpdate") && answer === undefined) {
          await world.submit(person(3));
          answer = (await replay({ from: "now" })).body;
        }
        return sheets.fetch(request);
      },
    });
    expect(answer).toMatchObject({ skipped: 1, underWay: 2 });
    await world.run();
    expect(rows()).toEqual(flying);
  });
});

describe("a new integration", () => {
  onlyOnOneShard("tells the position of one cursor").it.each([
    ["beginning", 0, 2],
    ["now", 2, 0],
    [undefined, 2, 0],
  ] as const)("that starts at %s has its cursor there, and the audit log says so", async (start, position, entries) => {
    const key = await newWorkspace();
    const form = (await call("POST", "/v1/forms", { key, body: definition })).body.id;
    for (const n of [1, 2]) await submit(form, person(n));
    const body = { kind: "google-sheets", config: { spreadsheetId: "control-back-fill" }, ...(start && { start }) };
    const made = await call("POST", `/v1/forms/${form}/integrations`, { key, body });
    expect(made.body).toMatchObject({ lag: { entries }, positions: [{ position, head: 2 }] });
    const { items } = (await call("GET", `/v1/audit?object=${made.body.id}`, { key })).body;
    const detail = { form, kind: "google-sheets", start: start ?? "now" };
    expect(items).toMatchObject([{ action: "integration.created", detail }]);
    const list = await call("GET", `/v1/forms/${form}/integrations/${made.body.id}/deliveries`, { key });
    const state = start === "beginning" ? "pending" : "skipped";
    expect(list.body.items).toMatchObject([{ state }, { state }]);
  });
});

describe("the view of an integration", () => {
  it("says what is left of the budget of its credential, once that is known", async () => {
    const { world, view, clock } = await smsWorld();
    expect((await view()).budget).toBeNull();
    await world.submit(...people(1, 3));
    clock.now += 3_000;
    await world.wakeOnce();
    expect((await world.view()).budget).toEqual({ left: 47, capacity: 50, perMinute: 3000 });
    clock.now += 20;
    expect((await world.view()).budget?.left).toBe(48);
    clock.now += 60_000;
    expect((await world.view()).budget?.left).toBe(50);
  });
});

it("the integrations and deliveries of another workspace do not exist", async () => {
  const { world, at, parked, view } = await smsWorld();
  const [id] = await world.submit({ phone: "12345" });
  await world.run();
  const [{ id: delivery }] = await parked();
  const key = await newWorkspace();
  for (const [path, body] of [
    [`${at}/pause`],
    [`${at}/resume`],
    [`${at}/replay`, { from: "beginning" }],
    [`${at}/replay`, { from: "now" }],
    [`${at}/replay`, { responses: [id] }],
    [`${at}/retry`],
    [`/v1/deliveries/${delivery}/retry`],
    [`/v1/deliveries/${delivery}/skip`, { reason: "r" }],
  ] as const) {
    expect((await call("POST", path, { key, ...(body && { body }) })).status, path).toBe(404);
  }
  const { positions, ...rest } = await view();
  expect([rest, positions[0]]).toMatchObject([{ state: "active", parked: 1 }, { position: 1 }]);
  expect((await call("GET", "/v1/audit", { key })).body.items).toHaveLength(2);
});
