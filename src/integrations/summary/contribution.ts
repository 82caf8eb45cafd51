/** What the summary counts of one response. Pure. */
import { countCharacters } from "../../core/answer-formats";
import type { Contribution, Count } from "../../core/contribution";
import { CHOICE_TYPES, NUMBER_TYPES, type QuestionType, TEXT_TYPES } from "../../core/form";
import type { Deps } from "../../core/integration";
import { DAYS, localAt } from "../../core/opening-hours";
import type { Answer, ResponseRecord } from "../../core/response";
import { lengthBucket, monthBucket } from "./buckets";
import type { Config } from "./manifest";
import { countsOfNumber } from "./numbers";

/** The subject of what is counted of responses as such; all other subjects are refs of questions. */
export const FORM = "";

/** Counts of a response beside those of `answered`: its contribution is one value in D1, which takes 2 MB. */
const DETAILS_MAX = 10_000;

/** The time zone of days and hours, when the config does not say. */
export const zoneOf = ({ timeZone = "UTC" }: Config): string => timeZone;

interface About {
  readonly config: Config;
  readonly form: Pick<Deps["form"], "definitions">;
}

export function contributionOf(response: ResponseRecord, { config, form }: About): Contribution {
  if (response.erasedAt !== null) return { counts: [[FORM, "erased", ""]] };
  const asked = form.definitions.get(response.version)?.questions ?? [];
  const types = new Map(asked.map(({ ref, type }) => [ref, type]));
  // In the order of their refs: an edit may put answers in another order.
  const answered = Object.entries(response.answers).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    counts: [
      ...countsOfResponse(response, zoneOf(config)),
      ...answered.map(([ref]): Count => [ref, "answered", ""]),
      ...answered.flatMap(([ref, answer]) => countsOfAnswer(ref, types.get(ref), answer)).slice(0, DETAILS_MAX),
    ],
  };
}

function countsOfResponse({ receivedAt, review, version, flags }: ResponseRecord, timeZone: string): Count[] {
  const { day, date, time } = localAt(timeZone, receivedAt);
  return [
    [FORM, "day", date],
    [FORM, "hour", DAYS.indexOf(day) * 24 + hourOf(time)],
    [FORM, "review", review],
    [FORM, "version", version],
    ...countsOfFlags(flags),
  ];
}

/**
 * Rules of the form by name. An integration may think of any number of names: its flags count as its own, whatever they
 * are.
 */
function countsOfFlags(flags: ResponseRecord["flags"]): Count[] {
  const rules = new Set(flags.flatMap(({ rule, source }) => (source === undefined ? [rule] : [])));
  const sources = new Set(flags.flatMap(({ source }) => (source === undefined ? [] : [source])));
  return [
    ...[...rules].toSorted().map((rule): Count => [FORM, "flag", rule]),
    ...[...sources].toSorted().map((source): Count => [FORM, "flagged_by", source]),
  ];
}

const hourOf = (time: string) => Number(time.slice(0, 2));

function countsOfAnswer(ref: string, type: QuestionType | undefined, answer: Answer): Count[] {
  if (type === undefined) return [];
  if (CHOICE_TYPES.has(type) || type === "yes_no") {
    const chosen = [answer].flat().map(String);
    const counts = chosen.map((id): Count => [ref, "choice", id]);
    return type === "multiple_choice" ? [[ref, "picked", chosen.length], ...counts] : counts;
  }
  if (NUMBER_TYPES.has(type)) return countsOfNumber(ref, Number(answer));
  const text = String(answer);
  if (TEXT_TYPES.has(type)) return [[ref, "length", lengthBucket(countCharacters(text))]];
  if (type === "time") return [[ref, "hour", hourOf(text)]];
  if (type === "date") return [[ref, "month", monthBucket(text)]];
  if (type !== "datetime") return [];
  return [
    [ref, "month", monthBucket(text)],
    [ref, "hour", hourOf(text.slice(11))],
  ];
}
