/**
 * Submissions on workerd's own socket against: an empty Hono route, a Hono route that does one D1 insert (both in the
 * same workerd), Fastify with PostgreSQL, and Flask services as in the original's design. Interleaved rounds at 1, 16
 * and 64 connections.
 */
import { parseArgs } from "node:util";
import { circumstances } from "./installation";
import { answersOf, FORM } from "./lists-load";
import { FLASK, FLASK_FAR, type Stack, startStacks } from "./peers/stacks";
import { type Figure, printTable } from "./report";
import { type Contestant, interleave, median, otherWork, printSamples, ratios, type Samples, spread } from "./rounds";
import { type Workerd, withWorkerd } from "./workerd";

const CONNECTIONS = [1, 16, 64];
const BATCH = 500;
const BATCH_CONNECTIONS = 4;

const EMPTY = "empty Hono route";
const INSERT = "Hono route, one D1 insert";
const SUBMIT = "submission";
const BATCHES = `batch of ${BATCH}, ${BATCH_CONNECTIONS} connections`;
const FASTIFY = "Fastify + PostgreSQL";

/** `--rounds 5 --seconds 1.2 --port 9130 --peers no`. Whether every ratio is within its limit. */
export async function submit(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "1.2" },
      port: { type: "string", default: "9130" },
      peers: { type: "string", default: "yes" },
    },
  });
  const none = { stacks: [], missing: [], stop: async () => {} };
  const { stacks, missing, stop } = values.peers === "no" ? none : await startStacks(Number(values.port));
  try {
    const figures: Figure[] = [];
    await withWorkerd({}, async (workerd) => {
      const contestants = await contestantsOf(workerd, stacks);
      for (const connections of CONNECTIONS) {
        const plan = { connections, rounds: Number(values.rounds), seconds: Number(values.seconds) };
        const samples = await interleave(contestants(connections), plan);
        if (figures.length === 0)
          console.log(`\n${circumstances()}, ${otherWork(samples)}; npm run bench -- submit ${args.join(" ")}`);
        printSamples(samples, `${connections} connections, ${plan.rounds} rounds of ${plan.seconds} s`);
        figures.push(...figuresOf(samples, connections));
      }
    });
    for (const one of missing) console.log(`\nNot compared, because it is not installed: ${one}`);
    console.log("");
    return printTable(figures);
  } finally {
    await stop();
  }
}

async function contestantsOf({ ports, pids, call, key }: Workerd, stacks: readonly Stack[]) {
  const { id } = await call("POST", "/v1/forms", FORM);
  await call("POST", `/v1/forms/${id}/integrations`, { kind: "google-sheets", config: { spreadsheetId: "bench" } });
  const body = (n: number) => JSON.stringify({ answers: answersOf(n) });
  const batch = JSON.stringify({ responses: Array.from({ length: BATCH }, (_, n) => ({ answers: answersOf(n) })) });
  const headers = { Authorization: `Bearer ${key}` };
  const at = `/v1/forms/${id}/responses`;
  const all: Contestant[] = [
    { name: EMPTY, port: ports.routes, path: "/empty", headers, body, status: 201, pids },
    { name: INSERT, port: ports.routes, path: "/insert", headers, body, status: 201, pids },
    { name: SUBMIT, port: ports.gateway, path: at, headers, body, status: 201, pids },
    ...stacks.map((stack) => ({ ...stack, body, status: 201 })),
  ];
  const batches: Contestant = {
    name: BATCHES,
    port: ports.gateway,
    path: `${at}/batch`,
    headers,
    body: () => batch,
    status: 207,
    pids,
    size: BATCH,
    connections: BATCH_CONNECTIONS,
  };
  return (connections: number) => (connections === CONNECTIONS.at(-1) ? [...all, batches] : all);
}

/** Of submissions over one D1 insert, by connections (issue 7). */
const OVER_INSERT: Readonly<Record<number, number>> = { 1: 0.85, 16: 1.7, 64: 3 };

function figuresOf(samples: Samples, connections: number): Figure[] {
  const what = (text: string) => `${text}, ${connections} connections`;
  const least = (text: string, limit: number, found: number[]): Figure => ({
    what: what(text),
    measured: spread(found, 2),
    limit: `≥ ${limit}`,
    good: median(found) >= limit,
  });
  const most = (text: string, limit: number, found: number[]): Figure => ({
    what: what(text),
    measured: spread(found, 2),
    limit: `≤ ${limit}`,
    good: median(found) <= limit,
  });
  const figures = [
    least("responses/s over one D1 insert", OVER_INSERT[connections] ?? 0, ratios(samples, "rate", [SUBMIT, INSERT])),
    most("p99 over one D1 insert", 1, ratios(samples, "p99", [SUBMIT, INSERT])),
  ];
  if (connections !== CONNECTIONS.at(-1)) return figures;
  figures.push(
    least(`responses/s, batches of ${BATCH} over single ones`, 5, ratios(samples, "rate", [BATCHES, SUBMIT])),
  );
  if (samples.has(FASTIFY))
    figures.push(least("responses/s over Fastify", 1, ratios(samples, "rate", [SUBMIT, FASTIFY])));
  if (samples.has(FLASK)) {
    figures.push(least("responses/s over Flask", 15, ratios(samples, "rate", [SUBMIT, FLASK])));
    figures.push(
      least("responses/s over Flask, providers 50 ms away", 15, ratios(samples, "rate", [SUBMIT, FLASK_FAR])),
    );
    figures.push(most("CPU of a response over Flask", 0.1, ratios(samples, "cpu", [SUBMIT, FLASK])));
  }
  return figures;
}
