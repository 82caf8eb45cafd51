/**
 * What a value must be to answer a question of each type: one checker per type, built once for a question (its limits
 * and its complaints are ready-made) and then run for every response. Called by core/compiled.ts only.
 */
import { countCharacters, isDate, isDatetime, isEmail, isPhone, isTime, isWebAddress } from "./answer-formats";
import { type Question, type QuestionType, scaleBounds } from "./form";
import { isPiledUp, isStorable, toNfc } from "./nfc";
import { compilePattern } from "./pattern";
import { isPlainObject } from "./plain-object";
import type { Answer } from "./response";

export type AnswerCode =
  | "required"
  | "unknown_question"
  | "wrong_type"
  | "too_short"
  | "too_long"
  | "out_of_range"
  | "not_integer"
  | "invalid_email"
  | "invalid_phone"
  | "invalid_url"
  | "invalid_date"
  | "invalid_time"
  | "invalid_datetime"
  | "invalid_choice"
  | "too_few"
  | "too_many"
  | "duplicate_choice"
  | "invalid_location"
  | "pattern_mismatch"
  | "invalid_text";

/** `part` is where in the value the mistake stands, as the rest of a JSON Pointer ("/2", "/latitude"). */
export interface Complaint {
  readonly code: AnswerCode;
  readonly detail: string;
  readonly part?: string;
}

/** Takes a complaint; returns undefined so that a checker can end with it. */
export type Report = (complaint: Complaint) => undefined;
/** The answer to store; when it reported something, what it returns is not used. */
export type Check = (value: unknown, report: Report) => Answer | undefined;

/** Characters that a text may have when its question does not say. */
export const TEXT_LIMITS = { short_text: 1_000, long_text: 100_000 } as const;

const complaint = (code: AnswerCode, detail: string): Complaint => ({ code, detail });
const NOT_TEXT = complaint("wrong_type", "Must be a text (a string).");
const NOT_STORABLE = complaint("invalid_text", "Has characters that can't be stored: NUL or half a Unicode pair.");
const PILED_UP = complaint("invalid_text", "Has more than 30 accents or other marks on one letter.");

/** A string of one written form. */
function pattern(test: (text: string) => boolean, bad: Complaint): () => Check {
  const check: Check = (value, report) => {
    if (typeof value !== "string") return report(NOT_TEXT);
    const text = toNfc(value);
    return test(text) ? text : report(bad);
  };
  return () => check;
}

function text(question: Question): Check {
  const min = question.minLength ?? 0;
  const max = question.maxLength ?? TEXT_LIMITS[question.type === "long_text" ? "long_text" : "short_text"];
  const tooShort = complaint("too_short", `Must have at least ${min} characters.`);
  const tooLong = complaint("too_long", `Must have at most ${max} characters.`);
  const compiled = question.pattern === undefined ? null : compilePattern(question.pattern);
  const noFit = complaint("pattern_mismatch", `Must be written as the pattern ${question.pattern} says.`);
  return (given, report) => {
    if (typeof given !== "string") return report(NOT_TEXT);
    if (isPiledUp(given)) return report(PILED_UP);
    const value = toNfc(given);
    if (!isStorable(value)) report(NOT_STORABLE);
    if (value.length < min || (min > 0 && value.length < 2 * min && countCharacters(value) < min)) report(tooShort);
    if (value.length > max && (value.length > 2 * max || countCharacters(value) > max)) return report(tooLong);
    if (compiled?.ok && !compiled.test(value, true)) report(noFit);
    return value;
  };
}

/** "From 1 to 5", "at least 1", "at most 5"; empty when nothing bounds it. */
function range(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return `from ${min} to ${max}`;
  if (min !== undefined) return `at least ${min}`;
  return max === undefined ? "" : `at most ${max}`;
}

