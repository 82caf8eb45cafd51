import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { type Cell, readSheet, readTexts } from "../support/emulated";
import { type Local, startLocal } from "../support/local";
import { FORM, HEADER, SMS } from "./answers";
import { ask, insist } from "./client";
import { startLoad } from "./load";
import { options, pause } from "./options";
import { createRandom } from "./simulation/random";
import { formatVerdict, isClean, type Parked, type Submitted, type Verdict, verify } from "./verify";
import { createWeather } from "./weather";

const PORT = 18_787;
const { responses, kills, faults, outageSeconds, rate, seed } = options;
/** So long may nothing change before what is missing is given up: longer than a lease and a late attempt's pause. */
const PATIENCE_MS = 300_000;
/** Time for what must not come after everything is settled: late copies, the sweeper. */
const CALM_MS = 15_000;

const state = mkdtempSync(path.join(tmpdir(), "formlog-chaos-"));
let stack: Local;

afterAll(async () => {
  await stack?.kill().catch(() => {});
  rmSync(state, { recursive: true, force: true });
});

/** A spreadsheet for each form. The more forms, the more cursors are at work at once. */
const SPREADSHEETS = ["chaos-a", "chaos-b", "chaos-c", "chaos-d"];

interface Survey {
  readonly key: string;
  readonly forms: readonly string[];
  /** Addresses of the integrations, one for each form. */
  readonly sheets: readonly string[];
  readonly phones: readonly string[];
}

async function setUp({ url, google, secrets }: Local): Promise<Survey> {
  const post = (at: string, key: string, body: unknown) => insist("POST", at, { key, body, status: 201 });
  const { key } = await post(`${url}/v1/workspaces`, secrets.rootKey, { name: "Chaos" });
  const made = { forms: [] as string[], sheets: [] as string[], phones: [] as string[] };
  for (const id of SPREADSHEETS) {
    await post(`${google}/_emulator/spreadsheets`, "", { id, title: id });
    const form = `${url}/v1/forms/${(await post(`${url}/v1/forms`, key, FORM)).id}`;
    const add = async (kind: string, config: unknown) =>
      `${form}/integrations/${(await post(`${form}/integrations`, key, { kind, config })).id}`;
    made.forms.push(form);
    made.sheets.push(await add("google-sheets", { spreadsheetId: id }));
    made.phones.push(await add("twilio-sms", SMS));
  }
  return { key, ...made };
}

/**
 * Resumes what somebody had to mend (a sheet that is not shared, credentials that are refused): nobody else would, for
 * 15 minutes.
 */
async function resumeBlocked({ key, sheets, phones }: Survey): Promise<number> {
  const integrations = [...sheets, ...phones];
  const views = await Promise.all(integrations.map((at) => ask("GET", at, { key })));
  const blocked = integrations.filter((_, i) => views[i]?.body.state === "blocked");
  await Promise.all(blocked.map((at) => ask("POST", `${at}/resume`, { key })));
  return blocked.length;
}

/** How many entries are behind at each integration; null where there is no answer. */
const lags = (key: string, integrations: readonly string[]): Promise<(number | null)[]> =>
  Promise.all(integrations.map(async (at) => (await ask("GET", at, { key }))?.body.lag.entries ?? null));

/** Every delivery of an integration, or those that are parked. */
async function listDeliveries(integration: string, key: string, state?: "parked"): Promise<Delivery[]> {
  const found: Delivery[] = [];
  for (let cursor = ""; ; ) {
    const url = `${integration}/deliveries?limit=500${state ? `&state=${state}` : ""}${cursor && `&cursor=${cursor}`}`;
    const { items, next } = await insist("GET", url, { key, status: 200 });
    found.push(...items);
    if (next === null) return found;
    cursor = next;
  }
}

type Delivery = Parked & { readonly state: string };

/** Deliveries that something may still be done for: a text that stands on the phone may yet be in doubt here. */
async function countOpen({ key, sheets, phones }: Survey): Promise<number> {
  const all = await Promise.all([...sheets, ...phones].map((at) => listDeliveries(at, key)));
  return all.flat().filter(({ state }) => !["delivered", "skipped", "parked"].includes(state)).length;
}

