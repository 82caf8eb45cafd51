/**
 * A form of trips, rules over its other responses, and what they flag when all of the log is looked through in the
 * plainest way.
 */

import { env } from "cloudflare:workers";
import { segmentStart } from "../../src/core/ids";
import type { Answers, ResponseRecord } from "../../src/core/response";
import type { Engine } from "../../src/dispatch/engine";
import { readAfter } from "../../src/store/responses";
import { listSegments, type Segment, type Shards } from "../../src/store/shards";
import { type D1Gate, gatedD1 } from "./gated-d1";
import type { World } from "./world";

/** A worker all of whose calls, to all databases, pass a gate. */
export function gatedWorker({ ctx }: World, gate: D1Gate): Partial<Engine> {
  const all = ctx.shards.all.map(({ no, db }) => ({ no, db: gatedD1(db, gate) }));
  const get = (no: number) => all[no] ?? ctx.shards.get(no);
  return { index: gatedD1(env.TEST_SEARCH_DB, gate), shards: { control: get(0).db, all, get } };
}

export const TRIPS = {
  title: "Trips",
  questions: [
    { ref: "phone", type: "phone_number" as const, title: "Phone" },
    { ref: "vehicle", type: "short_text" as const, title: "Vehicle" },
    {
      ref: "trip_type",
      type: "dropdown" as const,
      title: "Trip",
      choices: ["one_way", "round_trip"].map((id) => ({ id, label: id })),
    },
    { ref: "trip_date", type: "date" as const, title: "Day" },
    { ref: "km", type: "number" as const, title: "Odometer" },
  ],
};

/** The two of the README, and one whose condition looks at other answers. */
export const UNIQUE_PHONE = {
  name: "unique_phone",
  message: "Another response has this phone number.",
  translations: { hi: "यह फ़ोन नंबर किसी और उत्तर में है।" },
  lookup: { same: ["phone"] },
};
export const NO_SECOND_TRIP = {
  name: "no_second_round_trip",
  message: "This vehicle made a round trip in the seven days before.",
  lookup: {
    same: [{ question: "vehicle", as: "code" as const }],
    when: 'trip_type == "round_trip"',
    within: { days: 7, question: "trip_date" },
  },
};
export const LESS_DRIVEN = {
  name: "odometer_runs_back",
  message: "The odometer showed more before.",
  questions: ["km"],
  lookup: {
    same: [{ question: "vehicle", as: "code" as const }],
    within: { days: 30 },
    condition: "this.km < other.km",
    limit: 2,
  },
};
export const CONFIG = { rules: [UNIQUE_PHONE, NO_SECOND_TRIP, LESS_DRIVEN], defaultCountry: "IN" };

/** One thing, as people write it. */
export const PHONES = ["+919876543210", "098765 43210", "+91 98765-43210", "+919812345678"];
export const PLATES = ["MH 12 AB 1234", "mh12ab1234", "MH-12-AB-1234", "ＭＨ１２ＡＢ１２３４", "KA 01 X 1"];

const isSamePhone = (a: unknown, b: unknown) =>
  a !== undefined && b !== undefined && /5678$/.test(`${a}`) === /5678$/.test(`${b}`);
const isSamePlate = (a: unknown, b: unknown) =>
  a !== undefined && b !== undefined && /^KA/.test(`${a}`) === /^KA/.test(`${b}`);

const dayOf = ({ trip_date }: Answers) => (trip_date === undefined ? null : Date.parse(String(trip_date)) / 86_400_000);

type Place = readonly number[];
const isBefore = (a: Place, b: Place): boolean => {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at !== -1 && (a[at] ?? 0) < (b[at] ?? 0);
};

/** Names of the rules that a response breaks, given all others. */
function brokenBy(one: ResponseRecord, all: readonly ResponseRecord[]): string[] {
  const others = all.filter((other) => other !== one);
  const came = (of: ResponseRecord) => [of.receivedAt, of.position];
  const trip = (of: ResponseRecord) => [dayOf(of.answers) ?? 0, ...came(of)];
  const { answers } = one;
  const isRound = (of: Answers) => of.trip_type === "round_trip" && dayOf(of) !== null;
  const broken: string[] = [];
  if (others.some((other) => isSamePhone(answers.phone, other.answers.phone) && isBefore(came(other), came(one)))) {
    broken.push("unique_phone");
  }
  const second = others.some(
    (other) =>
      [one, other].every((of) => isRound(of.answers)) &&
      isSamePlate(answers.vehicle, other.answers.vehicle) &&
      isBefore(trip(other), trip(one)) &&
      (dayOf(answers) ?? 0) - (dayOf(other.answers) ?? 0) <= 7,
  );
  if (second) broken.push("no_second_round_trip");
  const before = others
    .filter(
      (other) =>
        isSamePlate(answers.vehicle, other.answers.vehicle) &&
        isBefore(came(other), came(one)) &&
        one.receivedAt - other.receivedAt <= 30 * 86_400_000,
    )
    .toSorted((a, b) => (isBefore(came(a), came(b)) ? 1 : -1))
    .slice(0, 2);
  if (before.some((other) => Number(answers.km) < Number(other.answers.km))) broken.push("odometer_runs_back");
  return broken;
}

/** All responses of a form, in the order of the log, on whichever shards. */
export async function readLog(shards: Shards, form: string): Promise<ResponseRecord[]> {
  const read = ({ shard, no }: Segment) =>
    readAfter(shards.get(shard), no, segmentStart(no), { count: 10_000, bytes: 10_000_000 });
  return (await Promise.all((await listSegments(shards, form)).map(read))).flat();
}

/** What is to be flagged in a log, by response; and what is. */
export function compareFlags(log: readonly ResponseRecord[], passes: (answers: Answers) => boolean = () => true) {
  const all = log.filter(({ erasedAt, answers }) => erasedAt === null && passes(answers));
  return {
    wanted: log.map((one) => [one.position, all.includes(one) ? brokenBy(one, all) : []]),
    found: log.map(({ position, flags }) => [position, flags.map(({ rule }) => rule)]),
  };
}
