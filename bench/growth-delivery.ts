/**
 * What comes after the answer, with few responses stored and with many: new ones drain to a sheet and into the summary,
 * and the summary is read. Rows are those of the kind's worker (counted.ts), CPU that of workerd from the first page to
 * the last.
 */
import { setTimeout as pause } from "node:timers/promises";
import { type Fleet, withFleet } from "./fleet";
import { type Costs, compare, FEW } from "./growth-compare";
import { FORM, load } from "./lists-load";
import { burst, packetsOf } from "./load";
import { cpuOf } from "./processes";
import type { Figure } from "./report";
import { median } from "./rounds";

/**
 * New responses, over which the cost of one is taken, and how often that is done: a kind's work on them takes a tenth
 * of a second of CPU.
 */
const NEW = 2_000;
const ROUNDS = 3;
const READS = 300;
const LOOK_MS = 250;

const spreadsheetsOf = (name: string): string[] => Array.from({ length: ROUNDS }, (_, i) => `${name}-${i}`);
const [few, many] = [spreadsheetsOf("few"), spreadsheetsOf("many")];

/** Ratios of `stored` responses over few. */
export function deliveryGrowth(stored: number, port: number): Promise<Figure[]> {
  return withFleet({ port, textsPerSecond: 100, spreadsheets: ["warm", ...few, ...many] }, async (fleet) => {
    // V8 compiles what runs often: the first one, of a form of its own, does not count.
    await costs(fleet, { ...(await makeForm(fleet)), spreadsheetId: "warm" });
    const small: Costs[] = [];
    for (const spreadsheetId of few) {
      const form = await makeForm(fleet);
      await fill(fleet, form, FEW);
      small.push(await costs(fleet, { ...form, spreadsheetId }));
    }
    const form = await makeForm(fleet);
    await fill(fleet, form, stored);
    const large: Costs[] = [];
    for (const spreadsheetId of many) large.push(await costs(fleet, { ...form, spreadsheetId }));
    return compare(medians(small), medians(large), stored);
  });
}

/** Responses that the summary knows already. */
async function fill(fleet: Fleet, { path, summary }: Omit<Form, "spreadsheetId">, responses: number): Promise<void> {
  await load(fleet, { path, responses });
  await dry(fleet, summary);
}

/** Of each sort the middle of the rounds, of rows and of CPU. */
function medians(rounds: readonly Costs[]): Costs {
  const names = [...(rounds[0]?.keys() ?? [])];
  const middle = (name: string, what: "rows" | "cpu") =>
    median(rounds.map((one) => one.get(name)?.[what] ?? Number.NaN));
  return new Map(names.map((name) => [name, { rows: middle(name, "rows"), cpu: middle(name, "cpu") }]));
}

async function makeForm(fleet: Fleet): Promise<Omit<Form, "spreadsheetId">> {
  const path = `/v1/forms/${(await fleet.call("POST", "/v1/forms", FORM)).id}`;
  return { path, summary: await integrate(fleet, path, { kind: "summary", config: {} }) };
}

async function integrate({ call }: Fleet, path: string, input: object): Promise<string> {
  return `${path}/integrations/${(await call("POST", `${path}/integrations`, input)).id}`;
}

interface Form {
  readonly path: string;
  /** Its integrations, by address. */
  readonly summary: string;
  readonly spreadsheetId: string;
}

async function costs(fleet: Fleet, { path, summary, spreadsheetId }: Form): Promise<Costs> {
  const sheet = await integrate(fleet, path, { kind: "google-sheets", config: { spreadsheetId } });
  for (const one of [sheet, summary]) await fleet.call("POST", `${one}/pause`);
  await load(fleet, { path, responses: NEW });
  const drained = await drainCost(fleet, sheet, "google-sheets");
  const summarized = await drainCost(fleet, summary, "summary");
  await fleet.call("POST", `${sheet}/pause`);
  return new Map([
    ["a response drained to a sheet", drained],
    ["a response added to the summary", summarized],
    ["the summary read", await readCost(fleet, `${path}/summary`)],
  ]);
}

/** Lets an integration work off what is new; of one response. */
async function drainCost(fleet: Fleet, integration: string, kind: string) {
  await fleet.counts(kind);
  const before = cpuOf(fleet.pids);
  await fleet.call("POST", `${integration}/resume`);
  await dry(fleet, integration);
  const cpu = ((cpuOf(fleet.pids) - before) * 1000) / NEW;
  return { rows: (await fleet.counts(kind)).rowsRead / NEW, cpu };
}

async function dry({ call }: Fleet, integration: string): Promise<void> {
  for (;;) {
    const { lag, state, lastError } = await call("GET", integration);
    if (state === "blocked") throw new Error(`blocked: ${lastError}`);
    if (lag.entries === 0) return;
    await pause(LOOK_MS);
  }
}

/** The first one is not counted: an isolate learns by it. */
async function readCost(fleet: Fleet, path: string) {
  const aim = {
    port: fleet.port,
    method: "GET",
    path,
    headers: { Authorization: `Bearer ${fleet.key}` },
    status: 200,
  };
  const packets = packetsOf(aim);
  const many = { connections: 8, seconds: 120, requests: READS };
  await burst(aim, packets, many);
  await fleet.counts("summary");
  await fleet.call("GET", path);
  const { rowsRead } = await fleet.counts("summary");
  const before = cpuOf(fleet.pids);
  const { requests } = await burst(aim, packets, many);
  return { rows: rowsRead, cpu: ((cpuOf(fleet.pids) - before) * 1000) / requests };
}
