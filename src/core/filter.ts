/**
 * Filters of a list of responses: operators with OData's names (`filter[age][ge]=18`), typed by the question they are
 * about. Pure: texts of an address become conditions with values as store/ compares them.
 */
import { isDate, isDatetime, isTime } from "./answer-formats";
import { AppError } from "./errors";
import type { Question, QuestionType } from "./form";

export const OPERATORS = ["eq", "ne", "gt", "ge", "lt", "le", "in", "contains", "startswith"] as const;
export type Operator = (typeof OPERATORS)[number];

/** `filter[subject][operator]=value` as it was sent; `values` are several for `in`. `name` is how an error calls it. */
export interface RawCondition {
  readonly name: string;
  readonly subject: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/** A condition on an answer. Times of day are HH:MM:SS, datetimes seconds since the epoch, yes and no are 1 and 0. */
export interface AnswerCondition {
  readonly ref: string;
  readonly type: QuestionType;
  readonly indexed: boolean;
  readonly operator: Operator;
  /** One, or for `in` any number. */
  readonly values: readonly (string | number)[];
}

/**
 * A condition on an entry of metadata, whose type nothing fixes: compared as texts, in their order as numbers if it is
 * one.
 */
export interface MetadataCondition {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

const TEXT: readonly Operator[] = ["eq", "ne", "in", "contains", "startswith"];
const ORDERED: readonly Operator[] = ["eq", "ne", "gt", "ge", "lt", "le", "in"];
const CHOICE: readonly Operator[] = ["eq", "ne", "in"];

/** What can be asked of an answer; types that are not named can't be filtered by. */
const OPERATORS_OF: Readonly<Partial<Record<QuestionType, readonly Operator[]>>> = {
  short_text: TEXT,
  long_text: TEXT,
  email: TEXT,
  phone_number: TEXT,
  url: TEXT,
  number: ORDERED,
  integer: ORDERED,
  rating: ORDERED,
  opinion_scale: ORDERED,
  date: ORDERED,
  time: ORDERED,
  datetime: ORDERED,
  yes_no: ["eq", "ne"],
  single_choice: CHOICE,
  dropdown: CHOICE,
  multiple_choice: ["contains", "in"],
};

/** The operators that an answer can be asked by; none: it can't be filtered by. */
export const operatorsOf = (type: QuestionType): readonly Operator[] => OPERATORS_OF[type] ?? [];

type Read = (text: string) => string | number | null;

const readNumber: Read = (text) => (/^-?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,3})?$/.test(text) ? Number(text) : null);
const readDatetime: Read = (text) => (isDatetime(text) ? Date.parse(text.toUpperCase()) / 1000 : null);
const NUMBER = [readNumber, "a number, such as 12 or 12.5"] as const;

/** How a value is read, and what it must be; other types take any text. */
const VALUES_OF: Readonly<Partial<Record<QuestionType, readonly [read: Read, mustBe: string]>>> = {
  number: NUMBER,
  integer: NUMBER,
  rating: NUMBER,
  opinion_scale: NUMBER,
  yes_no: [(text) => ({ true: 1, false: 0 })[text] ?? null, "true or false"],
  date: [(text) => (isDate(text) ? text : null), "a day, such as 2026-11-23"],
  time: [(text) => (isTime(text) ? `${text}:00`.slice(0, 8) : null), "a time of day, such as 14:05"],
  datetime: [readDatetime, "a date and time with its offset, such as 2026-11-23T14:05:00Z (a + in an address is %2B)"],
};

const refuse = (name: string, detail: string) =>
  new AppError("invalid_parameter", { detail: `\`${name}\`: ${detail}` });

/** The condition on a question's answer. Throws `invalid_parameter`, which names what is allowed. */
export function readAnswerCondition(raw: RawCondition, question: Question): AnswerCondition {
  const { type, ref } = question;
  const allowed = OPERATORS_OF[type];
  if (!allowed) throw refuse(raw.name, `answers to ${type} can't be filtered by.`);
  const operator = allowed.find((one) => one === raw.operator);
  if (!operator) throw refuse(raw.name, `a question of type ${type} takes ${allowed.join(", ")}.`);
  const values = raw.values.map((text) => readValue(raw.name, question, text));
  return { ref, type, indexed: question.indexed === true, operator, values };
}

function readValue(name: string, { type, choices }: Question, text: string): string | number {
  const [read, mustBe] = VALUES_OF[type] ?? [];
  const value = read ? read(text) : text;
  if (value === null) throw refuse(name, `the value is ${mustBe}.`);
  if (choices && !choices.some((choice) => choice.id === text)) {
    const ids = choices.slice(0, 10).map((choice) => choice.id);
    throw refuse(name, `the value is the id of a choice: ${ids.join(", ")}${choices.length > 10 ? ", …" : ""}.`);
  }
  return value;
}

/** The condition on an entry of metadata. Throws `invalid_parameter`. */
export function readMetadataCondition(raw: RawCondition): MetadataCondition {
  const operator = OPERATORS.find((one) => one === raw.operator);
  if (!operator) throw refuse(raw.name, `the operators are ${OPERATORS.join(", ")}.`);
  return { key: raw.subject, operator, values: raw.values };
}
