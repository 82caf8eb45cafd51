/**
 * The names and functions of expressions: a question's ref with the type of its answers, arithmetic over answers and
 * literals, and matches() in linear time. Called by core/expression.ts only.
 */
import { Environment, EvaluationError } from "@marcbachmann/cel-js";
import type { Definition, QuestionType } from "./form";
import { createLru } from "./lru";
import { type BadPattern, compilePattern, type Pattern } from "./pattern";

const LIMITS = { maxAstNodes: 300, maxDepth: 30, maxListElements: 100, maxMapEntries: 50, maxCallArguments: 10 };

/** The types of answers, as CEL has them. */
const CEL_TYPES: Partial<Record<QuestionType, string>> = {
  number: "double",
  integer: "double",
  rating: "double",
  opinion_scale: "double",
  yes_no: "bool",
  multiple_choice: "list<string>",
  location: "dyn",
};

/**
 * `env` evaluates: any answer may be missing, so that a name has any type. `strict` only checks: there a name has the
 * type of its question. `taken`: refs that CEL uses for its types (`type`, `list`): they can't be names, the other
 * questions still can.
 */
export function environments({ questions }: Definition) {
  const types = new Map<string, string>([["metadata", "dyn"]]);
  for (const { ref, type } of questions) types.set(ref, CEL_TYPES[type] ?? "string");
  const { env, taken } = environment(types, "dyn");
  let made: Environment | undefined;
  const strict = () => {
    made ??= withNull(environment(types).env);
    return made;
  };
  return { env, strict, taken };
}

/** The same for conditions over two responses, whose answers are members of `this` and `other`. */
export function pairEnvironments({ questions }: Definition): { env: Environment; strict: Environment } {
  const schema = Object.fromEntries(questions.map(({ ref, type }) => [ref, CEL_TYPES[type] ?? "string"]));
  const [env, strict] = [new Environment({ limits: LIMITS }), new Environment({ limits: LIMITS })];
  for (const name of ["this", "other"]) {
    env.registerVariable(name, "dyn");
    strict.registerVariable({ name, schema });
  }
  registerOperators(env);
  registerOperators(strict);
  return { env, strict: strict.registerOperator("double == int", (a: number, b: bigint) => a === Number(b)) };
}

function environment(types: ReadonlyMap<string, string>, typeOfAll?: "dyn") {
  const env = new Environment({ limits: LIMITS });
  const taken = new Set<string>();
  for (const [name, type] of types) {
    try {
      env.registerVariable(name, typeOfAll ?? type);
    } catch {
      taken.add(name);
    }
  }
  registerOperators(env);
  return { env, taken };
}

/** What evaluation allows of its own accord: every answer can be missing and compared with null, and `age == 18`. */
function withNull(env: Environment): Environment {
  for (const type of ["double", "string", "bool", "list<string>"]) {
    env.registerOperator(`${type} == null`, (a: unknown) => a === null);
  }
  return env.registerOperator("double == int", (a: number, b: bigint) => a === Number(b));
}

function registerOperators(env: Environment): void {
  // Answers are doubles and literals are ints: people write `age + 1`, and CEL has no such overload.
  for (const [operator, run] of Object.entries(ARITHMETIC)) {
    // With the result's type: without it `36 % age == 0` compares an int with a double by ===, and is false.
    env.registerOperator(`double ${operator} int: double`, run);
    env.registerOperator(`int ${operator} double: double`, run);
  }
  env.registerOperator("double % double: double", (a: number, b: number) => a % b);
  // CEL has it as a function and as a method; the method is JavaScript's engine and can't be replaced.
  env.registerFunction("matches(string, string): bool", matchText);
}

/** Characters of a text that matches() looks at, at most. */
export const MATCH_TEXT_MAX = 2_000;
const patterns = createLru<Pattern>(200);

/** A pattern from the isolate's memory, or made now. */
export function findPattern(source: string): Pattern | BadPattern {
  const known = patterns.get(source);
  if (known) return known;
  const made = compilePattern(source);
  if (made.ok) patterns.set(source, made);
  return made;
}

/** Whether some part of the text fits, as CEL says. */
function matchText(text: string, source: string): boolean {
  const pattern = findPattern(source);
  if (!pattern.ok || text.length > MATCH_TEXT_MAX) throw new EvaluationError("matches() can't be computed");
  return pattern.test(text, false);
}

type Numeric = number | bigint;
const ARITHMETIC: Readonly<Record<string, (a: Numeric, b: Numeric) => number>> = {
  "+": (a, b) => Number(a) + Number(b),
  "-": (a, b) => Number(a) - Number(b),
  "*": (a, b) => Number(a) * Number(b),
  "/": (a, b) => Number(a) / Number(b),
  "%": (a, b) => Number(a) % Number(b),
};
