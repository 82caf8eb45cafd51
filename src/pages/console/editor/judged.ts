/** What a rule that is being edited says about answers. Pure. */
import { checkAnswers } from "../../../core/answer";
import { compileDefinition } from "../../../core/compiled";
import { itemOf } from "../../../core/draft/draft";
import { memberOf } from "../../../core/draft/json";
import { isTooCostly } from "../../../core/draft/usable";
import type { Problem } from "../../../core/errors";
import { expressionsOf } from "../../../core/expression";
import type { Definition, Question } from "../../../core/form";
import type { Answers } from "../../../core/response";
import { brokenRules } from "../../../core/rule";

/** `none`: there is no sample; `wrong`: its answers are no answers. */
export interface Judged {
  readonly sample: "none" | "holds" | "broken" | "wrong";
  readonly answers: Answers;
  readonly problems: readonly Problem[];
  /** Ids of the responses that break it. */
  readonly broken: readonly string[];
}

interface Samples {
  /** As typed (pages/form/read.ts), or of a response. */
  readonly typed: Readonly<Record<string, unknown>>;
  readonly response: Answers | undefined;
  readonly responses: readonly { readonly id: string; readonly answers: Answers }[];
}

/** Null: the rule can't be evaluated, or the form's expressions cost more than they may. */
export function judgeSamples(definition: Definition, name: string, samples: Samples): Judged | null {
  if (isTooCostly(definition)) return null;
  const compiled = compileDefinition(definition);
  const rules = compiled.rules.filter(({ rule }) => rule.name === name);
  if (rules.length === 0) return null;
  const breaks = (answers: Answers) => brokenRules(rules, answers).length > 0;
  const broken = samples.responses.flatMap(({ id, answers }) => (breaks(answers) ? [id] : []));
  const nothing = { answers: {}, problems: [], broken };
  if (samples.response) {
    return {
      ...nothing,
      sample: breaks(samples.response) ? "broken" : "holds",
      answers: pick(samples.response, rules[0]?.expression.refs),
    };
  }
  const checked = checkAnswers(compiled, samples.typed, { partial: true });
  if (!checked.ok) return { ...nothing, sample: "wrong", problems: checked.problems };
  const { answers } = checked;
  if (Object.keys(answers).length === 0) return { ...nothing, sample: "none" };
  return { ...nothing, sample: breaks(answers) ? "broken" : "holds", answers };
}

const pick = (answers: Answers, refs: ReadonlySet<string> = new Set()): Answers =>
  Object.fromEntries(Object.entries(answers).filter(([ref]) => refs.has(ref)));

/** The questions that a rule's expression names. */
export function namedBy(
  definition: Definition,
  draft: Readonly<Record<string, unknown>>,
  key: string,
): readonly Question[] {
  const source = memberOf(itemOf(draft, "rules", key), "expression");
  const expression = typeof source === "string" ? expressionsOf(definition)(source) : null;
  return expression?.ok ? definition.questions.filter(({ ref }) => expression.refs.has(ref)) : [];
}
