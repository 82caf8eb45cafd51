/** A definition made ready for checking answers: done once, and kept by its caller (context.ts). Pure. */
import { CHECKS, type Check } from "./answer-types";
import { expressionsOf } from "./expression";
import type { Definition, Question } from "./form";
import { compileLogic, type QuestionLogic } from "./form-logic";
import { type CompiledRule, compileRules } from "./rule";

export interface CompiledQuestion {
  readonly question: Question;
  readonly check: Check;
  /** Label by choice id; empty for types without choices. */
  readonly choices: ReadonlyMap<string, string>;
  /** When it is asked or must be answered, and how its answer is calculated. */
  readonly logic: QuestionLogic;
}

export interface CompiledDefinition {
  readonly definition: Definition;
  /** By ref, in the order of the form. */
  readonly questions: ReadonlyMap<string, CompiledQuestion>;
  readonly hasLogic: boolean;
  readonly rules: readonly CompiledRule[];
}

const NO_LOGIC: QuestionLogic = {};

/** Prepares a definition for `checkAnswers`. Costs some microseconds for a question: keep the result. */
export function compileDefinition(definition: Definition): CompiledDefinition {
  const compile = expressionsOf(definition);
  const logic = compileLogic(definition, compile);
  const questions = new Map<string, CompiledQuestion>();
  for (const question of definition.questions) {
    // RefSchema has no such ref; as a key of a plain object it would set a prototype.
    if (question.ref === "__proto__") continue;
    const choices = new Map(question.choices?.map((choice) => [choice.id, choice.label]));
    const check = CHECKS[question.type](question);
    questions.set(question.ref, { question, check, choices, logic: logic.get(question.ref) ?? NO_LOGIC });
  }
  return { definition, questions, hasLogic: logic.size > 0, rules: compileRules(definition, compile) };
}
