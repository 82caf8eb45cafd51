/** The open loop of a soak: requests at random times, and a look every ten seconds. */
import { createRandom } from "../test/chaos/simulation/random";
import type { Fleet } from "./fleet";
import { answersOf } from "./lists-load";
import { type Aim, packetOf } from "./load";
import { openLoop } from "./open-loop";
import { pickForm, type Rates, type SoakForm } from "./soak-forms";
import { formatLook, type Look, startLooking } from "./soak-look";

const LOOK_MS = 10_000;
const SEED = 7;

/** Submissions, each to the form at this path. */
export const aimOf = ({ port, key }: Fleet, path: (n: number) => string): Aim => ({
  port,
  path: (n) => `${path(n)}/responses`,
  headers: { Authorization: `Bearer ${key}` },
  body: (n) => JSON.stringify({ answers: answersOf(n) }),
  status: 201,
});

export interface Run {
  readonly forms: readonly SoakForm[];
  readonly rates: Rates;
  readonly seconds: number;
  readonly ids: ReadonlyMap<string, string[]>;
}

/** Sends, and prints what it sees. `unknown`: requests that may have been stored, and nobody was told. */
export async function runOpen(
  fleet: Fleet,
  { forms, rates, seconds, ids }: Run,
): Promise<{ looks: Look[]; unknown: number }> {
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
export const idOf = (text: string): string => /"id":"([^"]+)"/.exec(text)?.[1] ?? "";
