/**
 * Expressions over answers, in CEL (cel.dev): filters of integrations, rules, and what stands between braces in a
 * template. A question's ref is a name; a question without an answer is null. Pure, and bounded in time and memory
 * whoever wrote the expression: people of one workspace share an isolate with those of others.
 */
import { Environment, EvaluationError, ParseError, TypeError as TypeMistake } from "@marcbachmann/cel-js";
import type { Definition, Metadata } from "./form";
import type { Answers } from "./response";

/** Characters of an expression at most. */
export const EXPRESSION_MAX = 2_000;
const LIMITS = { maxAstNodes: 300, maxDepth: 30, maxListElements: 100, maxMapEntries: 50, maxCallArguments: 10 };

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

/** Checks an expression against the questions that it may name, and makes it ready to be evaluated many times. */
export function compileExpression(source: string, definition: Definition): Expression | BadExpression {
  if (source.length > EXPRESSION_MAX) {
    return { ok: false, detail: `An expression has at most ${EXPRESSION_MAX} characters.` };
  }
  const refs = definition.questions.map((question) => question.ref);
  try {
    const { env, taken } = environment(refs);
    const run = env.parse(source);
    const refused = findRefused(run.ast, { taken, inLoop: false });
    if (refused) return { ok: false, detail: refused };
    const checked = run.check();
    if (!checked.valid) return { ok: false, detail: explain(checked.error) };
    return { ok: true, evaluate: (answers, metadata = {}) => plain(run(variables(refs, answers, metadata))) };
  } catch (error) {
    return { ok: false, detail: explain(error) };
  }
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

/** `taken`: refs that CEL uses for its types (`type`, `list`): they can't be names, the other questions still can. */
function environment(refs: readonly string[]): { env: Environment; taken: ReadonlySet<string> } {
  const env = new Environment({ limits: LIMITS });
  const taken = new Set<string>();
  for (const name of new Set([...refs, "metadata"])) {
    try {
      env.registerVariable(name, "dyn");
    } catch {
      taken.add(name);
    }
  }
  // Answers are doubles and literals are ints: people write `age + 1`, and CEL has no such overload.
  for (const [operator, run] of Object.entries(ARITHMETIC)) {
    // With the result's type: without it `36 % age == 0` compares an int with a double by ===, and is false.
    env.registerOperator(`double ${operator} int: double`, run);
    env.registerOperator(`int ${operator} double: double`, run);
  }
  env.registerOperator("double % double: double", (a: number, b: number) => a % b);
  return { env, taken };
}

type Numeric = number | bigint;
const ARITHMETIC: Readonly<Record<string, (a: Numeric, b: Numeric) => number>> = {
  "+": (a, b) => Number(a) + Number(b),
  "-": (a, b) => Number(a) - Number(b),
  "*": (a, b) => Number(a) * Number(b),
  "/": (a, b) => Number(a) / Number(b),
  "%": (a, b) => Number(a) % Number(b),
};

function variables(refs: readonly string[], answers: Answers, metadata: Metadata): Record<string, unknown> {
  const values: Record<string, unknown> = { metadata };
  for (const ref of refs) values[ref] = Object.hasOwn(answers, ref) ? answers[ref] : null;
  return values;
}

/** CEL's integers are BigInt; the rest of the code has numbers. */
const plain = (value: unknown): unknown => (typeof value === "bigint" ? Number(value) : value);

/** Functions that are not available, with what to do instead. */
const REFUSED: Readonly<Record<string, string>> = {
  // Its patterns run on JavaScript's engine, where some take for ever on some texts.
  matches: "matches() is not available; use contains(), startsWith() or endsWith().",
  // Chained, these double their value with every step.
  map: "map() is not available; use exists() or all().",
  bind: "cel.bind() is not available; write the expression out.",
  // They make long lists out of long answers.
  split: "split() is not available; use contains().",
  json: "json() is not available.",
};
const LOOPS = new Set(["exists", "exists_one", "all", "filter"]);

interface Scope {
  readonly taken: ReadonlySet<string>;
  readonly inLoop: boolean;
}

/** Why the expression is refused although CEL knows it; null when it is not. Walks the whole tree: `||` hides nothing. */
function findRefused(node: unknown, scope: Scope): string | null {
  if (Array.isArray(node)) {
    for (const child of node) {
      const refused = findRefused(child, scope);
      if (refused) return refused;
    }
    return null;
  }
  if (typeof node !== "object" || node === null || !("op" in node) || !("args" in node)) return null;
  const { op, args } = node;
  if (op === "id" && typeof args === "string" && scope.taken.has(args)) {
    return `${args} is a word of the expression language: a question with this ref can't be used in expressions.`;
  }
  const called = (op === "call" || op === "rcall") && Array.isArray(args) ? String(args[0]) : "";
  if (Object.hasOwn(REFUSED, called)) return REFUSED[called] ?? null;
  const loops = LOOPS.has(called);
  if (loops && scope.inLoop) return `${called}() can't stand inside another exists(), all() or filter().`;
  return findRefused(args, loops ? { ...scope, inLoop: true } : scope);
}

/** CEL's own words and the place, without its picture of the source. */
function explain(error: unknown): string {
  if (!(error instanceof ParseError || error instanceof TypeMistake || error instanceof EvaluationError)) {
    return "The expression can't be understood.";
  }
  const place = error.range ? ` (at character ${error.range.start + 1})` : "";
  return `${error.summary}${place}.`;
}
