/**
 * What an installation keeps up with while providers fail: a closed loop finds what it reaches at most, open loops from
 * there downwards the rest.
 */
import type { Fleet } from "./fleet";
import { burst, packetsOf } from "./load";
import {
  type Delivered,
  isKeptUp,
  LOOP_MIX,
  pickForm,
  type Rates,
  type Reached,
  ratesOf,
  type SoakForm,
} from "./soak-forms";
import { formatNumbers } from "./soak-look";
import { aimOf, idOf, type Run, runOpen } from "./soak-run";
import { untilDrained } from "./soak-verify";

/** Long enough for many a page to fail. */
const CLOSED = { connections: 64, seconds: 45 };
/** By its end every integration is behind, and its next page is a full one. */
const WARM = { connections: 64, seconds: 15 };
/** An open loop before its deliveries are counted, and while they are. */
const TRIAL = { warm: 30, seconds: 45 };
/** What was not kept up with is tried again at so much of it, down to the least share. */
const STEP = 0.8;
const SHARE_MIN = 0.2;
/** Its multiples modulo 1 are spread evenly. */
const GOLDEN = 0.618_033_988_75;

/**
 * A closed loop over all forms, which have more to deliver then than they can: what was stored, and what the providers
 * got in its time.
 */
async function reach(fleet: Fleet, forms: readonly SoakForm[], ids: ReadonlyMap<string, string[]>): Promise<Reached> {
  const pathOf = (n: number) => pickForm(forms, LOOP_MIX, (n * GOLDEN) % 1).path;
  const aim = aimOf(fleet, pathOf);
  const answered = (n: number, text: string) => ids.get(pathOf(n))?.push(idOf(text));
  const packets = packetsOf(aim);
  await burst(aim, packets, { ...WARM, answered });
  const before = await deliveredBy(fleet);
  const { requests, seconds } = await burst(aim, packets, { ...CLOSED, answered });
  const after = await deliveredBy(fleet);
  const rate = (what: keyof Delivered) => (after[what] - before[what]) / seconds;
  return { stored: requests / seconds, rows: rate("rows"), texts: rate("texts"), events: rate("events") };
}

/** What the providers got until now. An event that comes again with its id is none more. */
async function deliveredBy(fleet: Fleet): Promise<Delivered> {
  const { rows, texts, calls } = await fleet.delivered();
  return { rows: rows.length, texts: texts.length, events: new Map(calls).size };
}

/** How a capacity is looked for. */
export interface Search {
  readonly forms: readonly SoakForm[];
  /** Ids of what was stored, by the path of the form: added to. */
  readonly ids: ReadonlyMap<string, string[]>;
  /** The share of the calls to providers that fail; what is left behind drains without. */
  readonly faults: number;
}

/**
 * The rates that it keeps up with, for a share of them. A closed loop sends in full groups, which costs less than as
 * many requests that come one by one: so what it reached is tried in an open loop, and so much less of it until
 * everything is delivered as it comes. Throws when that is nowhere.
 */
export async function findCapacity(fleet: Fleet, { forms, ids, faults }: Search): Promise<(share: number) => Rates> {
  const drain = async () => {
    await fleet.setFaults(0);
    await untilDrained(fleet);
    await fleet.setFaults(faults);
  };
  const reached = await reach(fleet, forms, ids);
  console.log(`reached in a closed loop, a second: ${formatNumbers(reached)}`);
  await drain();
  for (let capacity = 1; capacity >= SHARE_MIN; capacity *= STEP) {
    const rates = ratesOf(reached, capacity);
    console.log(`tried, a second: ${formatNumbers(rates)}`);
    const kept = await keepsUp(fleet, { forms, rates, ids });
    await drain();
    if (kept) return (share) => ratesOf(reached, share * capacity);
  }
  throw new Error("it keeps up with nothing");
}

/** Whether all that an open loop brings is delivered as it comes. */
async function keepsUp(fleet: Fleet, load: Omit<Run, "seconds">): Promise<boolean> {
  await runOpen(fleet, { ...load, seconds: TRIAL.warm });
  const before = await deliveredBy(fleet);
  await runOpen(fleet, { ...load, seconds: TRIAL.seconds });
  return isKeptUp({ before, after: await deliveredBy(fleet) }, load.rates, TRIAL.seconds);
}
