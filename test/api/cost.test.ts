/** The counts that the cost table of docs/operating.md is made of (bench/cost.ts), read from D1's own. */
import { beforeEach, expect, vi } from "vitest";
import { type CostedKind, KINDS, SUBMISSION } from "../../bench/cost-kinds";
import type { Integration } from "../../src/core/integration";
import { createSheetsEmulator } from "../../src/integrations/google-sheets/emulator";
import { googleSheets } from "../../src/integrations/google-sheets/index";
import { account, EMAIL, privateKey, SHEET_ID } from "../../src/integrations/google-sheets/testing";
import { createReceiver } from "../../src/integrations/webhook/emulator";
import { webhook } from "../../src/integrations/webhook/index";
import { countRows } from "../support/meter";
import { onlyOnOneShard } from "../support/shards";
import { createSmsWorld } from "../support/sms";
import { createWorld } from "../support/world";

beforeEach(() => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
});

const NAMED = { title: "Cost", questions: [{ ref: "name", type: "short_text" as const, title: "Name" }] };
const people = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `Person ${i}` }));

async function written(work: () => Promise<unknown>): Promise<number> {
  const meter = countRows();
  await work();
  return meter.stop().written;
}

/** Rows of a wake-up without its bell, and of what it delivers. */
function expected(kind: CostedKind, responses: number): number {
  const { wakeUpRows, pageRows, page, response } = KINDS[kind];
  const each = "rowsWritten" in response ? response.rowsWritten : 0;
  return wakeUpRows - 1 + Math.ceil(responses / page) * pageRows + responses * each;
}

onlyOnOneShard("a form that goes on elsewhere after each response costs more").it(
  "a response is a row, and the bell of an integration one more",
  async () => {
    const clock = { now: Date.now() };
    const fetch = async () => new Response();
    const config = { url: "https://receiver.formlog-tests.io/hook" };
    const world = await createWorld({
      kind: webhook as Integration,
      config,
      definition: NAMED,
      fetch,
      settings: {},
      clock,
    });
    const first = await written(() => world.submit(...people(1)));
    const next = await written(() => world.submit(...people(10)));
    expect(next).toBe(10 * SUBMISSION.rowsWritten);
    expect(first).toBe(SUBMISSION.rowsWritten + 1);
  },
);

onlyOnOneShard("a form that goes on elsewhere after each response costs more").it(
  "a page of a sheet, whatever its size",
  async () => {
    const clock = { now: Date.now() };
    const emulator = createSheetsEmulator({ now: () => clock.now, accounts: [account] });
    emulator.createSpreadsheet({ id: SHEET_ID, title: "Survey", sharedWith: [EMAIL] });
    const world = await createWorld({
      kind: googleSheets as Integration,
      config: { spreadsheetId: SHEET_ID },
      definition: NAMED,
      fetch: (request) => emulator.fetch(request),
      clock,
      settings: {
        GOOGLE_SHEETS_URL: "https://sheets.test",
        GOOGLE_TOKEN_URL: "https://sheets.test/token",
        GOOGLE_SERVICE_ACCOUNT: JSON.stringify({ client_email: EMAIL, private_key: privateKey }),
      },
    });
    await world.submit(...people(1));
    await world.run();
    for (const size of [1, 300]) {
      await world.submit(...people(size));
      clock.now += 5_000;
      expect(await written(() => world.wakeOnce())).toBe(expected("google-sheets", size));
    }
  },
);

onlyOnOneShard("a form that goes on elsewhere after each response costs more").it(
  "webhooks: what was answered is noted, and pruned a thousand responses later",
  async () => {
    const clock = { now: Date.now() };
    const receiver = createReceiver({ now: () => clock.now });
    const world = await createWorld({
      kind: webhook as Integration,
      config: { url: "https://receiver.formlog-tests.io/hook" },
      definition: NAMED,
      fetch: (request) => receiver.fetch(request),
      settings: {},
      clock,
    });
    for (const size of [500, 500]) await world.submit(...people(size));
    clock.now += 5_000;
    await world.wakeOnce();
    await world.submit(...people(50));
    clock.now += 5_000;
    expect(await written(() => world.wakeOnce())).toBe(expected("webhook", 50));
  },
);

onlyOnOneShard("a form that goes on elsewhere after each response costs more").it(
  "texts: one row for the mark of a page, one for each text, and none for its status",
  async () => {
    const { world, clock, twilio } = await createSmsWorld({ callbacks: "off" });
    const submit = (first: number, count: number) =>
      world.submit(...Array.from({ length: count }, (_, i) => ({ phone: `+9198765${first + i}` })));
    // The first one notes which budget the integration uses.
    await submit(10_000, 1);
    await world.wakeOnce();
    await submit(20_000, 20);
    clock.now += 5_000;
    expect(await written(() => world.wakeOnce())).toBe(expected("twilio-sms", 20));
    for (let step = 0; step < 4; step += 1) await twilio.advance();
    expect(twilio.stats.callback).toBeUndefined();
    const { checks, response } = KINDS["twilio-sms"];
    clock.now += 1000 * (checks.everySeconds + 600);
    const meter = countRows();
    await world.wakeOnce();
    const counted = meter.stop();
    expect(counted.written).toBe(checks.wakeUpRows - 1 + checks.pageRows);
    expect(counted.read).toBeLessThanOrEqual(20 * response.rowsRead);
    expect(twilio.stats).toMatchObject({ create: 21, list: 1 });
  },
);
