/**
 * A long load at a share of what the installation can do, with faults at the providers: finds the capacity in a closed loop with the same
 * faults, then sends in an open loop at 70 % of it, looks every ten seconds, lets everything drain and verifies every response.
 */
import { parseArgs } from "node:util";
import { createRandom } from "../test/chaos/simulation/random";
import { type Fleet, withFleet } from "./fleet";
import { circumstances } from "./installation";
import { answersOf } from "./lists-load";
import { type Aim, burst, packetOf, packetsOf } from "./load";
import { openLoop } from "./open-loop";
import { printTable } from "./report";
import {
  type Capacity,
  LOOP_MIX,
  makeForms,
  pickForm,
  type Rates,
  ratesOf,
  type SoakForm,
  SPREADSHEETS,
} from "./soak-forms";
import { judge } from "./soak-judge";
import { formatLook, type Look, startLooking } from "./soak-look";
import { untilDrained, verifyAll } from "./soak-verify";

/** Long enough for many a page to fail. */
const CAPACITY = { connections: 64, seconds: 45 };
/** By its end every integration is behind, and its next page is a full one. */
const WARM = { connections: 64, seconds: 15 };
const LOOK_MS = 10_000;
const SEED = 7;
/** Its multiples modulo 1 are spread evenly. */
const GOLDEN = 0.618_033_988_75;

/** `--minutes 10 --load 0.7 --faults 0.05 --port 9400`. Whether nothing failed, nothing was lost, and nothing grew. */
export async function soak(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: "string", default: "10" },
      load: { type: "string", default: "0.7" },
      faults: { type: "string", default: "0.05" },
      port: { type: "string", default: "9400" },
    },
  });
  const [minutes, share, faults, port] = [values.minutes, values.load, values.faults, values.port].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const options = { port, textsPerSecond: 100, spreadsheets: SPREADSHEETS, flaky: true };
  return withFleet(options, async (fleet) => {
    console.log(`\n${circumstances()}; npm run bench -- soak ${args.join(" ")}\n`);
    const forms = await makeForms(fleet);
    const ids = new Map(forms.map(({ path }) => [path, [] as string[]]));
    await fleet.setFaults(faults);
    const capacity = await findCapacity(fleet, forms, ids);
    const rates = ratesOf(capacity, share);
    console.log(`capacity a second: ${format(capacity)}; the load: ${format(rates)}`);
    await fleet.setFaults(0);
    await untilDrained(fleet);
    await fleet.setFaults(faults);
    const { looks, unknown } = await run(fleet, { forms, rates, seconds: minutes * 60, ids });
    await fleet.setFaults(0);
    const seconds = await untilDrained(fleet);
    console.log(`drained in ${seconds.toFixed(0)} s; errors in the log: ${format(Object.fromEntries(fleet.errors))}\n`);
    return printTable([...judge(looks, rates), ...(await verifyAll(fleet, { forms, ids, unknown }))]);
  });
}

const format = (numbers: object): string =>
  Object.entries(numbers)
    .map(([name, n]) => `${name} ${Math.round(n)}`)
    .join(", ") || "none";

const aimOf = ({ port, key }: Fleet, path: (n: number) => string): Aim => ({
  port,
  path: (n) => `${path(n)}/responses`,
  headers: { Authorization: `Bearer ${key}` },
  body: (n) => JSON.stringify({ answers: answersOf(n) }),
  status: 201,
});

/** A closed loop over all forms, which have more to deliver then than they can: what the providers got in its time is what they can. */
async function findCapacity(
  fleet: Fleet,
  forms: readonly SoakForm[],
  ids: ReadonlyMap<string, string[]>,
): Promise<Capacity> {
  const pathOf = (n: number) => pickForm(forms, LOOP_MIX, (n * GOLDEN) % 1).path;
  const aim = aimOf(fleet, pathOf);
  const answered = (n: number, text: string) => ids.get(pathOf(n))?.push(idOf(text));
  const packets = packetsOf(aim);
  await burst(aim, packets, { ...WARM, answered });
  const before = await fleet.delivered();
  const { requests, seconds } = await burst(aim, packets, { ...CAPACITY, answered });
  const after = await fleet.delivered();
  const rate = (read: (at: typeof after) => number) => (read(after) - read(before)) / seconds;
  return {
    stored: requests / seconds,
    rows: rate(({ rows }) => rows.length),
    texts: rate(({ texts }) => texts.length),
    // An event that comes again with its id is none more.
    events: rate(({ calls }) => new Map(calls).size),
  };
}

interface Run {
  readonly forms: readonly SoakForm[];
  readonly rates: Rates;
  readonly seconds: number;
  readonly ids: ReadonlyMap<string, string[]>;
}

async function run(fleet: Fleet, { forms, rates, seconds, ids }: Run): Promise<{ looks: Look[]; unknown: number }> {
  const random = createRandom(SEED);
  const chosen: SoakForm[] = [];
  const formOf = (n: number) => {
    chosen[n] ??= pickForm(forms, rates, random.next());
    return chosen[n];
  };
  const aim = aimOf(fleet, (n) => formOf(n).path);
  const looking = await startLooking(fleet, forms);
  const looks: Look[] = [];
  const look = async () => {
    const seen = await looking.look();
    looks.push(seen);
    console.log(formatLook(seen));
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  let unknown = 0;
  const { hung } = await openLoop({
    port: fleet.port,
    rate: Object.values(rates).reduce((a, b) => a + b, 0),
    seconds,
    random: createRandom(SEED + 1),
    packet: (n) => packetOf(aim, n),
    done(one) {
      looking.note(one);
      if (one.answer?.status === 201) ids.get(formOf(one.n).path)?.push(idOf(one.answer.text()));
      else unknown += 1;
    },
  });
  clearInterval(timer);
  looking.stop();
  if (hung > 0) console.log(`${hung} requests were never answered`);
  return { looks, unknown: unknown + hung };
}

/** The id in the answer to a submission: its first member. */
const idOf = (text: string): string => /"id":"([^"]+)"/.exec(text)?.[1] ?? "";
