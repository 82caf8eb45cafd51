import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { responseId } from "../../../src/core/ids";
import type { Integration } from "../../../src/core/integration";
import { createSheetsEmulator, type FaultInput } from "../../../src/integrations/google-sheets/emulator";
import { googleSheets } from "../../../src/integrations/google-sheets/index";
import { account, EMAIL, privateKey } from "../../../src/integrations/google-sheets/testing";
import { search } from "../../../src/integrations/search/index";
import { summary } from "../../../src/integrations/summary/index";
import { createTwilioEmulator } from "../../../src/integrations/twilio-sms/emulator";
import { twilioSms } from "../../../src/integrations/twilio-sms/index";
import { webhook } from "../../../src/integrations/webhook/index";
import { strayCounts } from "../../contracts/index.provider";
import { gatedD1 } from "../../support/gated-d1";
import { type Clock, createWorld } from "../../support/world";
import { answers, definition, START } from "./form";
import { checkEvents, hooks } from "./hooks";
import { caughtBy, index, ONE, prepareRuns, SEEDS } from "./runs";
import { type Expected, type Provider, type Run, simulate } from "./simulator";

const SHEETS_FAULTS: FaultInput["mode"][] = [
  "error_before",
  "error_after",
  "drop_after",
  "rate_limit",
  "non_json",
  "delay_apply",
  "outage",
];

interface Simulated {
  readonly run: Run;
  /** Ids at the provider, repeats included, with the name that stands there. */
  effects(): [id: string, name: string][];
}

async function sheets(kind: Integration = googleSheets, modes = SHEETS_FAULTS): Promise<Simulated> {
  const clock: Clock = { now: Math.max(Date.now(), START) };
  const emulator = createSheetsEmulator({
    now: () => clock.now,
    accounts: [account],
    writesPerMinute: 1_000,
    readsPerMinute: 1_000,
  });
  emulator.createSpreadsheet({ id: "sim", title: "Simulation", sharedWith: [EMAIL] });
  const provider: Provider = {
    fetch: emulator.fetch,
    lateCallsArrive: true,
    failNext: (random) => {
      const mode = random.pick(modes) ?? "outage";
      emulator.faults.push({
        match: "any",
        mode,
        times: 1,
        ...(mode === "delay_apply" && { delaySeconds: random.below(170) }),
      });
    },
    heal: () => void emulator.faults.splice(0),
  };
  const settings = {
    GOOGLE_SHEETS_URL: "https://sheets.test",
    GOOGLE_TOKEN_URL: "https://sheets.test/token",
    GOOGLE_SERVICE_ACCOUNT: JSON.stringify({ client_email: EMAIL, private_key: privateKey }),
  };
  const world = await createWorld({
    kind,
    config: { spreadsheetId: "sim" },
    definition,
    fetch: provider.fetch,
    settings,
    clock,
  });
  return {
    run: { world, clock, provider, answers, edits: true },
    effects: () =>
      emulator
        .readRows("sim", "Responses")
        .slice(1)
        .map((row) => [row[0] ?? "", row[2] ?? ""]),
  };
}

async function sms(kind: Integration = twilioSms): Promise<Simulated> {
  const clock: Clock = { now: Math.max(Date.now(), START) };
  const [accountSid, authToken, from] = [`AC${"5".repeat(32)}`, "simulated-token", "+15005550006"];
  // No report ever comes: what became of a text is found out by looking and by checks.
  const deliverCallback = () => Promise.reject(new Error("lost"));
  const account = { accountSid, authToken, senders: [from] };
  const emulator = createTwilioEmulator({ now: () => clock.now, deliverCallback, ...account });
  const provider: Provider = {
    async fetch(request) {
      await emulator.advance();
      return emulator.fetch(request);
    },
    lateCallsArrive: false,
    failNext: (random) =>
      void emulator.faults.push({
        match: "any",
        mode:
          random.pick(["error_before", "error_after", "drop_after", "rate_limit", "non_json", "outage"] as const) ??
          "outage",
        times: 1,
      }),
    heal: () => void emulator.faults.splice(0),
  };
  const settings = {
    TWILIO_API_URL: "https://twilio.test",
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_FROM: from,
  };
  const config = { to: "phone", body: "Thanks {{name}}/{{response_id}}" };
  const world = await createWorld({ kind, config, definition, fetch: provider.fetch, settings, clock });
  return {
    run: { world, clock, provider, answers, edits: false },
    effects: () =>
      emulator.messages.map(({ body }) => {
        const [name = "", id = ""] = body.replace("Thanks ", "").split("/");
        return [id, name];
      }),
  };
}

