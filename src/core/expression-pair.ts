/**
 * Conditions over two responses, in CEL: their answers are members of `this` and `other`, by ref. With a missing answer
 * nothing can be computed, unless the condition asks for it (`has(this.km)`). Pure, and bounded as every expression is.
 */
import { type BadExpression, EXPRESSION_MAX, explain } from "./expression";
import { pairEnvironments } from "./expression-names";
import { walkTree } from "./expression-tree";
import type { Definition } from "./form";
import type { Answers } from "./response";

/** Steps that its matches() can take at most: it is evaluated for many pairs. */
const PAIR_STEPS_MAX = 100_000;

export interface PairCondition {
  readonly ok: true;
  /** False also when it can't be computed for these answers. */
  evaluate(one: Answers, other: Answers): boolean;
}

/** Checks a condition against the questions that it may name, and makes it ready to be evaluated many times. */
export function compilePair(source: string, definition: Definition): PairCondition | BadExpression {
  if (source.length > EXPRESSION_MAX) {
    return { ok: false, detail: `An expression has at most ${EXPRESSION_MAX} characters.` };
  }
  try {
    const { env, strict } = pairEnvironments(definition);
    const parsed = env.parse(source);
    const { refused, matchSteps } = walkTree(parsed.ast, new Set());
    if (refused !== null) return { ok: false, detail: refused };
    if (matchSteps > PAIR_STEPS_MAX)
      return { ok: false, detail: "The patterns of this condition are too large together." };
    const { valid, type, error } = strict.parse(source).check();
    if (!valid) return { ok: false, detail: explain(error) };
    if (type !== "bool" && type !== "dyn") {
      return { ok: false, detail: `This must be true or false, and it is ${type}.` };
    }
    return {
      ok: true,
      evaluate(one, other) {
        try {
          return parsed({ this: one, other }) === true;
        } catch {
          return false; // a condition on an answer that is not there does not hold
        }
      },
    };
  } catch (error) {
    return { ok: false, detail: explain(error) };
  }
}
