import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Integration, Outcome, PageResult, Unchecked } from "../../src/core/integration";
import { LEASE_MS } from "../../src/dispatch/engine";
import { twilioSms } from "../../src/integrations/twilio-sms/index";
import { listDeliveries } from "../../src/services/deliveries";
import { listReconciliations, reconcileIntegration } from "../../src/services/reconciliations";
import { listResponseDeliveries } from "../../src/services/response-deliveries";
import { eraseResponse } from "../../src/services/responses";
import { writeStatement } from "../../src/store/deliveries";
import { dieAt } from "../support/die";
import { countRows } from "../support/meter";
import { onlyOnOneShard } from "../support/shards";
import { ACCOUNT, createSmsWorld, type SmsWorld, TOKEN } from "../support/sms";

const PHONE = "+919876543277";
const [MINUTE, HOUR] = [60_000, 3_600_000];
const kind = twilioSms as Integration;
let sms: SmsWorld;

beforeEach(async () => {
  sms = await createSmsWorld();
});

/** One text that Twilio has taken; its callbacks never come. */
async function sendOne(): Promise<string> {
  const [id] = await sms.world.submit({ phone: PHONE });
  await sms.world.run();
  return String(id);
}

/** Lets time pass, and what is due be done. */
async function pass(ms: number, change?: Parameters<SmsWorld["world"]["run"]>[0]): Promise<void> {
  sms.clock.now += ms;
  await sms.world.run(change);
}
const row = async () => (await sms.rows()).at(-1);

