/**
 * The group commit in bad weather: a D1 that fails, loses answers and says that it is overloaded, and clients that hang
 * up; over two gateways that write to the same forms. Everyone who stays is answered, soon; what was acknowledged is
 * stored once.
 */
import { parseArgs } from "node:util";
import { watchHeap } from "../test/support/heap";
import { type Crowd, crowd, hangUp } from "./crowd";
import { circumstances, processGroup } from "./installation";
import { answersOf, FORM } from "./lists-load";
import type { Aim } from "./load";
import { type Figure, printTable } from "./report";
import { heapFigure, settled, slowestInside } from "./storm-settled";
import { type Workerd, withWorkerd } from "./workerd";

/** Nobody waits longer than LIMITS.waitMs behind others, and a second for a leader that is gone. */
export const SLOWEST_MS = 6_000;
const FORMS = 10;
const SECONDS = 2;
/** So many hang up for each one who is answered. */
const HANG_UPS = 2;

interface Weather {
  readonly name: string;
  /** What `POST /_bench/d1` is told. */
  readonly d1: string;
  readonly hangUps?: boolean;
}

const FINE = "refused=0&lost=0&overloaded=0";
const WEATHERS: readonly Weather[] = [
  { name: "5 % of D1's calls fail, of 5 % the answer is lost", d1: "refused=0.05&lost=0.05" },
  { name: "D1 is overloaded at every other call", d1: "refused=0&lost=0&overloaded=0.5" },
  { name: "two hang up for each one who is answered", d1: FINE, hangUps: true },
];

/**
 * `--connections 1,16,64,256,1000`. Whether everyone was answered in time, and what was acknowledged is stored once.
 */
export async function storm(args: string[]): Promise<boolean> {
  const { values } = parseArgs({ args, options: { connections: { type: "string", default: "1,16,64,256,1000" } } });
  const connections = values.connections.split(",").map(Number);
  const options = {
    gateway: "bench/gated-worker.ts",
    twin: true,
    inspected: true,
    quiet: true,
    more: { queueConsumers: { "formlog-intake": { maxBatchTimeout: 1 } } },
  };
  const figures = await withWorkerd(options, async (workerd) => {
    const paths: string[] = [];
    for (let n = 0; n < FORMS; n += 1) paths.push(`/v1/forms/${(await workerd.call("POST", "/v1/forms", FORM)).id}`);
    return storms(workerd, paths, connections);
  });
  console.log(`\n${circumstances()}; npm run bench -- storm ${args.join(" ")}\n`);
  return printTable(figures);
}

/** Figures of each weather at each number of connections, and of what is stored at the end. */
async function storms(workerd: Workerd, paths: readonly string[], connections: readonly number[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  const heap = await watchHeap(processGroup(), "formlog-gateway");
  const acknowledged = new Set<number>();
  let sent = 0;
  for (const weather of WEATHERS) {
    for (const many of connections) {
      const seen = await blow(workerd, { weather, paths, connections: many, first: sent });
      for (const n of seen.acknowledged) acknowledged.add(n);
      sent += seen.sent;
      figures.push(...figuresOf(seen, `${weather.name}, ${many} connections`));
    }
  }
  const inside = await slowestInside(workerd, SLOWEST_MS);
  return [...figures, inside, heapFigure(heap), await settled(workerd, paths, acknowledged)];
}

interface One {
  readonly weather: Weather;
  readonly paths: readonly string[];
  readonly connections: number;
  readonly first: number;
}

async function blow({ ports, key }: Workerd, { weather, paths, connections, first }: One): Promise<Crowd> {
  const both = [ports.gateway, ports.twin];
  const aim: Aim = {
    port: ports.gateway,
    path: (n) => `${paths[n % paths.length]}/responses`,
    headers: { Authorization: `Bearer ${key}` },
    body: (n) => JSON.stringify({ answers: answersOf(n) }),
    status: 201,
  };
  await tell(both, weather.d1);
  const leaving: Promise<void>[] = [];
  // Numbers that nobody else has.
  const answered = (n: number) => {
    if (!weather.hangUps) return;
    for (let i = 1; i <= HANG_UPS; i += 1) {
      const port = both[leaving.length % 2] ?? ports.gateway;
      leaving.push(hangUp({ ...aim, port }, i * 10_000_000 + n, Math.random() * 20));
    }
  };
  const seen = await crowd(aim, { connections, seconds: SECONDS, first, ports: both, answered });
  await Promise.all(leaving);
  await tell(both, FINE);
  return seen;
}

async function tell(ports: readonly number[], d1: string): Promise<void> {
  for (const port of ports) await fetch(`http://127.0.0.1:${port}/_bench/d1?${d1}`, { method: "POST" });
}

function figuresOf({ statuses, silent, slowest }: Crowd, what: string): Figure[] {
  const others = [...statuses].filter(([status]) => ![201, 202, 503].includes(status));
  const answers = [...statuses].map(([status, n]) => `${status}: ${n}`).join(", ");
  return [
    {
      what: `answers, ${what}`,
      measured: `${answers}${silent > 0 ? `, ${silent} without Retry-After` : ""}`,
      limit: "201, 202, 503 with Retry-After",
      good: others.length === 0 && silent === 0,
    },
    {
      what: `slowest answer, ${what}`,
      measured: `${Math.round(slowest)} ms`,
      limit: `≤ ${SLOWEST_MS} ms`,
      good: slowest <= SLOWEST_MS,
    },
  ];
}
