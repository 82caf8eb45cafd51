/** What is wrong with the rules of a config, against the form's questions: each with its place and what to do. Pure. */
import { compileFilter } from "../../core/expression";
import { compilePair } from "../../core/expression-pair";
import { type Definition, type QuestionType, TEXT_TYPES } from "../../core/form";
import { comparedOf } from "./lookups";
import type { LookupRule } from "./manifest";

/** Answers that are never met twice (places), or that there are none of. */
const INCOMPARABLE: ReadonlySet<QuestionType> = new Set<QuestionType>(["location", "statement"]);
const TIMES: ReadonlySet<QuestionType> = new Set<QuestionType>(["date", "datetime"]);

interface Mistake {
  readonly path: string;
  readonly message: string;
}

export function findMistakes(rules: readonly LookupRule[], definition: Definition): Mistake[] {
  return rules.flatMap((rule, i) => [
    ...(rules.findIndex(({ name }) => name === rule.name) < i
      ? [{ path: `rules/${i}/name`, message: "is used twice" }]
      : []),
    ...mistakesOf(rule, definition).map(({ path, message }) => ({ path: `rules/${i}/${path}`, message })),
  ]);
}

function mistakesOf({ questions = [], lookup }: LookupRule, definition: Definition): Mistake[] {
  const types = new Map(definition.questions.map(({ ref, type }) => [ref, type]));
  const gone = (ref: string) => `the form has no question with the ref ${ref}`;
  const mistakes: Mistake[] = [];
  const complain = (path: string, message: string) => void mistakes.push({ path, message });
  for (const [at, ref] of questions.entries()) if (!types.has(ref)) complain(`questions/${at}`, gone(ref));
  for (const [at, { ref, isCode }] of comparedOf(lookup).entries()) {
    const type = types.get(ref);
    if (type === undefined) complain(`lookup/same/${at}`, gone(ref));
    else if (INCOMPARABLE.has(type)) complain(`lookup/same/${at}`, `answers to ${type} can't be compared`);
    else if (isCode && !TEXT_TYPES.has(type)) complain(`lookup/same/${at}`, `a code is a text, and ${ref} is ${type}`);
  }
  const { when, within, condition, limit } = lookup;
  if (within?.question !== undefined) {
    const type = types.get(within.question);
    if (type === undefined) complain("lookup/within/question", gone(within.question));
    else if (!TIMES.has(type)) complain("lookup/within/question", `it must be a date or datetime, and it is ${type}`);
  }
  const filter = when === undefined ? null : compileFilter(when, definition);
  if (filter?.ok === false) complain("lookup/when", filter.detail);
  const pair = condition === undefined ? null : compilePair(condition, definition);
  if (pair?.ok === false) complain("lookup/condition", pair.detail);
  if (limit !== undefined && condition === undefined) {
    complain("lookup/limit", "without a condition one other is enough: leave it out");
  }
  return mistakes;
}
