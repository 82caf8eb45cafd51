/**
 * The limits of an answer and what is wrong with one, in the words of the page. Pure. Used by question.tsx, page.tsx
 * and check.ts.
 */
import { TEXT_LIMITS } from "../../core/answer-types";
import type { Problem } from "../../core/errors";
import { type Question, scaleBounds } from "../../core/form";
import { fillIn, type Words } from "./words";

type Limits = Words["limits"];
/** Which sentences of the table speak of a number, of characters, of choices. */
type Kind = "" | "characters" | "choices";

/** "From 1 to 10.", "At most 200 characters.": the limits of an answer, before it is refused for them. */
export function limitsOf(question: Question, words: Words): string {
  const { min, max, minLength, maxLength, minChoices, maxChoices } = question;
  switch (question.type) {
    case "number":
    case "integer":
      return within(words.limits, "", min, max);
    case "short_text":
    case "long_text":
      return within(words.limits, "characters", minLength || undefined, maxLength);
    case "multiple_choice":
      return within(words.limits, "choices", minChoices || undefined, maxChoices);
    default:
      return "";
  }
}

function within(limits: Limits, kind: Kind, min: number | undefined, max: number | undefined): string {
  const [least, most] = [min !== undefined, max !== undefined];
  if (!least && !most) return "";
  const name = least && most ? (min === max ? "exactly" : "from") : least ? "atLeast" : "atMost";
  return fillIn(limits[nameOf(kind, name)], { min, max });
}

type Name = "from" | "atLeast" | "atMost" | "exactly";
const nameOf = (kind: Kind, name: Name): keyof Limits =>
  kind === ""
    ? name
    : `${kind}${name === "from" ? "From" : name === "atLeast" ? "AtLeast" : name === "atMost" ? "AtMost" : "Exactly"}`;

/**
 * Codes of core/answer-types.ts by the sentence that says them. Others (the form's own rules) bring their own words.
 */
const SENTENCES: Readonly<Record<string, keyof Words["problems"]>> = {
  required: "required",
  unknown_question: "unknown",
  wrong_type: "unreadable",
  invalid_text: "unreadable",
  too_short: "tooShort",
  too_long: "tooLong",
  out_of_range: "range",
  not_integer: "integer",
  invalid_email: "email",
  invalid_phone: "phone",
  invalid_url: "url",
  invalid_date: "date",
  invalid_time: "time",
  invalid_datetime: "date",
  invalid_choice: "choice",
  duplicate_choice: "choice",
  too_few: "choices",
  too_many: "choices",
  invalid_location: "unreadable",
  pattern_mismatch: "pattern",
};

/** What is wrong with an answer, as a sentence for the person who gave it. */
export function sayProblem({ code, detail, pointer }: Problem, question: Question | undefined, words: Words): string {
  const { problems } = words;
  if (code === "wrong_type" && question) {
    if (question.type === "integer") return problems.integer;
    if (question.type === "number" || question.type === "rating" || question.type === "opinion_scale")
      return problems.number;
  }
  if (code === "invalid_location" && pointer.endsWith("/latitude")) return problems.latitude;
  if (code === "invalid_location" && pointer.endsWith("/longitude")) return problems.longitude;
  const name = SENTENCES[code];
  if (name === undefined) return detail;
  const limit = question && LIMITED.has(code) ? limitsOf(bounded(question), words) : "";
  return limit === "" ? problems[name] : `${problems[name]} ${limit}`;
}

const LIMITED = new Set(["too_short", "too_long", "out_of_range", "too_few", "too_many"]);

/** The question with the bounds that it has without saying so. */
function bounded(question: Question): Question {
  if (question.type === "rating" || question.type === "opinion_scale")
    return { ...question, ...scaleBounds(question), type: "number" };
  if (question.type === "short_text" || question.type === "long_text")
    return { ...question, maxLength: question.maxLength ?? TEXT_LIMITS[question.type] };
  return question;
}