/** Each response is in the index once, as it is now; nothing is left of what it was. */
async function checkIndex({ run: { world } }: { readonly run: Run }, expected: Expected): Promise<void> {
  const { results } = await env.TEST_SEARCH_DB.prepare(
    "SELECT shard, position, content FROM contributions WHERE integration = ? ORDER BY position",
  )
    .bind(world.no)
    .all<{ shard: number; position: number; content: string }>();
  const there = [...expected].filter(([, name]) => name !== null);
  const { kind } = world.engine().kind.manifest;
  if (kind === "search") {
    const names = results.map((row) => [responseId(row), new Map(JSON.parse(row.content).own).get("name")]);
    expect(names).toEqual(there);
  } else {
    expect(results.map(responseId)).toEqual([...expected.keys()]);
    const counted = results.filter(({ content }) => !content.includes('"erased"'));
    expect(counted.map(responseId)).toEqual(there.map(([id]) => id));
  }
  expect(await strayCounts(world.no)).toEqual([]);
  const { state, lag, parked } = await world.view();
  expect({ state, entries: lag.entries, parked }).toEqual({ state: "active", entries: 0, parked: 0 });
}

async function check(simulated: Simulated, expected: Expected, ordered: boolean): Promise<void> {
  const effects = simulated.effects();
  const ids = effects.map(([id]) => id);
  // A response that was erased before it was delivered has no effect; every other has exactly one.
  const needed = [...expected].filter(([id, name]) => name !== null || ids.includes(id)).map(([id]) => id);
  if (ordered) expect(ids).toEqual(needed);
  else expect(ids.toSorted()).toEqual(needed.toSorted());
  if (ordered)
    expect(effects.map(([id, name]) => [id, name])).toEqual(needed.map((id) => [id, expected.get(id) ?? ""]));
  const { state, lag, parked } = await simulated.run.world.view();
  expect({ state, entries: lag.entries, parked }).toEqual({ state: "active", entries: 0, parked: 0 });
}

prepareRuns();

describe("simulated runs end with every response settled once, in order, and nothing parked", () => {
  it.each(SEEDS)("google-sheets, seed %i", async (seed) => {
    const simulated = await sheets();
    await check(simulated, await simulate(seed, simulated.run), true);
  });

  it.each(SEEDS)("twilio-sms, seed %i", async (seed) => {
    const simulated = await sms();
    const expected = await simulate(seed, simulated.run);
    await check(simulated, expected, false);
    // Checks have four turns within a day; they find out the last status of each text, and send none.
    for (let turn = 0; turn < 4; turn += 1) {
      simulated.run.clock.now += 12 * 3_600_000;
      await simulated.run.world.run();
    }
    await check(simulated, expected, false);
    const { results } = await env.DB.prepare("SELECT DISTINCT state, status, next_at FROM deliveries").all();
    expect(results).toEqual(expected.size > 0 ? [{ state: "delivered", status: "delivered", next_at: null }] : []);
  });

  it.each(SEEDS)("summary, seed %i", async (seed) => {
    const simulated = await index(summary);
    await checkIndex(simulated, await simulate(seed, simulated.run));
  });

  it.each(SEEDS)("search, seed %i", async (seed) => {
    const simulated = await index(search);
    await checkIndex(simulated, await simulate(seed, simulated.run));
  });

  it.each(SEEDS)("webhook, seed %i", async (seed) => {
    const simulated = await hooks();
    await checkEvents(simulated, await simulate(seed, simulated.run));
  });
});

