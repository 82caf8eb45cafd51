/**
 * Conditions as people put them together, question by question, and as CEL. What is written here can be read again; any
 * other expression is left to those who write them. Pure.
 */
import { CHOICE_TYPES, type Definition, NUMBER_TYPES, type Question, type QuestionType } from "../form";

export const COMPARISONS = {
  is: "is",
  is_not: "is not",
  more: "is more than, or after",
  at_least: "is at least",
  less: "is less than, or before",
  at_most: "is at most",
  contains: "contains",
  contains_not: "does not contain",
  begins: "begins with",
  answered: "has an answer",
  unanswered: "has no answer",
} as const;
export type Comparison = keyof typeof COMPARISONS;

/** One question compared with a value as it is typed (a label, a number, yes or no), or with another question. */
export interface Term {
  readonly ref: string;
  readonly is: Comparison;
  readonly value: string;
  /** The other question; "": the value. */
  readonly other: string;
}

export interface Condition {
  readonly join: "all" | "any";
  readonly terms: readonly Term[];
}

/** More are easier to read as an expression. */
export const TERMS_MAX = 8;

const SIGNS = { is: "==", is_not: "!=", more: ">", at_least: ">=", less: "<", at_most: "<=" } as const;
const isSign = (is: Comparison): is is keyof typeof SIGNS => Object.hasOwn(SIGNS, is);
const NO_VALUE: ReadonlySet<Comparison> = new Set(["answered", "unanswered"]);

export type Written =
  | { readonly ok: true; readonly expression: string }
  | { readonly ok: false; readonly mistake: string };

/** The condition in CEL. Not ok: what is to be changed, as a sentence. */
export function writeCondition({ join, terms }: Condition, definition: Pick<Definition, "questions">): Written {
  const written = terms.map((term) => writeTerm(term, definition.questions));
  const bad = written.find((one) => !one.ok);
  if (bad) return bad;
  const texts = written.flatMap((one) => (one.ok ? [one.expression] : []));
  return { ok: true, expression: texts.join(join === "all" ? " && " : " || ") };
}

const wrong = (mistake: string): Written => ({ ok: false, mistake });
const right = (expression: string): Written => ({ ok: true, expression });

function writeTerm(term: Term, questions: readonly Question[]): Written {
  const { ref, is } = term;
  const question = questions.find((one) => one.ref === ref);
  if (!question) return wrong("A condition names a question that the form does not have.");
  const { title, type } = question;
  if (NO_VALUE.has(is)) return right(`${ref} ${is === "answered" ? "!=" : "=="} null`);
  if (type === "location") return wrong(`Of “${title}” can only be asked whether it has an answer.`);
  const value = term.other === "" ? literal(question, term.value) : otherRef(question, term.other, questions);
  if (value === null) return wrong(missing(question, term));
  if (isSign(is) && type !== "multiple_choice") {
    const ordered = type !== "yes_no" && !CHOICE_TYPES.has(type);
    return is === "is" || is === "is_not" || ordered
      ? right(`${ref} ${SIGNS[is]} ${value}`)
      : wrong(`The answers to “${title}” have no order.`);
  }
  const not = is === "contains_not" ? "!" : "";
  if (type === "multiple_choice") {
    if (is !== "contains" && is !== "contains_not")
      return wrong(`“${title}” takes several choices: ask whether it contains one.`);
    return right(not ? `!(${value} in ${ref})` : `${value} in ${ref}`);
  }
  if (!isText(type)) return wrong(`“${title}” is no text: compare it with is, more or less.`);
  return right(`${not}${ref}.${is === "begins" ? "startsWith" : "contains"}(${value})`);
}

const isText = (type: QuestionType) =>
  !NUMBER_TYPES.has(type) &&
  !CHOICE_TYPES.has(type) &&
  type !== "yes_no" &&
  type !== "location" &&
  type !== "statement";

/** A value as CEL writes it; null: it is none for such a question. */
function literal({ type, choices = [] }: Question, typed: string): string | null {
  const value = typed.trim();
  if (value === "") return null;
  if (NUMBER_TYPES.has(type)) return /^-?\d+(?:\.\d+)?$/.test(value) ? value : null;
  if (type === "yes_no") {
    const word = value.toLowerCase();
    return word === "yes" || word === "true" ? "true" : word === "no" || word === "false" ? "false" : null;
  }
  if (!CHOICE_TYPES.has(type)) return JSON.stringify(value);
  const choice = choices.find(({ label }) => label === value) ?? choices.find(({ id }) => id === value);
  const alike = choices.filter(({ label }) => label.toLowerCase() === value.toLowerCase());
  const id = choice?.id ?? (alike.length === 1 ? alike[0]?.id : undefined);
  return id === undefined ? null : JSON.stringify(id);
}

function otherRef({ type }: Question, ref: string, questions: readonly Question[]): string | null {
  const other = questions.find((one) => one.ref === ref);
  return other && kindOf(other.type) === kindOf(type) ? ref : null;
}

const kindOf = (type: QuestionType) => (NUMBER_TYPES.has(type) ? "number" : isText(type) ? "text" : type);

