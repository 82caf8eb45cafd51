/**
 * Expressions over answers, in CEL (cel.dev): filters of integrations, rules, and what stands between braces in a
 * template. A question's ref is a name; a question without an answer is null. Pure, and bounded in time and memory
 * whoever wrote the expression: people of one workspace share an isolate with those of others.
 */
import { type Environment, EvaluationError, ParseError, TypeError as TypeMistake } from "@marcbachmann/cel-js";
import { environments } from "./expression-names";
import { walkTree } from "./expression-tree";
import type { Definition } from "./form";
import type { Metadata } from "./metadata";
import type { Answers } from "./response";

/** Characters of an expression at most. */
export const EXPRESSION_MAX = 2_000;

export interface Expression {
  readonly ok: true;
  /** The value; throws when it can't be computed (a comparison with an answer that is missing). */
  evaluate(answers: Answers, metadata?: Metadata): unknown;
}

export interface Filter {
  readonly ok: true;
  /** False also when the expression can't be computed for these answers. */
  evaluate(answers: Answers, metadata?: Metadata): boolean;
}

/** What is wrong with an expression, as a sentence with the place. */
export interface BadExpression {
  readonly ok: false;
  readonly detail: string;
}

/** What an expression looks at and costs, besides its value. */
export interface ExpressionFacts {
  /** Names that belong to the response and not to its answers: `metadata`. */
  readonly usesMetadata: boolean;
  readonly nodes: number;
  /** Steps that its matches() can take at most. */
  readonly matchSteps: number;
  /**
   * `bool`, `double`, `string` …; `dyn` when it depends on the answers. Null: its types do not fit, and `mistake` says
   * where.
   */
  readonly type: string | null;
  readonly mistake: string | null;
}

/** An expression with what is known about it; `run` takes a record with a value (or null) for each ref. */
export interface CheckedExpression extends Expression {
  /** The questions that it names, in the order of the form. */
  readonly refs: ReadonlySet<string>;
  /** Those among them without whose answer its value says nothing: it would take null for another answer. */
  readonly needs: ReadonlySet<string>;
  facts(): ExpressionFacts;
  run(values: Readonly<Record<string, unknown>>): unknown;
}

/** Checks an expression against the questions that it may name, and makes it ready to be evaluated many times. */
export function compileExpression(source: string, definition: Definition): Expression | BadExpression {
  return expressionsOf(definition)(source);
}

/** Compiles expressions over one definition: what they share is made once. */
export function expressionsOf(definition: Definition): (source: string) => CheckedExpression | BadExpression {
  const refs = definition.questions.map((question) => question.ref);
  let made: ReturnType<typeof environments> | undefined;
  return (source) => {
    made ??= environments(definition);
    const { env, taken, strict } = made;
    if (source.length > EXPRESSION_MAX) {
      return { ok: false, detail: `An expression has at most ${EXPRESSION_MAX} characters.` };
    }
    try {
      const parsed = env.parse(source);
      const walk = walkTree(parsed.ast, taken);
      if (walk.refused !== null) return { ok: false, detail: walk.refused };
      const checked = parsed.check();
      if (!checked.valid) return { ok: false, detail: explain(checked.error) };
      const named = (names: ReadonlySet<string>) => refs.filter((ref) => names.has(ref));
      const run = (values: Readonly<Record<string, unknown>>) => plain(parsed(values));
      return {
        ok: true,
        refs: new Set(named(walk.names)),
        needs: new Set(named(walk.compared).filter((ref) => !walk.comparedWithNull.has(ref))),
        run,
        evaluate: (answers, metadata = {}) => run(variables(refs, answers, metadata)),
        facts: () => ({
          ...typesOf(strict(), source),
          usesMetadata: walk.names.has("metadata") && !refs.includes("metadata"),
          nodes: walk.nodes,
          matchSteps: walk.matchSteps,
        }),
      };
    } catch (error) {
      return { ok: false, detail: explain(error) };
    }
  };
}

/** An expression that says yes or no. */
export function compileFilter(source: string, definition: Definition): Filter | BadExpression {
  const expression = compileExpression(source, definition);
  if (!expression.ok) return expression;
  return {
    ok: true,
    evaluate(answers, metadata) {
      try {
        return expression.evaluate(answers, metadata) === true;
      } catch {
        return false; // a condition on an answer that is not there does not hold
      }
    },
  };
}

function typesOf(strict: Environment, source: string): Pick<ExpressionFacts, "type" | "mistake"> {
  const { valid, type = "dyn", error } = strict.parse(source).check();
  return valid ? { type, mistake: null } : { type: null, mistake: explain(error) };
}

function variables(refs: readonly string[], answers: Answers, metadata: Metadata): Record<string, unknown> {
  const values: Record<string, unknown> = { metadata };
  for (const ref of refs) values[ref] = Object.hasOwn(answers, ref) ? answers[ref] : null;
  return values;
}

/** CEL's integers are BigInt; the rest of the code has numbers. */
const plain = (value: unknown): unknown => (typeof value === "bigint" ? Number(value) : value);

/** CEL's own words and the place, without its picture of the source. */
export function explain(error: unknown): string {
  if (!(error instanceof ParseError || error instanceof TypeMistake || error instanceof EvaluationError)) {
    return "The expression can't be understood.";
  }
  const place = error.range ? ` (at character ${error.range.start + 1})` : "";
  return `${error.summary}${place}.`;
}
