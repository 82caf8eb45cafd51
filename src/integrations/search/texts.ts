/** What of a response is searched. Pure. */
import { CHOICE_TYPES, type Definition, type Question, type QuestionType } from "../../core/form";
import type { Answer, ResponseRecord } from "../../core/response";
import type { Texts } from "./snippet";

/** Types whose answers are texts that people look for. */
const TEXT_TYPES: ReadonlySet<QuestionType> = new Set(["short_text", "long_text", "email", "phone_number", "url"]);

/** Whether a question's answers can be searched: texts, and choices by their labels. */
export const isSearchable = ({ type }: Pick<Question, "type">): boolean =>
  TEXT_TYPES.has(type) || CHOICE_TYPES.has(type);

/** UTF-16 units of a response that are searched, at most: one is not to fill a page of the index by itself. */
const RESPONSE_MAX = 200_000;

/**
 * The texts of a response, in the order of the form; an erased one has none. `only`: these questions, unless undefined.
 */
export function textsOf(
  response: ResponseRecord,
  definition: Definition | undefined,
  only?: readonly string[] | undefined,
): Texts {
  let left = RESPONSE_MAX;
  return (definition?.questions ?? []).flatMap((question) => {
    const answer = response.answers[question.ref];
    if (answer === undefined || !isSearchable(question) || (only && !only.includes(question.ref))) return [];
    const text = textOf(question, answer).slice(0, left).toWellFormed();
    left -= text.length;
    return text === "" ? [] : [[question.ref, text] as const];
  });
}

function textOf({ choices = [], type }: Question, answer: Answer): string {
  if (!CHOICE_TYPES.has(type)) return String(answer);
  const labels = new Map(choices.map(({ id, label }) => [id, label]));
  return [answer]
    .flat()
    .map((id) => labels.get(String(id)) ?? String(id))
    .join(", ");
}
