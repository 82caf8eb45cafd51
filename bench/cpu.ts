/**
 * What our own code costs a submission: CPU with a D1 that answers from memory, over that of a route of the same worker
 * that parses the body and answers. Interleaved rounds on workerd's own socket, 16 connections.
 */
import { parseArgs } from "node:util";
import { circumstances } from "./installation";
import { answersOf, FORM } from "./lists-load";
import { type Figure, printTable } from "./report";
import { interleave, median, otherWork, printSamples, ratios, spread } from "./rounds";
import { withWorkerd } from "./workerd";

const RATIO_MAX = 2;
const CONNECTIONS = 16;

/** `--rounds 8 --requests 16000`. Whether the ratio is within its limit. */
export async function cpu(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: { rounds: { type: "string", default: "8" }, requests: { type: "string", default: "16000" } },
  });
  const samples = await withWorkerd({ gateway: "bench/stubbed-worker.ts" }, async ({ ports, pids, call, key }) => {
    const { id } = await call("POST", "/v1/forms", FORM);
    const common = {
      port: ports.gateway,
      pids,
      status: 201,
      headers: { Authorization: `Bearer ${key}` },
      body: (n: number) => JSON.stringify({ answers: answersOf(n) }),
    };
    const contestants = [
      { ...common, name: "parses JSON", path: "/_bench/json" },
      { ...common, name: "submission, D1 stubbed", path: `/v1/forms/${id}/responses` },
    ];
    return interleave(contestants, {
      connections: CONNECTIONS,
      rounds: Number(values.rounds),
      requests: Number(values.requests),
      seconds: 30,
    });
  });
  console.log(`\n${circumstances()}, ${otherWork(samples)}; npm run bench -- cpu`);
  printSamples(samples, `${CONNECTIONS} connections, ${values.rounds} rounds of ${values.requests} requests`);
  const found = ratios(samples, "cpu", ["submission, D1 stubbed", "parses JSON"]);
  const figure: Figure = {
    what: "own CPU of a submission over a route that parses JSON",
    measured: spread(found, 2),
    limit: `≤ ${RATIO_MAX}`,
    good: median(found) <= RATIO_MAX,
  };
  console.log("");
  return printTable([figure]);
}
