import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { createTwilioEmulator, type TwilioEmulator } from "../../src/integrations/twilio-sms/emulator";
import { twilioSms } from "../../src/integrations/twilio-sms/index";
import { listParked, retryDelivery } from "../../src/services/deliveries";
import { updateIntegration } from "../../src/services/integrations";
import { addSuppressed } from "../../src/store/suppressions";
import { onlyOnOneShard } from "../support/shards";
import { type Clock, createWorld } from "../support/world";

const ACCOUNT = `AC${"7".repeat(32)}`;
const TOKEN = "engine-auth-token-0123456789";
const phone = (n: number) => `+9198765439${String(n).padStart(2, "0")}`;
const DAY = 86_400_000;
/** A noon in UTC after now; each test has one after the others', because they share the budget of the account. */
let noon = Math.ceil(Date.now() / DAY) * DAY + DAY / 2;
let clock: Clock;
let twilio: TwilioEmulator;

beforeEach(() => {
  noon += 3 * DAY;
  clock = { now: noon };
  twilio = createTwilioEmulator({ now: () => clock.now, accountSid: ACCOUNT, authToken: TOKEN });
});

const newWorld = (config: Record<string, unknown> = {}) =>
  createWorld({
    kind: twilioSms,
    config: { to: "phone", body: "Thanks {{response_id}}", ...config },
    definition: { title: "Limits", questions: [{ ref: "phone", type: "phone_number", title: "Phone" }] },
    fetch: (request) => twilio.fetch(request),
    settings: {
      TWILIO_API_URL: "https://twilio.test",
      TWILIO_ACCOUNT_SID: ACCOUNT,
      TWILIO_AUTH_TOKEN: TOKEN,
      TWILIO_FROM: "+15005550006",
    },
    clock,
  });
const people = (count: number) => Array.from({ length: count }, (_, i) => ({ phone: phone(i) }));
const texts = () => twilio.messages.map(({ body }) => body).toSorted();
const thanks = (ids: readonly string[]) => ids.map((id) => `Thanks ${id}`).toSorted();

const LUNCH = { quietHours: { from: "11:00", to: "13:00", timeZone: "UTC" } };

it("in quiet hours texts wait without an attempt, the page goes on, and all of them follow when the hours end", async () => {
  const world = await newWorld(LUNCH);
  const ids = await world.submit(...people(45));
  await world.wakeOnce();
  expect(twilio.stats).toEqual({});
  expect(await world.view()).toMatchObject({ state: "active", parked: 0, lag: { entries: 0 } });
  const { integration } = await world.wakeUp();
  const rows = await env.DB.prepare(
    "SELECT state, attempts, next_at AS at, count(*) AS n FROM deliveries WHERE integration = ? GROUP BY 1, 2, 3",
  )
    .bind(integration)
    .all();
  expect(rows.results).toEqual([{ state: "retrying", attempts: 0, at: noon + 3_600_000, n: 45 }]);
  clock.now += 3_600_000;
  // No minute passes from one page to the next: the worker wakes itself as long as there is more.
  const rung: unknown[] = [true];
  const wake = async (wakeUps: readonly unknown[]) => void rung.push(...wakeUps);
  for (let i = 0; rung.pop() !== undefined; i += 1) {
    expect(i).toBeLessThan(5);
    await world.wakeOnce({ wake });
  }
  expect(texts()).toEqual(thanks(ids));
});

it("a STOP during the quiet hours is heeded when they end", async () => {
  const world = await newWorld(LUNCH);
  // A number of its own: the list is the account's, which the tests share.
  const [kept] = await world.submit({ phone: phone(0) }, { phone: phone(99) });
  await world.wakeOnce();
  await addSuppressed(env.DB, `twilio-sms:${ACCOUNT}`, phone(99), clock.now);
  await world.run();
  expect(texts()).toEqual(thanks([String(kept)]));
  expect((await world.view()).parked).toBe(1);
});

it("a retry by hand asks Twilio although the number is on the list, in quiet hours too", async () => {
  const world = await newWorld();
  await addSuppressed(env.DB, `twilio-sms:${ACCOUNT}`, phone(98), clock.now);
  const ids = await world.submit({ phone: phone(98) });
  await world.run();
  expect(twilio.messages).toHaveLength(0);
  const { items } = await listParked(world.ctx, world.workspace, { ...world.named, limit: 10 });
  await updateIntegration(world.ctx, world.workspace, { ...world.named, config: LUNCH });
  await retryDelivery(world.ctx, world.workspace, String(items[0]?.id));
  await world.wakeOnce();
  expect(twilio.messages).toHaveLength(0);
  await world.run();
  expect(texts()).toEqual(thanks(ids));
});

