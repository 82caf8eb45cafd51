/**
 * What a form asks: question types, choices, definitions. A definition is the immutable content of one form version;
 * everything that reads answers (validation, pages, integrations) reads them against the definition they pin.
 */
import type * as z from "zod";
import type { ChoiceSchema, DefinitionSchema, QuestionSchema } from "./form-schema";

/** The question types, in the field's words (DESIGN.md section 6). `file_upload` comes with attachments. */
export const QUESTION_TYPES = [
  "short_text",
  "long_text",
  "number",
  "integer",
  "email",
  "phone_number",
  "url",
  "yes_no",
  "single_choice",
  "multiple_choice",
  "dropdown",
  "rating",
  "opinion_scale",
  "date",
  "time",
  "datetime",
  "location",
  "statement",
] as const;

export type QuestionType = (typeof QUESTION_TYPES)[number];

/** Types answered by picking from `choices`. */
export const CHOICE_TYPES: ReadonlySet<QuestionType> = new Set(["single_choice", "multiple_choice", "dropdown"]);
export const NUMBER_TYPES: ReadonlySet<QuestionType> = new Set(["number", "integer", "rating", "opinion_scale"]);
/** Types answered by a text of any form. */
export const TEXT_TYPES: ReadonlySet<QuestionType> = new Set(["short_text", "long_text"]);
/** A stored definition, each question of a choice list with the choices of that list. */
export function parseDefinition(json: string): Definition {
  const definition = JSON.parse(json) as Definition;
  const { choiceLists } = definition;
  if (!choiceLists) return definition;
  const questions = definition.questions.map((question) => {
    // The list itself and no copy of it: a hundred questions may share one.
    const choices = question.choiceList === undefined ? undefined : choiceLists[question.choiceList];
    return choices ? { ...question, choices } : question;
  });
  return { ...definition, questions };
}

/** A definition as it was sent: choices that come from a list stand in the list only. */
export function unresolved(definition: Definition): Definition {
  if (!definition.choiceLists) return definition;
  const questions = definition.questions.map((question) => {
    if (question.choiceList === undefined) return question;
    const { choices: _, ...rest } = question;
    return rest;
  });
  return { ...definition, questions };
}

export type Choice = z.infer<typeof ChoiceSchema>;
export type Question = z.infer<typeof QuestionSchema>;
export type Definition = z.infer<typeof DefinitionSchema>;

/** `public`: anybody may submit; `link`: by a collector link or with a key of the workspace; `key`: with a key only. */
export const ACCESS = ["public", "key", "link"] as const;
export type Access = (typeof ACCESS)[number];
export type FormState = "open" | "closed";

/** The questions of `next` whose type is not the one that their ref `had` in an earlier version: it never changes. */
export function changedTypes(
  had: ReadonlyMap<string, QuestionType>,
  next: Pick<Definition, "questions">,
): { ref: string; was: QuestionType; is: QuestionType }[] {
  return next.questions.flatMap((q) => {
    const type = had.get(q.ref);
    return type !== undefined && type !== q.type ? [{ ref: q.ref, was: type, is: q.type }] : [];
  });
}

/** Bounds of a scale: rating counts from 1, opinion_scale from 0 (to 10) unless the question says otherwise. */
export function scaleBounds(question: Question): { min: number; max: number } {
  if (question.type === "rating") return { min: question.min ?? 1, max: question.max ?? 5 };
  return { min: question.min ?? 0, max: question.max ?? 10 };
}
