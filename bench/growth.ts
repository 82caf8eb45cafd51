/**
 * What a form that has grown costs: a submission, the first and the middle page of its list, with a thousand responses
 * stored and with many more, as ratios; and what comes after the answer (growth-delivery.ts). Rows read are exact; CPU
 * is that of workerd.
 */
import { parseArgs } from "node:util";
import { type Costs, compare, FEW } from "./growth-compare";
import { deliveryGrowth } from "./growth-delivery";
import { circumstances } from "./installation";
import { answersOf, FORM, load } from "./lists-load";
import { burst, packetsOf } from "./load";
import { cpuOf } from "./processes";
import { printTable } from "./report";
import { type Workerd, withWorkerd } from "./workerd";

/** Requests over which CPU is measured, after as many that are not. */
const REQUESTS = 300;
const PAGE = 50;
const STEP = 500;

/** `--responses 100000 --port 9400`. Whether nothing has grown by more than its limit. */
export async function growth(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: { responses: { type: "string", default: "100000" }, port: { type: "string", default: "9400" } },
  });
  const many = Number(values.responses);
  if (!Number.isInteger(many) || many < 10_000) throw new TypeError("--responses is a number from 10000");
  const options = { api: "bench/worker.ts", more: { d1Databases: { DB: "formlog", SEARCH_DB: "search" } } };
  const figures = await withWorkerd(options, async (workerd) => {
    const { id } = await workerd.call("POST", "/v1/forms", FORM);
    const path = `/v1/forms/${id}`;
    const small = await costs(workerd, path, FEW);
    return compare(small, await costs(workerd, path, many), many);
  });
  figures.push(...(await deliveryGrowth(many, Number(values.port))));
  console.log(`\n${circumstances()}: ${FEW} and ${many} responses; npm run bench -- growth ${args.join(" ")}\n`);
  return printTable(figures);
}

async function costs(workerd: Workerd, path: string, stored: number): Promise<Costs> {
  await load(workerd, { path, responses: stored - (await storedSoFar(workerd, path)) });
  const at = `${path}/responses`;
  const first = `${at}?limit=${PAGE}`;
  const middle = `${first}&cursor=${await middleOf(workerd, at, stored)}`;
  const body = (n: number) => JSON.stringify({ answers: answersOf(n) });
  const aims = {
    "first page of the list": { method: "GET", path: first, status: 200 },
    "middle page of the list": { method: "GET", path: middle, status: 200 },
    submission: { path: at, body, status: 201 },
  };
  const found = new Map<string, { rows: number; cpu: number }>();
  for (const [name, aim] of Object.entries(aims)) found.set(name, await costOf(workerd, aim));
  return found;
}

/** How many responses a form has by its list: what was sent between two measurements counts too. */
async function storedSoFar({ call }: Workerd, path: string): Promise<number> {
  let [count, cursor] = [0, ""];
  for (;;) {
    const { items, next } = await call("GET", `${path}/responses?limit=${STEP}&fields=name${cursor}`);
    count += items.length;
    if (next === null) return count;
    cursor = `&cursor=${next}`;
  }
}

async function middleOf({ call }: Workerd, at: string, stored: number): Promise<string> {
  let next = "";
  for (let seen = 0; seen < stored / 2; seen += STEP) {
    const page = await call("GET", `${at}?limit=${STEP}${next === "" ? "" : `&cursor=${next}`}`);
    next = page.next;
  }
  return next;
}

interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly body?: (n: number) => string;
  readonly status: number;
}

/** Of one request: rows that D1 read, and milliseconds of CPU as the mean of many. */
async function costOf({ ports, pids, key }: Workerd, { method = "POST", path, body, status }: Asked) {
  const headers = { Authorization: `Bearer ${key}` };
  const counted = await fetch(`http://127.0.0.1:${ports.api}${path}`, {
    method,
    headers: { ...headers, "formlog-count": "rows", ...(body && { "content-type": "application/json" }) },
    ...(body && { body: body(0) }),
  });
  await counted.text();
  const aim = { port: ports.api, method, path, headers, status, ...(body && { body }) };
  const packets = packetsOf(aim);
  const requests = { connections: 8, seconds: 120, requests: REQUESTS };
  await burst(aim, packets, requests);
  const before = cpuOf(pids);
  const done = await burst(aim, packets, requests);
  const cpu = ((cpuOf(pids) - before) * 1000) / done.requests;
  return { rows: Number(counted.headers.get("formlog-rows-read")), cpu };
}
