/**
 * The group commit under pressure: up to 1,000 connections over ten forms; with a D1 that takes 5 to 20 ms longer for
 * each call, as one far away does; and with groups of other sizes. In bad weather: storm.ts.
 */
import { parseArgs } from "node:util";
import { circumstances } from "./installation";
import { answersOf, FORM } from "./lists-load";
import { type Figure, printTable } from "./report";
import { type Contestant, interleave, median, otherWork, printSamples, ratios, spread } from "./rounds";
import { type Workerd, withWorkerd } from "./workerd";

const FORMS = 10;
const CONNECTIONS = [1, 16, 64, 256, 1_000];
const SIZES = [16, 64, 128, 256, 512];
/** Milliseconds that a call of a far D1 takes longer. */
const DELAY = { ms: 5, to: 20 };
const INSERT = "one INSERT a request";
const SUBMIT = "submission";

/** `--rounds 3 --seconds 1`. Whether the ratios are within their limits. */
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
    await tell(`/_bench/d1?ms=${DELAY.ms}&to=${DELAY.to}`);
    const delayed = await interleave([insert, submit], { ...plan, connections: 64 });
    printSamples(delayed, `64 connections, D1 takes ${DELAY.ms} to ${DELAY.to} ms longer`);
    figures.push(
      told(
        `the same with ${DELAY.ms} to ${DELAY.to} ms more for each call, 64 connections`,
        ratios(delayed, "rate", [SUBMIT, INSERT]),
      ),
    );
    await tell("/_bench/d1?ms=0&to=0");
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

/** Ratios at 64 connections have a limit, the others are told. */
function told(what: string, found: number[]): Figure {
  const limit = what.includes(" 64 ") ? { limit: "≥ 3", good: median(found) >= 3 } : { good: true };
  return { what, measured: spread(found, 2), ...limit };
}