it("quiet hours never use up a delivery's attempts", async () => {
  const world = await newWorld(LUNCH);
  const ids = await world.submit(...people(1));
  await world.wakeOnce();
  // As if it had been tried, in vain, as often as the policy allows, when the quiet hours began.
  const due = "UPDATE deliveries SET next_at = ?, attempts = ? WHERE next_at IS NOT NULL";
  await env.DB.prepare(due).bind(clock.now, twilioSms.manifest.policy.attemptsMax).run();
  await world.wakeOnce();
  expect((await world.view()).parked).toBe(0);
  await world.run();
  expect(texts()).toEqual(thanks(ids));
});

it("a daily cap parks what is over it, and a retry on the next day sends it", async () => {
  const world = await newWorld({ dailyCapPerNumber: 2 });
  const ids = await world.submit(...Array.from({ length: 3 }, () => ({ phone: phone(0) })));
  await world.run();
  expect(twilio.messages).toHaveLength(2);
  const { items } = await listParked(world.ctx, world.workspace, { ...world.named, limit: 10 });
  expect(items).toMatchObject([{ reason: expect.stringContaining("daily limit") }]);
  const retry = () => retryDelivery(world.ctx, world.workspace, String(items[0]?.id));
  await retry();
  await world.run();
  expect(twilio.messages).toHaveLength(2);
  clock.now += DAY;
  await retry();
  await world.run();
  expect(texts()).toEqual(thanks(ids));
});

it("a delivery that is reconciled and tried again counts once towards its caps", async () => {
  const world = await newWorld({ dailyCapPerNumber: 2 });
  const first = await world.submit({ phone: phone(0) });
  twilio.faults.push({ match: "create", mode: "error_before", status: 500, times: 2 });
  await world.run();
  expect(texts()).toEqual(thanks(first));
  expect(twilio.stats.create).toBe(3);
  const more = await world.submit({ phone: phone(0) }, { phone: phone(0) });
  await world.run();
  expect(texts()).toEqual(thanks([...first, String(more[0])]));
});

it("the text is fixed at the first attempt: a later change of the template does not touch it", async () => {
  const world = await newWorld();
  const ids = await world.submit({ phone: phone(0) });
  twilio.faults.push({ match: "create", mode: "error_before", status: 500, times: 1 });
  await world.wakeOnce();
  await updateIntegration(world.ctx, world.workspace, { ...world.named, config: { body: "Other {{response_id}}" } });
  await world.run();
  expect(texts()).toEqual(thanks(ids));
});

onlyOnOneShard("pages are of one segment").it(
  "a backlog goes out at the pace of the account, in whole pages",
  async () => {
    const world = await newWorld();
    const started = clock.now;
    const ids = await world.submit(...people(90));
    const sizes: number[] = [];
    const deliver: typeof twilioSms.deliver = (page, deps) => {
      sizes.push(page.entries.length);
      return twilioSms.deliver(page, deps);
    };
    await world.wakeOnce({ kind: { ...twilioSms, deliver } });
    expect(texts()).toEqual(thanks(ids));
    expect(sizes).toEqual([20, 20, 20, 20, 10]);
    // Fifty at once, and fifty a second.
    expect(clock.now - started).toBe(800);
  },
);

onlyOnOneShard("pages are of one segment").it(
  "a text goes out at once, and those of the next half second share a page",
  async () => {
    const world = await newWorld();
    const started = clock.now;
    const sizes: number[] = [];
    const deliver: typeof twilioSms.deliver = async (page, deps) => {
      sizes.push(page.entries.length);
      // What comes while the first one is under way.
      if (sizes.length === 1) await world.submit(...people(3));
      return twilioSms.deliver(page, deps);
    };
    await world.submit(...people(1));
    await world.wakeOnce({ kind: { ...twilioSms, deliver } });
    expect(texts()).toHaveLength(4);
    expect([sizes, clock.now - started]).toEqual([[1, 3], 500]);
    // And so does what comes next: its wake-up is sent for then.
    expect((await world.cursor()).nextAt - clock.now).toBe(500);
  },
);