interface Bounds {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

function number({ min, max }: Bounds): Check {
  const notNumber = complaint("wrong_type", "Must be a number, such as 12 or 12.5.");
  const outside = complaint("out_of_range", `Must be ${range(min, max)}.`);
  return (value, report) => {
    if (typeof value !== "number" || !Number.isFinite(value)) return report(notNumber);
    return (min !== undefined && value < min) || (max !== undefined && value > max) ? report(outside) : value;
  };
}

/** Beyond 2^53 a JSON number has been rounded on its way here: what arrived is not what was meant. */
function integer(bounds: Bounds): Check {
  const inner = number(bounds);
  const notInteger = complaint("not_integer", "Must be a whole number, such as 12.");
  const tooLarge = complaint("out_of_range", `Must be ${range(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)}.`);
  return (value, report) => {
    const answer = inner(value, report);
    if (typeof answer !== "number" || Number.isSafeInteger(answer)) return answer;
    return report(Number.isInteger(answer) ? tooLarge : notInteger);
  };
}

function invalidChoice(question: Question): Complaint {
  const ids = (question.choices ?? []).map((choice) => choice.id);
  const shown = ids.slice(0, 10).join(", ") + (ids.length > 10 ? ", …" : "");
  return complaint("invalid_choice", `Must be the id of one of the choices: ${shown}.`);
}

const choiceIds = (question: Question): ReadonlySet<string> => new Set(question.choices?.map((choice) => choice.id));

function oneChoice(question: Question): Check {
  const ids = choiceIds(question);
  const notId = complaint("wrong_type", "Must be one choice id (a string).");
  const bad = invalidChoice(question);
  return (value, report) => {
    if (typeof value !== "string") return report(notId);
    return ids.has(value) ? value : report(bad);
  };
}

function manyChoices(question: Question): Check {
  const ids = choiceIds(question);
  const min = question.minChoices ?? 0;
  const max = question.maxChoices ?? ids.size;
  const bad = invalidChoice(question);
  const notList = complaint("wrong_type", "Must be a list of choice ids (strings).");
  const tooFew = complaint("too_few", `Pick at least ${min}.`);
  const tooMany = complaint("too_many", `Pick at most ${max}.`);
  return (value, report) => {
    if (!Array.isArray(value)) return report(notList);
    const list: readonly unknown[] = value;
    const picked = new Set<string>();
    for (const [i, id] of list.entries()) {
      const part = `/${i}`;
      if (typeof id !== "string") report({ ...notList, part });
      else if (!ids.has(id)) report({ ...bad, part });
      else if (picked.has(id)) report({ code: "duplicate_choice", detail: "Is in the list already.", part });
      else picked.add(id);
    }
    if (list.length < min) report(tooFew);
    if (list.length > max) report(tooMany);
    return [...picked];
  };
}

const LOCATION_PARTS: Readonly<Record<string, readonly [min: number, max: number, detail: string]>> = {
  latitude: [-90, 90, "Latitude must be a number from -90 to 90, in degrees."],
  longitude: [-180, 180, "Longitude must be a number from -180 to 180, in degrees."],
  accuracy: [0, Number.MAX_VALUE, "Accuracy must be a number of metres; leave it out when it is not known."],
};

const location: Check = (value, report) => {
  if (!isPlainObject(value)) {
    return report(complaint("wrong_type", 'Must be an object such as {"latitude": 12.97, "longitude": 77.59}.'));
  }
  const read = (key: "latitude" | "longitude" | "accuracy") => {
    const found = Object.hasOwn(value, key) ? value[key] : undefined;
    const [min, max, detail] = LOCATION_PARTS[key] ?? [0, 0, ""];
    if (typeof found === "number" && found >= min && found <= max) return found;
    if (found !== undefined || key !== "accuracy") report({ code: "invalid_location", detail, part: `/${key}` });
    return undefined;
  };
  const latitude = read("latitude");
  const longitude = read("longitude");
  const accuracy = read("accuracy");
  if (Object.keys(value).some((key) => !Object.hasOwn(LOCATION_PARTS, key))) {
    report(complaint("invalid_location", "Has only latitude, longitude and accuracy."));
  }
  if (latitude === undefined || longitude === undefined) return undefined;
  return accuracy === undefined ? { latitude, longitude } : { latitude, longitude, accuracy };
};

const yesNo: Check = (value, report) =>
  typeof value === "boolean" ? value : report(complaint("wrong_type", "Must be yes or no (true or false)."));

const statement: Check = (_value, report) =>
  report(complaint("unknown_question", "Only shows a text and takes no answer; leave it out."));

/** How a checker is made from a question, for each type. */
export const CHECKS: Readonly<Record<QuestionType, (question: Question) => Check>> = {
  short_text: text,
  long_text: text,
  number,
  integer,
  rating: (question) => integer(scaleBounds(question)),
  opinion_scale: (question) => integer(scaleBounds(question)),
  email: pattern(isEmail, complaint("invalid_email", "Must be an e-mail address, such as name@example.org.")),
  phone_number: pattern(
    isPhone,
    complaint("invalid_phone", "Must be a phone number of 5 to 20 digits, such as +91 98765 43210."),
  ),
  url: pattern(isWebAddress, complaint("invalid_url", "Must be a web address, such as https://example.org.")),
  date: pattern(isDate, complaint("invalid_date", "Must be a day that exists, such as 2026-11-23.")),
  time: pattern(isTime, complaint("invalid_time", "Must be a time of day, such as 14:05.")),
  datetime: pattern(
    isDatetime,
    complaint("invalid_datetime", "Must be a date and time with its offset, such as 2026-11-23T14:05:00Z."),
  ),
  yes_no: () => yesNo,
  single_choice: oneChoice,
  dropdown: oneChoice,
  multiple_choice: manyChoices,
  location: () => location,
  statement: () => statement,
};