function missing({ title, type, choices = [] }: Question, { value, other }: Term): string {
  if (other !== "") return `“${title}” can't be compared with that question: their answers are of different kinds.`;
  if (value.trim() === "") return `Say what “${title}” is compared with.`;
  if (NUMBER_TYPES.has(type)) return `“${title}” is compared with a number, as 12 or 0.5.`;
  if (type === "yes_no") return `“${title}” is compared with yes or no.`;
  const labels = choices.slice(0, 10).map(({ label }) => label);
  return `“${title}” has no such choice. It has: ${labels.join(", ")}${choices.length > labels.length ? " …" : ""}.`;
}

const NAME = "[A-Za-z]\\w*";
const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';
const COMPARED = new RegExp(`^(${NAME}) (==|!=|<=|>=|<|>) (${QUOTED}|-?\\d+(?:\\.\\d+)?|${NAME})$`);
const CONTAINED = new RegExp(`^(?:(${QUOTED}) in (${NAME})|!\\((${QUOTED}) in (${NAME})\\))$`);
const CALLED = new RegExp(`^(!?)(${NAME})\\.(contains|startsWith)\\((${QUOTED})\\)$`);
const BARE = new RegExp(`^(!?)(${NAME})$`);

/** The condition that an expression is; null: it is more than that. */
export function readCondition(expression: string, definition: Pick<Definition, "questions">): Condition | null {
  const parts = splitJoined(expression.trim());
  if (parts === null || parts.texts.length > TERMS_MAX) return null;
  const terms = parts.texts.map((text) => readTerm(text, definition.questions));
  const read = terms.filter((term) => term !== null);
  if (read.length !== terms.length) return null;
  const condition = { join: parts.join, terms: read } as const;
  // What could not be written so is not what it seems.
  return writeCondition(condition, definition).ok ? condition : null;
}

/** Split at `&&` or `||` outside of quotes; null: both, or one inside of brackets. */
function splitJoined(expression: string): { join: Condition["join"]; texts: string[] } | null {
  const pieces = expression.match(new RegExp(`${QUOTED}|&&|\\|\\||[^"&|]+|.`, "gs")) ?? [];
  const signs = new Set(pieces.filter((piece) => piece === "&&" || piece === "||"));
  if (signs.size > 1) return null;
  const texts = [""];
  for (const piece of pieces) {
    if (signs.has(piece)) texts.push("");
    else texts.push((texts.pop() ?? "") + piece);
  }
  return { join: signs.has("||") ? "any" : "all", texts: texts.map((text) => text.trim()) };
}

function readTerm(text: string, questions: readonly Question[]): Term | null {
  const find = (ref: string | undefined) => questions.find((one) => one.ref === ref);
  const [, not = "", bare] = BARE.exec(text) ?? [];
  if (bare !== undefined && find(bare)?.type === "yes_no") return term(bare, "is", not ? "no" : "yes");
  const [, ref = "", sign, value = ""] = COMPARED.exec(text) ?? [];
  if (sign !== undefined) return readCompared(find(ref), sign, value, find);
  const [, inside, list, outside, unlist] = CONTAINED.exec(text) ?? [];
  const chosen = find(list ?? unlist);
  if (chosen)
    return term(chosen.ref, list === undefined ? "contains_not" : "contains", shown(chosen, inside ?? outside ?? ""));
  const [, no, called, name, argument = ""] = CALLED.exec(text) ?? [];
  const asked = find(called);
  if (!asked || (no && name === "startsWith")) return null;
  return term(asked.ref, name === "startsWith" ? "begins" : no ? "contains_not" : "contains", shown(asked, argument));
}

const term = (ref: string, is: Comparison, value: string | null, other = ""): Term | null =>
  value === null ? null : { ref, is, value, other };

function readCompared(
  question: Question | undefined,
  sign: string,
  value: string,
  find: (ref: string) => Question | undefined,
): Term | null {
  if (!question) return null;
  const { ref } = question;
  if (value === "null")
    return sign === "==" || sign === "!=" ? term(ref, sign === "==" ? "unanswered" : "answered", "") : null;
  const is = (Object.keys(SIGNS) as (keyof typeof SIGNS)[]).find((one) => SIGNS[one] === sign);
  if (is === undefined) return null;
  if (value === "true" || value === "false") return term(ref, is, value === "true" ? "yes" : "no");
  return find(value) ? term(ref, is, "", value) : term(ref, is, shown(question, value));
}

/** A literal as people type it; null: it is none of ours. */
function shown({ type, choices = [] }: Question, text: string): string | null {
  if (!text.startsWith('"')) return NUMBER_TYPES.has(type) ? text : null;
  const value = unquoted(text);
  if (value === null || NUMBER_TYPES.has(type)) return null;
  // What an input of one line can't hold is left to expressions.
  if (!CHOICE_TYPES.has(type)) return value.trim() === value && !/[\r\n]/.test(value) ? value : null;
  const choice = choices.find(({ id }) => id === value);
  if (!choice) return null;
  const alone = choices.filter(({ label }) => label === choice.label).length === 1 && !/[\r\n]/.test(choice.label);
  return alone ? choice.label : choice.id;
}

/** CEL's quoted texts are those of JSON as far as we write them. */
function unquoted(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}
