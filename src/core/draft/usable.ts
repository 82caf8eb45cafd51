/** What of a draft could be shown and tried now: the parts that are right by themselves. Pure. */
import type * as z from "zod";
import { type Definition, parseDefinition, type Question } from "../form";
import { findLogicMistakes } from "../form-logic";
import { DefinitionSchema, QuestionSchema } from "../form-schema";
import type { Rule } from "../rule";
import { RuleSchema } from "../rule-schema";
import { TranslationSchema } from "../translation-schema";
import { type Draft, listOf } from "./draft";
import { isObject, objectOf, textOf } from "./json";

/**
 * A definition of the questions, rules, lists and translations that have no mistake; logic that has one is left out
 * when it is compiled.
 */
export function usableDefinition(draft: Draft): Definition {
  const { title, description, language, choiceLists } = DefinitionSchema.shape;
  const lists = Object.entries(objectOf(draft.choiceLists)).filter(
    ([name, list]) => choiceLists.safeParse({ [name]: list }).success,
  );
  const names = new Set(lists.map(([name]) => name));
  const questions = uniqueBy(listOf(draft, "questions").flatMap(parsed(QuestionSchema)), ({ ref }) => ref);
  const asked = questions.filter((question) => question.choiceList === undefined || names.has(question.choiceList));
  const rules = uniqueBy(listOf(draft, "rules").flatMap(parsed(RuleSchema)), ({ name }) => name);
  const translations = Object.entries(objectOf(draft.translations)).flatMap(([tag, one]) =>
    parsed(TranslationSchema)(one).map((texts) => [tag, texts] as const),
  );
  const definition = {
    title: title.safeParse(draft.title).data ?? "Untitled",
    ...(textOf(draft.description) && { description: description.safeParse(draft.description).data }),
    ...(textOf(draft.language) && { language: language.safeParse(draft.language).data }),
    choiceLists: Object.fromEntries(lists),
    questions: asked,
    rules,
    translations: Object.fromEntries(translations),
  };
  return parseDefinition(JSON.stringify(definition));
}

const parsed =
  <T>(schema: z.ZodType<T>) =>
  (value: unknown): T[] => {
    const { success, data } = schema.safeParse(value);
    return success && isObject(value) ? [data] : [];
  };

function uniqueBy<T extends Question | Rule>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const seen = new Set<string>();
  return items.filter((item) => !seen.has(keyOf(item)) && seen.add(keyOf(item)));
}

/** Whether its expressions and patterns could cost more than a form may: then it is not tried at all. */
export const isTooCostly = (definition: Definition): boolean =>
  findLogicMistakes(definition).some(({ code }) => code === "too_large");