/** Everything there is, against what was submitted. The providers fail while they are asked: they are asked again. */
async function judge({ key, sheets, phones }: Survey, submitted: readonly Submitted[]): Promise<Verdict> {
  const parked = async (integrations: readonly string[]) =>
    (await Promise.all(integrations.map((at) => listDeliveries(at, key, "parked")))).flat();
  const [parkedAtSheet, parkedAtPhone] = [await parked(sheets), await parked(phones)];
  const texts = await readTexts(stack);
  const found = [];
  for (const id of SPREADSHEETS) {
    let sheet: Cell[][] | null = null;
    while (sheet === null) {
      sheet = await readSheet(stack, id, "Responses").catch(() => null);
      if (sheet === null) await pause(1_000);
    }
    expect(sheet[0]).toEqual(HEADER);
    found.push(sheet.slice(1));
  }
  return verify({ submitted, sheets: found, texts, parkedAtSheet, parkedAtPhone });
}

it(`kill -9 of the whole stack, ${kills} times under load: each of ${responses} responses is there once, in order, whole`, {
  timeout: 3_600_000,
}, async () => {
  const started = Date.now();
  const say = (text: string) =>
    console.log(`${String(Math.round((Date.now() - started) / 1000)).padStart(5)} s  ${text}`);
  say(`seed ${seed}: ${responses} responses, ${kills} kills, ${faults * 100} % faults, outages of ${outageSeconds} s`);
  const random = createRandom(seed);
  stack = await startLocal(state, PORT);
  const survey = await setUp(stack);
  const weather = createWeather({ google: stack.google, twilio: stack.twilio, share: faults, random });
  await weather.apply();
  const load = startLoad({ ...survey, responses, rate, seed });

  let over = false;
  let resumed = 0;
  let calm = false;
  const outages = [
    { provider: "google", from: responses * 0.3 },
    { provider: "twilio", from: responses * 0.6 },
  ] as const;
  const meanwhile = async () => {
    let next = 0;
    for (let tick = 0; !over; tick += 1) {
      const outage = outages[next];
      if (outage && load.stored() >= outage.from && weather.startOutage(outage.provider, outageSeconds)) {
        say(`outage of ${outage.provider}`);
        next += 1;
      }
      if (!calm) await weather.apply().catch(() => {});
      if (tick % 5 === 4) resumed += await resumeBlocked(survey);
      if (tick % 20 === 19) {
        const [sheet, phone] = await Promise.all([lags(survey.key, survey.sheets), lags(survey.key, survey.phones)]);
        say(
          `${load.stored()} stored; behind: sheets ${sheet}, phones ${phone}; ${JSON.stringify({ ...load.counts, resumed })}`,
        );
      }
      await pause(1_000);
    }
  };
  const ticking = meanwhile();

  // One kill in each stretch of the load, anywhere in it, and up to six seconds later: in mid-work of whatever is going
  // on.
  for (let k = 0; k < kills; k += 1) {
    const at = ((k + random.next()) * responses) / kills;
    const moment = random.below(6_000);
    await Promise.race([load.done, untilStored(load.stored, at)]);
    await pause(moment);
    await stack.kill();
    say(`kill ${k + 1} of ${kills} at ${load.stored()} stored`);
    [stack] = await Promise.all([startLocal(state, PORT), weather.restore()]);
  }
  const submitted = await load.done;
  say(`all ${submitted.length} stored`);

  let verdict: Verdict | null = null;
  let open = 1;
  let last = "";
  for (let changed = Date.now(); open > 0 && Date.now() - changed < PATIENCE_MS; ) {
    const behind = await lags(survey.key, [...survey.sheets, ...survey.phones]);
    if (behind.every((lag) => lag === 0)) verdict = await judge(survey, submitted);
    if (verdict && isClean(verdict)) open = await countOpen(survey);
    const now = JSON.stringify([behind, open, verdict]);
    if (now !== last) changed = Date.now();
    last = now;
    await pause(3_000);
  }
  calm = true;
  await weather.clear();
  await pause(CALM_MS);
  over = true;
  await ticking;
  verdict = await judge(survey, submitted);
  say(`${JSON.stringify({ ...load.counts, resumed, seed })}\n\n${formatVerdict(verdict)}\n`);
  expect(submitted).toHaveLength(responses);
  expect(open).toBe(0);
  expect(isClean(verdict), verdict.examples.join("\n")).toBe(true);
});

async function untilStored(stored: () => number, count: number): Promise<void> {
  while (stored() < count) await pause(50);
}
