import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { passOnNotices } from "../../src/dispatch/notices";
import { listAttempts, listParked, retryDelivery } from "../../src/services/deliveries";
import { editResponse } from "../../src/services/edit";
import { eraseResponse } from "../../src/services/responses";
import { failingD1 } from "../support/failing-d1";
import { createSiblings, MINUTE, type Siblings } from "../support/siblings";

let siblings: Siblings;
beforeEach(async () => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  siblings = await createSiblings();
});

describe("a notice", () => {
  it("is there with the cursor that it is about, or not at all", async () => {
    const { world, at, segment, rows } = siblings;
    at("first").faults.push({ mode: "gone" });
    await world.submit({ name: "Asha" });
    const fetch = async (request: Request) => {
      // Another holder takes the cursor while the call is under way.
      await env.DB.prepare("UPDATE cursors SET epoch = epoch + 1 WHERE segment = ?").bind(segment).run();
      return siblings.fetch(request);
    };
    await world.wakeOnce({ fetch });
    const counted = env.DB.prepare("SELECT notices FROM segments WHERE no = ?").bind(segment);
    expect([await rows("notices"), await counted.first(), (await world.cursor()).blocked]).toEqual([
      [],
      { notices: 0 },
      null,
    ]);
  });

  it.each(["lost", "unreachable"] as const)(
    "is passed on by the next sweep when one dies at any of its calls (%s), once to each and once to the log",
    async (fault) => {
      const { world, clock, add, stop, turns, typesAt, audit, rows } = siblings;
      await add("other");
      await stop();
      const open = (await rows("notices")).length;
      let deaths = 0;
      for (let calls = 0; calls < 10; calls += 1) {
        const dying = failingD1(env.DB);
        Object.defineProperty(dying, "fault", { get: () => (dying.calls >= calls ? fault : null) });
        const shard = { no: 0, db: dying.db };
        const broken = { control: dying.db, all: [shard], get: () => shard };
        await passOnNotices(broken, shard, { wants: world.ctx.wantsNotice, now: clock.now }).catch(() => {
          deaths += 1;
        });
      }
      expect([open, deaths > 2]).toEqual([1, true]);
      await turns(2);
      expect(typesAt("other")).toEqual(["integration.blocked"]);
      expect(await audit()).toHaveLength(1);
      expect(await rows("notices")).toEqual([]);
    },
  );

  it("that fails is tried again with its id and body, parked after ten attempts, and sent when a person says so", async () => {
    const { world, add, at, stop, turn, turns, rows } = siblings;
    const { ctx, workspace, named } = world;
    const other = await add("other");
    at("other").faults.push({ mode: "error_before", status: 422, containing: "integration.blocked" });
    await stop();
    for (let tries = 0; tries < 10; tries += 1) {
      const [row] = await rows("deliveries");
      await turn(Math.max(MINUTE, Number(row?.next_at ?? 0) - siblings.clock.now));
    }
    const { items } = await listParked(ctx, workspace, { ...other, limit: 5 });
    const [one] = items;
    expect(one).toMatchObject({
      response: null,
      notice: { event: "blocked", integration: named.integration },
      attempts: 10,
      reason: "Given up after 10 attempts: The receiver refuses this event (HTTP 422).",
    });
    at("other").faults.splice(0);
    const id = one?.id ?? "";
    expect(await retryDelivery(ctx, workspace, id)).toMatchObject({ id, response: null, state: "retrying" });
    await turns(2);
    expect(at("other").received).toMatchObject([{ id }]);
    expect((await listAttempts(ctx, workspace, id)).map(({ status }) => status)).toEqual([200, ...Array(9).fill(422)]);
  });

  it("keeps what was answered to it when a response is erased whose change has the same number", async () => {
    const { world, add, stop, turn, turns, rows } = siblings;
    const [response = ""] = await world.submit({ name: "Asha" });
    await turn();
    await eraseResponse(world.ctx, world.workspace, { form: world.form, response });
    await add("other");
    await stop();
    await turns(2);
    const all = await rows("attempts");
    expect(all.filter(({ feed }) => feed === 2)).toMatchObject([{ answer: '{"ok":true}' }]);
  });

  it("is forgotten by and by: of a segment's newest hundred what was delivered stays, and what waits for a person", async () => {
    const { add, at, db, segment, no, turns, rows } = siblings;
    await add("other");
    at("other").faults.push({ mode: "error_before", status: 413, times: 1 });
    const happen = async (after?: number) => {
      await db.batch([
        db
          .prepare("UPDATE segments SET notices = coalesce(?2, notices) + 1 WHERE no = ?1")
          .bind(segment, after ?? null),
        db
          .prepare(
            `INSERT INTO notices (id, integration, event, reason, since, created_at)
           SELECT ?1 * 8589934592 + notices, ?2, 'blocked', 'It is gone.', 1, 1 FROM segments WHERE no = ?1`,
          )
          .bind(segment, no),
      ]);
      await turns(2);
    };
    const left = async (table: "deliveries" | "attempts") =>
      (await rows(table)).map(({ position }) => Number(position) - segment * 2 ** 33);
    for (let i = 0; i < 3; i += 1) await happen();
    await happen(100);
    expect(await left("deliveries")).toEqual([1, 2, 3, 101]);
    await happen();
    expect([await left("deliveries"), await left("attempts")]).toEqual([
      [1, 3, 101, 102],
      [1, 3, 101, 102],
    ]);
    expect((await rows("deliveries"))[0]).toMatchObject({ state: "parked" });
    expect(await rows("notices")).toEqual([]);
  });
});

it("the parked delivery of a change names the response that was changed", async () => {
  const { world, at, turn } = siblings;
  const [first = "", second = ""] = await world.submit({ name: "Asha" }, { name: "Ravi" });
  await turn();
  at("first").faults.push({ mode: "error_before", status: 413 });
  const { ctx, workspace, form, named } = world;
  await editResponse(ctx, workspace, { form, response: second, precondition: [1], answers: { name: "Ravi B" } });
  await turn();
  const { items } = await listParked(ctx, workspace, { ...named, limit: 5 });
  expect(items.map(({ response }) => response)).toEqual([second]);
  expect(first).not.toBe(second);
});
