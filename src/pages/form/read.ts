/**
 * From the entries of a posted form to the answers that checkAnswers takes. Pure. A text that does not convert stays a
 * text, so that checkAnswers complains about it instead of this file losing it. Called by routes.tsx.
 */
import type { Definition, Question } from "../../core/form";

/** What was typed, by input name; kept so that a page shown again shows it again. */
export type Typed = ReadonlyMap<string, readonly string[]>;

/** Names of the inputs that are the page's own, not answers. */
export const KEY_INPUT = "formlog_key";
export const VERSION_INPUT = "formlog_version";
/** Which page of the form is to be checked: its number, from 1 on. */
export const PART_INPUT = "formlog_part";
/** Where Turnstile's script puts its token. */
export const TURNSTILE_INPUT = "cf-turnstile-response";
/** Hidden from people; only a robot, or a browser filling in everything, writes into it. */
export const TRAP_INPUT = "formlog_website";

const PREFIX = "q_";
export const YES = "yes";
export const NO = "no";

/** The parts of questions with several inputs. A ref has no dot, so a part is never taken for another question. */
export type Part = "latitude" | "longitude" | "accuracy" | "offset";

/** The name of a question's input, or of one part of it. */
export const inputName = (ref: string, part?: Part): string => PREFIX + ref + (part === undefined ? "" : `.${part}`);

/** The first value typed under a name; "" when there is none. */
export const firstTyped = (typed: Typed, name: string): string => typed.get(name)?.[0] ?? "";

/** Groups entries by name. Line breaks become "\n": browsers send "\r\n", which would count twice against a limit. */
export function groupEntries(entries: Iterable<readonly [string, string]>): Typed {
  const typed = new Map<string, string[]>();
  for (const [name, value] of entries) {
    const text = value.replaceAll("\r\n", "\n");
    const values = typed.get(name);
    if (values) values.push(text);
    else typed.set(name, [text]);
  }
  return typed;
}

/**
 * The answers input for checkAnswers. Filled-in inputs of questions that the definition does not have are in it under
 * their own ref, so that they are refused (`unknown_question`) and never dropped.
 */
export function readAnswers(definition: Definition, typed: Typed): Readonly<Record<string, unknown>> {
  const answers: [string, unknown][] = [];
  const names = new Set<string>();
  for (const question of definition.questions) {
    if (question.type === "statement") continue;
    names.add(inputName(question.ref));
    if (question.type === "datetime") names.add(inputName(question.ref, "offset"));
    if (question.type === "location") {
      for (const part of ["latitude", "longitude", "accuracy"] as const) names.add(inputName(question.ref, part));
    }
    answers.push([question.ref, readAnswer(question, typed)]);
  }
  for (const [name, values] of typed) {
    if (!name.startsWith(PREFIX) || names.has(name)) continue;
    const filled = values.filter((value) => value !== "");
    if (filled.length > 0) answers.push([name.slice(PREFIX.length), filled]);
  }
  return Object.fromEntries(answers);
}

function readAnswer(question: Question, typed: Typed): unknown {
  const values = typed.get(inputName(question.ref)) ?? [];
  if (question.type === "multiple_choice") return values.filter((value) => value !== "");
  if (question.type === "location") return readLocation(question.ref, typed);
  // Two values for one answer: the list is refused as a wrong type, where taking one of them would lose the other.
  if (values.length > 1) return values;
  const value = values[0] ?? "";
  switch (question.type) {
    case "number":
    case "integer":
    case "rating":
    case "opinion_scale":
      return readNumber(value);
    case "yes_no":
      return value === YES ? true : value === NO ? false : value;
    case "datetime":
      return readDatetime(value, firstTyped(typed, inputName(question.ref, "offset")));
    case "phone_number":
      return latinDigits(value).trim();
    case "email":
    case "url":
      return value.trim();
    default:
      return value;
  }
}

/** Digits as the keyboards of India and of Arabic and Persian write them, by the code point of each zero. */
const ZEROS = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66];
const OTHER_DIGITS = new RegExp(
  `[${ZEROS.map((zero) => `${String.fromCharCode(zero)}-${String.fromCharCode(zero + 9)}`).join("")}]`,
  "g",
);

/** "१२.५" and "١٢٫٥" as "12.5"; minus signs as "-". */
function latinDigits(text: string): string {
  return text
    .replaceAll(OTHER_DIGITS, (digit) => {
      const code = digit.charCodeAt(0);
      return String(code - (ZEROS.findLast((zero) => zero <= code) ?? code));
    })
    .replaceAll("٫", ".")
    .replaceAll("−", "-");
}

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

function readNumber(value: string): unknown {
  const text = latinDigits(value).trim();
  if (!NUMBER.test(text)) return text;
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

/** `datetime-local` sends no offset: the script's if it ran, else UTC, as the page says beside the input. */
function readDatetime(value: string, offset: string): string {
  const local = value.trim();
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?$/.test(local)) return local;
  const seconds = local.length === "2026-11-23T14:05".length ? ":00" : "";
  return local + seconds + (/^[+-]\d{2}:\d{2}$/.test(offset) ? offset : "Z");
}

function readLocation(ref: string, typed: Typed): unknown {
  const read = (part: Part) => readNumber(firstTyped(typed, inputName(ref, part)));
  const [latitude, longitude, accuracy] = [read("latitude"), read("longitude"), read("accuracy")];
  // One text for the whole ("12.97, 77.59") is not an input of ours: refused by checkAnswers, not dropped.
  const whole = typed.get(inputName(ref));
  if (whole?.some((value) => value !== "")) return whole;
  if (latitude === "" && longitude === "") return null;
  return accuracy === "" ? { latitude, longitude } : { latitude, longitude, accuracy };
}
