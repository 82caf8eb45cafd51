/**
 * The logic of a form: which questions are asked (`visibleIf`), which must be answered (`requiredIf`), and which answer
 * themselves (`calculated`), as expressions over the answers. Questions are looked at in the order of the form, once:
 * what decides about a question must be known when its turn comes. Pure; no clock, no I/O.
 */
import { type CheckedExpression, expressionsOf } from "./expression";
import { MATCH_STEPS_MAX } from "./expression-tree";
import type { Definition, Question, QuestionType } from "./form";
import { compilePattern } from "./pattern";
import { findRuleMistakes } from "./rule";

export const LOGIC_KEYS = ["visibleIf", "requiredIf", "calculated"] as const;
export type LogicKey = (typeof LOGIC_KEYS)[number];
export type QuestionLogic = Partial<Readonly<Record<LogicKey, CheckedExpression>>>;

/** Nodes that the expressions of a form have together, at most: several for each of 500 questions. */
const NODES_MAX = 10_000;

export interface LogicMistake {
  readonly code: string;
  readonly path: PropertyKey[];
  readonly message: string;
}

/** Whether others must wait for its turn before they can look at its answer. */
const isConditional = (question: Question) => question.visibleIf !== undefined || question.calculated !== undefined;
export const hasLogic = (question: Question): boolean => LOGIC_KEYS.some((key) => question[key] !== undefined);

/** The compiled logic of each question that has some. An expression that is not valid (any more) is left out. */
export function compileLogic(
  { questions }: Definition,
  compile: ReturnType<typeof expressionsOf>,
): Map<string, QuestionLogic> {
  const logic = new Map<string, QuestionLogic>();
  for (const question of questions.filter(hasLogic)) {
    const made: { [key in LogicKey]?: CheckedExpression } = {};
    for (const key of LOGIC_KEYS) {
      const source = question[key];
      const expression = source === undefined ? null : compile(source);
      if (expression?.ok) made[key] = expression;
    }
    logic.set(question.ref, made);
  }
  return logic;
}

/** What results may be put into an answer of each type: CEL's names of types. */
const NUMBERS = ["double", "int"];
const RESULTS: Readonly<Record<QuestionType, readonly string[]>> = {
  number: NUMBERS,
  integer: NUMBERS,
  rating: NUMBERS,
  opinion_scale: NUMBERS,
  yes_no: ["bool"],
  multiple_choice: ["list<string>"],
  short_text: ["string"],
  long_text: ["string"],
  email: ["string"],
  phone_number: ["string"],
  url: ["string"],
  single_choice: ["string"],
  dropdown: ["string"],
  date: ["string"],
  time: ["string"],
  datetime: ["string"],
  location: [],
  statement: [],
};

/** Everything that is wrong with the logic, the rules and the patterns of a definition, each with its place. */
export function findLogicMistakes(definition: Definition): LogicMistake[] {
  const mistakes: LogicMistake[] = [];
  const compile = expressionsOf(definition);
  const order = new Map(definition.questions.map((question, i) => [question.ref, i]));
  const sum = { nodes: 0, matchSteps: patternSteps(definition) };
  for (const [i, question] of definition.questions.entries()) {
    for (const key of LOGIC_KEYS) {
      const source = question[key];
      if (source === undefined) continue;
      const expression = compile(source);
      const complain = (code: string, message: string) => mistakes.push({ code, path: ["questions", i, key], message });
      if (!expression.ok) {
        complain("invalid_expression", expression.detail);
        continue;
      }
      const facts = expression.facts();
      sum.nodes += facts.nodes;
      sum.matchSteps += facts.matchSteps;
      if (facts.mistake !== null) complain("invalid_expression", facts.mistake);
      else if (facts.usesMetadata) complain("invalid_expression", "Only answers can be used here, not metadata.");
      else if (!fits(facts.type ?? "dyn", key, question))
        complain("wrong_result", wanted(key, question, facts.type ?? ""));
      if (key !== "requiredIf") {
        for (const ref of tooEarly(definition, { order, i, refs: expression.refs })) complain(...ref);
      }
    }
  }
  mistakes.push(...findRuleMistakes(definition, compile, sum));
  if (sum.nodes > NODES_MAX) {
    mistakes.push({
      code: "too_large",
      path: ["questions"],
      message: "The expressions of this form are too many or too long.",
    });
  }
  if (sum.matchSteps > MATCH_STEPS_MAX) {
    const message = "The patterns of this form could take too long together: make them, or maxLength, smaller.";
    mistakes.push({ code: "too_large", path: ["questions"], message });
  }
  return mistakes;
}

/** Steps that the patterns of the questions can take for one response. */
function patternSteps({ questions }: Definition): number {
  let steps = 0;
  for (const { pattern, type, maxLength } of questions) {
    const compiled = pattern === undefined ? null : compilePattern(pattern);
    if (compiled?.ok) steps += compiled.cost * (maxLength ?? (type === "long_text" ? 100_000 : 1_000));
  }
  return steps;
}

function fits(type: string, key: LogicKey, question: Question): boolean {
  if (type === "dyn" || type === "list<dyn>") return key !== "calculated" || RESULTS[question.type].length > 0;
  return key === "calculated" ? RESULTS[question.type].includes(type) : type === "bool";
}

function wanted(key: LogicKey, question: Question, type: string): string {
  if (key !== "calculated") return `This must be true or false, and it is ${type}.`;
  const results = RESULTS[question.type];
  if (results.length === 0) return `A ${question.type} can't be calculated.`;
  return `The answer of a ${question.type} is ${results.join(" or ")}, and this is ${type}.`;
}

interface Place {
  readonly order: ReadonlyMap<string, number>;
  readonly i: number;
  readonly refs: ReadonlySet<string>;
}

/** Questions that an expression looks at before it is known whether they are asked, or what their answer is. */
function tooEarly({ questions }: Definition, { order, i, refs }: Place): [code: string, message: string][] {
  return [...refs].flatMap((ref): [string, string][] => {
    const at = order.get(ref) ?? 0;
    const other = questions[at];
    if (!other || at < i || !isConditional(other)) return [];
    if (at === i) return [["cycle", `${ref} can't depend on itself.`]];
    const self = questions[i]?.ref ?? "";
    if (namesBack(questions, at, self)) return [["cycle", `${self} and ${ref} depend on each other.`]];
    const detail = `${ref} comes later, and is not always asked. Put it before ${self}, or use a question that is always asked.`;
    return [["forward_reference", detail]];
  });
}

/** Whether a question's own conditions name another one. A word in quotes counts too: this is only for the message. */
const namesBack = (questions: readonly Question[], at: number, ref: string): boolean =>
  [questions[at]?.visibleIf, questions[at]?.calculated].some((source) => source?.split(/\W+/).includes(ref));