/** The first seed whose run goes wrong, or null. */
const caughtAt = (make: () => Promise<Simulated>, ordered: boolean): Promise<number | null> =>
  caughtBy(make, (simulated, expected) => check(simulated, expected, ordered));

// A replay of one seed is about that run alone.
describe.skipIf(ONE)("a build that is broken on purpose is caught within 50 seeds", () => {
  it("the cursor moves before the effect is there", async () => {
    const early: Integration = {
      ...googleSheets,
      async deliver(page, deps) {
        googleSheets.deliver(page, deps as never).catch(() => {});
        return { outcomes: new Map(page.entries.map(({ position }) => [position, { type: "delivered" }])) };
      },
    };
    expect(await caughtAt(() => sheets(early), true)).not.toBeNull();
  });

  it("the fence is moved without asserting where it was", async () => {
    const assertion = /\{"(updateNamedRange|deleteNamedRange)":\{[^{}]*(\{[^{}]*\}[^{}]*)?\}\},/g;
    const unfenced: Integration = {
      ...googleSheets,
      deliver: (page, deps) => googleSheets.deliver(page, { ...deps, fetch: without(assertion, deps.fetch) } as never),
    };
    // Only late copies get past a build that still looks before it writes: they are made frequent.
    expect(await caughtAt(() => sheets(unfenced, ["delay_apply"]), true)).not.toBeNull();
  });

  it("a message in doubt is sent again without a look", async () => {
    const blind: Integration = {
      ...twilioSms,
      reconcile: async (page) => ({
        outcomes: new Map(page.entries.map(({ position }) => [position, { type: "retry", reason: "again" }])),
      }),
    };
    expect(await caughtAt(() => sms(blind), false)).not.toBeNull();
  });

  it("an event gets another id when it is tried again", async () => {
    const renamed: Integration = {
      ...webhook,
      deliver: (page, deps) => {
        const entries = page.entries.map((entry) => ({ ...entry, delivery: `${entry.delivery}x${deps.now()}` }));
        return webhook.deliver({ ...page, entries }, deps as never);
      },
    };
    expect(await caughtBy(() => hooks(renamed), checkEvents)).not.toBeNull();
  });

  it("what a receiver says of an edit is not applied", async () => {
    const stubborn: Integration = {
      ...webhook,
      deliver: (page, deps) => {
        const annotate: typeof deps.annotate = async (said) => said.map(() => "done");
        return webhook.deliver(page, { ...deps, ...(page.feed === "revisions" && { annotate }) } as never);
      },
    };
    expect(await caughtBy(() => hooks(stubborn), checkEvents)).not.toBeNull();
  });

  it("an index counts without knowing what it has counted", async () => {
    const forgetful = gatedD1(env.TEST_SEARCH_DB, async (run, { sql }) => {
      const looks = sql.some((text) => text.startsWith("SELECT position, content FROM contributions"));
      if (looks) await env.TEST_SEARCH_DB.prepare("DELETE FROM contributions").run();
      return run();
    });
    expect(await caughtBy(() => index(summary, forgetful), checkIndex)).not.toBeNull();
  });

  it("a page in doubt is taken for delivered", async () => {
    const trusting: Integration = {
      ...webhook,
      reconcile: async (page) => ({
        outcomes: new Map(page.entries.map(({ position }) => [position, { type: "delivered" }])),
      }),
    };
    expect(await caughtBy(() => hooks(trusting), checkEvents)).not.toBeNull();
  });
});

/** A fetch that takes some requests out of a batchUpdate. */
function without(pattern: RegExp, fetch: (request: Request) => Promise<Response>) {
  return async (request: Request) => {
    if (!request.url.endsWith(":batchUpdate")) return fetch(request);
    const body = (await request.text()).replace(pattern, "");
    return fetch(new Request(request.url, { method: "POST", headers: request.headers, body }));
  };
}