describe("the status of a text that Twilio has taken", () => {
  it("is read when no report came, and is final then", async () => {
    await sendOne();
    await sms.live();
    await pass(14 * MINUTE);
    expect(sms.twilio.stats.fetch).toBeUndefined();
    await pass(MINUTE);
    expect(await row()).toMatchObject({ state: "delivered", status: "delivered", next_at: null });
    await pass(24 * HOUR);
    expect(sms.twilio.stats).toMatchObject({ create: 1, fetch: 1 });
  });

  it("parks the delivery when it was not delivered, with the reason", async () => {
    sms.twilio.undeliverable.set(PHONE, 30006);
    await sendOne();
    await sms.live();
    await pass(15 * MINUTE);
    const reason = expect.stringContaining("landline");
    expect(await row()).toMatchObject({ state: "parked", status: "undelivered", reference: sms.sid(), reason });
    expect(await sms.world.view()).toMatchObject({ state: "active", parked: 1 });
  });

  it("is read 15 minutes, 1, 4 and 12 hours after the last time, and then never", async () => {
    await sendOne();
    await sms.live(2);
    for (const [at, pause] of [15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR].entries()) {
      await pass(pause - 10_000);
      expect(sms.twilio.stats.fetch ?? 0).toBe(at);
      await pass(10_000);
      expect(sms.twilio.stats.fetch).toBe(at + 1);
      expect(await row()).toMatchObject({ state: "delivered", status: "sent", looks: at + 1 });
    }
    expect(await row()).toMatchObject({ next_at: null });
  });

  it("is not read any more after a final report, and is after another one", async () => {
    await sendOne();
    const [sending, sent, delivered] = await sms.live();
    if (!sending || !sent || !delivered) throw new Error("callbacks are missing");
    await sms.report([sent]);
    expect(await row()).toMatchObject({ status: "queued", next_at: null });
    await sms.report([delivered]);
    expect(await row()).toMatchObject({ status: "delivered", next_at: null });
    await pass(24 * HOUR);
    expect(sms.twilio.stats.fetch).toBeUndefined();
  });

  it("that was read is moved on by a later report, and not back by an earlier one", async () => {
    await sendOne();
    const [sending, sent] = await sms.live(2);
    await pass(15 * MINUTE);
    expect(await row()).toMatchObject({ status: "sent", looks: 1 });
    await sms.report([sending, sent].filter((one) => one !== undefined));
    expect(await row()).toMatchObject({ status: "sent", next_at: expect.any(Number) });
    await sms.report(await sms.live(1));
    expect(await row()).toMatchObject({ state: "delivered", status: "delivered", next_at: null });
  });

  it.each([
    ["sent", 1, { status: "sending", next_at: expect.any(Number), looks: 1 }],
    ["delivered", 2, { status: "delivered", next_at: null, looks: 0 }],
  ])("that is older than a report which came meanwhile (%s) changes nothing", async (_, steps, expected) => {
    await sendOne();
    await sms.live(1);
    await pass(15 * MINUTE, {
      fetch: async (request) => {
        const answer = await sms.twilio.fetch(request);
        await sms.report(await sms.live(steps));
        return answer;
      },
    });
    expect(await row()).toMatchObject({ state: "delivered", ...expected });
  });

  it("is begun to be read by a report that comes before the create's answer", async () => {
    await sms.world.submit({ phone: PHONE });
    await sms.world.wakeOnce({
      fetch: async (request) => {
        const answer = await sms.twilio.fetch(request);
        await sms.report(await sms.live(1));
        return answer;
      },
    });
    expect(await row()).toMatchObject({ state: "delivered", status: "sending" });
    await sms.live();
    await pass(15 * MINUTE);
    expect(await row()).toMatchObject({ status: "delivered", next_at: null });
    expect(sms.twilio.stats).toMatchObject({ create: 1, fetch: 1 });
  });

  it("is read for a text that was in doubt and found, from the first pause on", async () => {
    sms.twilio.faults.push(
      { match: "create", mode: "drop_after", times: 1 },
      { match: "list", mode: "list_lag", times: 1 },
    );
    await sendOne();
    expect(await row()).toMatchObject({ state: "delivered", status: "queued", looks: 0 });
    await sms.live();
    await pass(15 * MINUTE);
    expect(await row()).toMatchObject({ status: "delivered", next_at: null });
  });

  it("is read after the response was erased, whose text is gone", async () => {
    const response = await sendOne();
    await eraseResponse(sms.world.ctx, sms.world.workspace, { form: sms.world.form, response, precondition: [1] });
    await sms.live();
    await pass(15 * MINUTE);
    expect(await row()).toMatchObject({ state: "delivered", status: "delivered", content: null });
    expect(sms.twilio.messages).toHaveLength(1);
  });

  it("says so when Twilio does not have the message any more: nothing is parked", async () => {
    await sendOne();
    await sms.live();
    const path = `/2010-04-01/Accounts/${ACCOUNT}/Messages/${sms.sid()}.json`;
    const authorization = `Basic ${btoa(`${ACCOUNT}:${TOKEN}`)}`;
    await sms.twilio.fetch(new Request(`https://twilio.test${path}`, { method: "DELETE", headers: { authorization } }));
    await pass(15 * MINUTE);
    expect(await row()).toMatchObject({ state: "delivered", status: "not_found", reason: null, next_at: null });
    expect((await sms.world.view()).parked).toBe(0);
  });

  it("is shown without a next attempt: there will be none", async () => {
    await sendOne();
    const { items } = await listDeliveries(sms.world.ctx, sms.world.workspace, { ...sms.world.named, limit: 10 });
    expect(items).toMatchObject([{ state: "delivered", status: "queued" }]);
    expect(items[0]).not.toHaveProperty("nextAttemptAt");
  });

  it("is read for all of many texts", async () => {
    await sms.world.submit(...Array.from({ length: 45 }, (_, n) => ({ phone: `+9198765432${10 + n}` })));
    await sms.world.run();
    await sms.live();
    await pass(15 * MINUTE);
    expect(new Set((await sms.rows()).map(({ status, next_at }) => `${status} ${next_at}`))).toEqual(
      new Set(["delivered null"]),
    );
    expect(sms.twilio.stats).toEqual({ create: 45, list: 1, callback: 135 });
  });
});

