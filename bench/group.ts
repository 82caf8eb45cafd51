/**
 * The group commit under pressure: up to 1,000 connections over ten forms; with a D1 that takes 5 to 20 ms longer for each call, as one far
 * away does; with groups of other sizes; and with clients that hang up by the hundred.
 */
import { connect } from "node:net";
import { parseArgs } from "node:util";
import { circumstances } from "./installation";
import { answersOf, FORM } from "./lists-load";
import { burst, packetsOf } from "./load";
import { type Figure, printTable } from "./report";
import { type Contestant, interleave, median, otherWork, printSamples, ratios, spread } from "./rounds";
import { type Workerd, withWorkerd } from "./workerd";

const FORMS = 10;
const CONNECTIONS = [1, 16, 64, 256, 1_000];
const SIZES = [16, 64, 128, 256, 512];
/** Milliseconds that a call of a far D1 takes longer. */
const DELAY = { ms: 5, to: 20 };
const HANG_UPS = 500;
/** The slowest answer while clients hang up: a waiter takes the lead after a second without progress. */
const SLOWEST_MS = 5_000;
const INSERT = "one INSERT a request";
const SUBMIT = "submission";

/** `--rounds 3 --seconds 1`. Whether the ratios are within their limits, and nobody had to wait. */
export async function group(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: { rounds: { type: "string", default: "3" }, seconds: { type: "string", default: "1" } },
  });
  const plan = { rounds: Number(values.rounds), seconds: Number(values.seconds) };
  const figures: Figure[] = [];
  await withWorkerd({ gateway: "bench/gated-worker.ts" }, async (workerd) => {
    const { tell } = workerd;
    const { insert, submit } = await contestantsOf(workerd);
    for (const connections of CONNECTIONS) {
      const samples = await interleave([insert, submit], { ...plan, connections });
      if (connections === 1)
        console.log(`\n${circumstances()}, ${otherWork(samples)}; npm run bench -- group ${args.join(" ")}`);
      printSamples(samples, `${connections} connections, ${FORMS} forms`);
      figures.push(
        told(
          `responses/s over one INSERT a request, ${connections} connections`,
          ratios(samples, "rate", [SUBMIT, INSERT]),
        ),
      );
    }
    figures.push(await hangUps(workerd, submit));
    await tell(`/_bench/delay?ms=${DELAY.ms}&to=${DELAY.to}`);
    const delayed = await interleave([insert, submit], { ...plan, connections: 64 });
    printSamples(delayed, `64 connections, D1 takes ${DELAY.ms} to ${DELAY.to} ms longer`);
    figures.push(
      told(
        `the same with ${DELAY.ms} to ${DELAY.to} ms more for each call, 64 connections`,
        ratios(delayed, "rate", [SUBMIT, INSERT]),
      ),
    );
    await tell("/_bench/delay?ms=0&to=0");
    for (const size of SIZES) {
      await tell(`/_bench/limits?group=${size}`);
      const sized = await interleave([{ ...submit, name: `groups of ${size} at most` }], {
        ...plan,
        connections: 1_000,
      });
      printSamples(sized, "1,000 connections");
    }
  });
  console.log("");
  return printTable(figures);
}

async function contestantsOf({ ports, pids, call, key }: Workerd): Promise<{ insert: Contestant; submit: Contestant }> {
  const forms: string[] = [];
  for (let n = 0; n < FORMS; n += 1) forms.push((await call("POST", "/v1/forms", FORM)).id);
  for (const form of forms) {
    await call("POST", `/v1/forms/${form}/integrations`, { kind: "google-sheets", config: { spreadsheetId: "bench" } });
  }
  const headers = { Authorization: `Bearer ${key}` };
  const body = (n: number) => JSON.stringify({ answers: answersOf(n) });
  const common = { port: ports.gateway, headers, body, status: 201, pids };
  return {
    insert: { ...common, name: INSERT, path: "/_bench/insert" },
    submit: { ...common, name: SUBMIT, path: (n: number) => `/v1/forms/${forms[n % FORMS]}/responses` },
  };
}

/** Clients send and hang up, a hundred at a time, while 64 others wait for their answers. */
async function hangUps({ ports }: Workerd, submit: Contestant): Promise<Figure> {
  const packets = packetsOf(submit);
  let sent = 0;
  const quit = () => {
    for (let i = 0; i < HANG_UPS / 5 && sent < HANG_UPS; i += 1) {
      const socket = connect({ port: ports.gateway, host: "127.0.0.1" });
      socket.on("error", () => {});
      const hangUp = () => setTimeout(() => socket.destroy(), Math.random() * 20);
      socket.write(packets[sent % packets.length] as Buffer, hangUp);
      sent += 1;
    }
  };
  const timer = setInterval(quit, 500);
  const { latencies } = await burst(submit, packets, { connections: 64, seconds: 4 });
  clearInterval(timer);
  const slowest = latencies.at(-1) ?? 0;
  return {
    what: `slowest answer while ${sent} clients hang up, 64 connections`,
    measured: `${Math.round(slowest)} ms`,
    limit: `≤ ${SLOWEST_MS} ms`,
    good: slowest <= SLOWEST_MS,
  };
}

/** Ratios at 64 connections have a limit, the others are told. */
function told(what: string, found: number[]): Figure {
  const limit = what.includes(" 64 ") ? { limit: "≥ 3", good: median(found) >= 3 } : { good: true };
  return { what, measured: spread(found, 2), ...limit };
}
