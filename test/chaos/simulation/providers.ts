/** Runs of the kinds that call a provider, and what must be true when a run has ended. */
import { expect } from "vitest";
import { responseId } from "../../../src/core/ids";
import type { Integration } from "../../../src/core/integration";
import { createSheetsEmulator, type FaultInput } from "../../../src/integrations/google-sheets/emulator";
import { googleSheets } from "../../../src/integrations/google-sheets/index";
import { account, EMAIL, privateKey } from "../../../src/integrations/google-sheets/testing";
import { createTwilioEmulator } from "../../../src/integrations/twilio-sms/emulator";
import { twilioSms } from "../../../src/integrations/twilio-sms/index";
import { strayCounts } from "../../contracts/index.provider";
import { rowsOfIndexes } from "../../support/search-databases";
import { type Clock, createWorld } from "../../support/world";
import { answers, definition, START } from "./form";
import type { Expected, Provider, Run } from "./simulator";

const SHEETS_FAULTS: FaultInput["mode"][] = [
  "error_before",
  "error_after",
  "drop_after",
  "rate_limit",
  "non_json",
  "delay_apply",
  "outage",
];

export interface Simulated {
  readonly run: Run;
  /** Ids at the provider, repeats included, with the name that stands there. */
  effects(): [id: string, name: string][];
}

/** How a run differs from most others. */
export interface Setting {
  /** A build with a fault put in on purpose. */
  readonly kind?: Integration;
  /** Responses of a segment, about, of a form that goes over three databases. */
  readonly segmentMax?: number | undefined;
}

interface SheetsSetting extends Setting {
  readonly modes?: typeof SHEETS_FAULTS;
}

/** A run of google-sheets against its emulator, failing in these modes. */
export async function sheets({
  kind = googleSheets,
  modes = SHEETS_FAULTS,
  segmentMax,
}: SheetsSetting = {}): Promise<Simulated> {
  const clock: Clock = { now: START };
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
    segmentMax,
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

/** A run of twilio-sms against its emulator. */
export async function sms({ kind = twilioSms, segmentMax }: Setting = {}): Promise<Simulated> {
  const clock: Clock = { now: START };
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
  const world = await createWorld({ kind, config, definition, fetch: provider.fetch, settings, clock, segmentMax });
  return {
    // Long enough for checks in the middle of everything.
    run: { world, clock, provider, answers, edits: false, pauses: [900_000] },
    effects: () =>
      emulator.messages.map(({ body }) => {
        const [name = "", id = ""] = body.replace("Thanks ", "").split("/");
        return [id, name];
      }),
  };
}

/** Each response is in the index once, as it is now; nothing is left of what it was. */
export async function checkIndex({ run: { world } }: { readonly run: Run }, expected: Expected): Promise<void> {
  const rows = await rowsOfIndexes<{ shard: number; position: number; content: string }>(
    "SELECT shard, position, content FROM contributions WHERE integration = ?",
    world.no,
  );
  const results = rows.toSorted((a, b) => a.position - b.position);
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

/** Each response has its one effect, as it is now; nothing waits. */
export async function check(simulated: Simulated, expected: Expected, ordered: boolean): Promise<void> {
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