describe("a check", () => {
  onlyOnOneShard("its cursor is turned by hand").it(
    "waits until new responses are delivered, and an outage at it stops nothing",
    async () => {
      await sendOne();
      sms.clock.now += 15 * MINUTE;
      sms.twilio.faults.push({ match: "fetch", mode: "outage" });
      const order: string[] = [];
      const [second] = await sms.world.submit({ phone: PHONE });
      await sms.world.run({
        fetch: (request) => {
          order.push(request.method);
          return sms.twilio.fetch(request);
        },
      });
      expect(order).toEqual(["POST", "GET"]);
      expect(sms.twilio.messages.at(-1)?.body).toContain(second);
      expect(await sms.world.view()).toMatchObject({ state: "active", lastError: null, parked: 0 });
      expect((await sms.rows())[0]).toMatchObject({ state: "delivered", status: "queued", looks: 0 });
      sms.twilio.faults.splice(0);
      await sms.live();
      await pass(HOUR);
      expect((await sms.rows())[0]).toMatchObject({ status: "delivered", next_at: null });
    },
  );

  it.each(["rate_limit", "refuse_credentials", "non_json"] as const)(
    "that can't be made (%s) is made an hour later, as long as it takes",
    async (mode) => {
      await sendOne();
      sms.twilio.faults.push({ match: "fetch", mode });
      await pass(15 * MINUTE);
      for (let hour = 0; hour < 30; hour += 1) await pass(HOUR);
      expect(sms.twilio.stats.fetch).toBe(31);
      expect(await row()).toMatchObject({ state: "delivered", status: "queued", looks: 0, next_at: null });
      expect((await sms.world.view()).state).toBe("active");
      sms.twilio.faults.splice(0);
      await sms.live();
      await pass(HOUR);
      expect(await row()).toMatchObject({ status: "delivered" });
    },
  );

  it("of a text with a time of its own that can't be made is made an hour later, for a day", async () => {
    await sendOne();
    await sms.live(2);
    await pass(15 * MINUTE);
    sms.twilio.faults.push({ match: "fetch", mode: "outage" });
    for (let hour = 0; hour < 30; hour += 1) await pass(HOUR);
    expect(sms.twilio.stats.fetch).toBe(24);
    expect(await row()).toMatchObject({ state: "delivered", status: "sent", next_at: null });
  });

  it("never takes what it was told nothing of for delivered, nor what comes after it", async () => {
    await sms.world.submit(...Array.from({ length: 3 }, (_, n) => ({ phone: `+9198765432${10 + n}` })));
    await sms.world.run();
    await sms.live();
    const half: Integration = {
      ...kind,
      check: async (deliveries, deps) => {
        const all = await kind.check?.(deliveries, deps);
        return { outcomes: new Map([...(all?.outcomes ?? [])].filter((_, i) => i !== 1)) };
      },
    };
    await pass(15 * MINUTE, { kind: half });
    expect((await sms.rows()).map(({ status }) => status)).toEqual(["delivered", "queued", "queued"]);
    await pass(HOUR);
    expect((await sms.rows()).map(({ status }) => status)).toEqual(["delivered", "delivered", "delivered"]);
  });

  it("leaves young texts for the next one", async () => {
    await sendOne();
    sms.clock.now += 10 * MINUTE;
    await sendOne();
    await sms.live();
    await pass(5 * MINUTE);
    expect((await sms.rows()).map(({ status }) => status)).toEqual(["delivered", "queued"]);
    await pass(9 * MINUTE);
    expect(sms.twilio.stats.fetch).toBe(1);
    await pass(MINUTE);
    expect((await sms.rows()).map(({ status }) => status)).toEqual(["delivered", "delivered"]);
  });

  onlyOnOneShard("counts the rows of one segment").it(
    "writes no row of a text that was delivered, and one of its cursor for all of them",
    async () => {
      await sms.world.submit(...Array.from({ length: 30 }, (_, n) => ({ phone: `+9198765432${10 + n}` })));
      await sms.world.run();
      await sms.live();
      sms.clock.now += 15 * MINUTE;
      const meter = countRows();
      await sms.world.wakeOnce();
      // The claim, the check, the release.
      expect(meter.stop().written).toBe(3);
      expect(new Set((await sms.rows()).map(({ status }) => status))).toEqual(new Set(["delivered"]));
    },
  );

  it("says in the list and of the response what was heard, and nothing is news to the nightly comparison", async () => {
    const response = await sendOne();
    await sms.live();
    await pass(15 * MINUTE);
    const { ctx, workspace, named, form } = sms.world;
    const { items } = await listDeliveries(ctx, workspace, { ...named, limit: 10 });
    expect(items).toMatchObject([{ state: "delivered", status: "delivered" }]);
    expect(await listResponseDeliveries(ctx, workspace, { form, response })).toMatchObject([{ status: "delivered" }]);
    await reconcileIntegration(ctx, workspace, named);
    await sms.world.run();
    const [found] = await listReconciliations(ctx, workspace, { ...named, limit: 1 });
    expect(found).toMatchObject({ checked: 1, changed: 0, missing: 0, error: null });
  });

  const answers: Record<string, (all: readonly Unchecked[]) => Promise<PageResult>> = {
    retry: async (all) => each(all, { type: "retry", reason: "never taken" }),
    unknown: async (all) => each(all, { type: "unknown", reason: "who knows", afterSeconds: 0 }),
    skipped: async (all) => each(all, { type: "skipped", reason: "left out" }),
    blocked: async (all) => each(all, { type: "blocked", reason: "no" }),
    nothing: async () => ({ outcomes: new Map() }),
    halt: async () => ({ outcomes: new Map(), halt: { type: "retry", reason: "later", afterSeconds: 0 } }),
    throw: async () => Promise.reject(new TypeError("a bug")),
  };
  const each = (all: readonly Unchecked[], outcome: Outcome): PageResult => ({
    outcomes: new Map(all.map(({ position }) => [position, outcome])),
  });

  it.each(Object.keys(answers))("never leads to a second text, whatever the kind answers (%s)", async (name) => {
    await sendOne();
    let asked = 0;
    const broken: Integration = {
      ...kind,
      async check(deliveries) {
        asked += 1;
        return (await answers[name]?.(deliveries)) ?? { outcomes: new Map() };
      },
    };
    for (let hour = 0; hour < 5; hour += 1) await pass(HOUR, { kind: broken });
    expect(asked).toBe(5);
    expect(sms.twilio.messages).toHaveLength(1);
    expect(await row()).toMatchObject({ state: "delivered", status: "queued" });
    expect(await sms.world.view()).toMatchObject({ state: "active", parked: 0, lag: { entries: 0 } });
  });

  it("never leads to a second text when its worker dies at any of its calls", { timeout: 60_000 }, async () => {
    let [deaths, ended] = [0, false];
    for (let at = 1; !ended; at += 1) {
      for (const side of ["before", "after"] as const) {
        // A form of its own for each: one for all would have ever more segments where forms span databases.
        sms = await createSmsWorld();
        await sendOne();
        deaths += 1;
        await sms.live();
        sms.clock.now += 15 * MINUTE;
        ended = (await dieAt(sms.world, { at, side, fetch: sms.twilio.fetch })) === "ended";
        sms.clock.now += LEASE_MS + 1;
        await sms.world.run();
        expect(sms.twilio.messages).toHaveLength(1);
        expect(await row()).toMatchObject({ state: "delivered", status: "delivered", next_at: null });
      }
      expect(at).toBeLessThan(30);
    }
    expect(deaths).toBeGreaterThan(10);
  });

  onlyOnOneShard("its cursor is turned by hand").it(
    "costs a text an index row only where it has a time of its own",
    async () => {
      await sendOne();
      const cursor = await sms.world.cursor();
      const nothing = { looks: 0, reference: null, status: null, reason: null, content: null, rank: 0, triedAt: 0 };
      const text = { ...nothing, feed: 0 as const, position: cursor.position + 1, attempts: 1 };
      const costOf = async (state: "sending" | "delivered", nextAt: number | null) =>
        (await writeStatement(env.DB, cursor, [{ ...text, state, nextAt }]).run()).meta.rows_written;
      expect(await costOf("delivered", null)).toBe(1);
      expect(await costOf("delivered", sms.clock.now)).toBe(2);
      expect(await costOf("delivered", null)).toBe(1);
    },
  );
});
