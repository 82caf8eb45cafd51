/**
 * The rules of a form: what must hold between its answers, as CEL. An `error` that does not hold refuses the response,
 * a `flag` is stored with it. Pure; no clock, no I/O: rules are evaluated in the submission path.
 */
import type * as z from "zod";
import { sameJson } from "./difference";
import type { Problem } from "./errors";
import type { CheckedExpression, expressionsOf } from "./expression";
import type { Flag } from "./flag";
import type { Definition } from "./form";
import type { Answers } from "./response";
import type { RuleSchema } from "./rule-schema";
import { chooseLanguage, chooseTag } from "./translation";

export const RULES_MAX = 100;
export const RULE_SEVERITIES = ["error", "flag"] as const;

export type Rule = z.infer<typeof RuleSchema>;

type Compile = ReturnType<typeof expressionsOf>;

export interface CompiledRule {
  readonly rule: Rule;
  readonly questions: readonly string[];
  readonly expression: CheckedExpression;
}

/** The rules of a definition, ready to be evaluated. An expression that is not valid (any more) is left out. */
export function compileRules({ rules = [] }: Definition, compile: Compile): readonly CompiledRule[] {
  return rules.flatMap((rule) => {
    const expression = compile(rule.expression);
    return expression.ok ? [{ rule, expression, questions: rule.questions ?? [...expression.refs] }] : [];
  });
}

/**
 * The rules that these answers break. One that can't be computed, because an answer is missing, is not broken. `asked`:
 * the questions that the answers were given to, where those are not the form's present ones. What nobody was asked is
 * not missing, it is not known: also a comparison with null says nothing of it.
 */
export function brokenRules(
  rules: readonly CompiledRule[],
  answers: Answers,
  asked?: ReadonlySet<string>,
): readonly CompiledRule[] {
  if (rules.length === 0) return rules;
  const values: Record<string, unknown> = {};
  const missing = new Set<string>();
  for (const { expression } of rules) {
    for (const ref of expression.refs) {
      const answer = Object.hasOwn(answers, ref) ? answers[ref] : null;
      if (answer === null) missing.add(ref);
      // A name without a value throws where it is looked at, as all that can't be computed does.
      if (answer !== null || !asked || asked.has(ref)) values[ref] = answer;
    }
  }
  return rules.filter(({ expression }) => {
    for (const ref of expression.needs) if (missing.has(ref)) return false;
    try {
      return expression.run(values) === false;
    } catch {
      return false;
    }
  });
}

/** What a rule says, in the first of these languages that the form has. */
export function messageOf(definition: Definition, rule: Rule, languages: readonly string[]): string {
  const tag = chooseLanguage(definition, languages);
  const texts = tag === null ? undefined : definition.translations?.[tag]?.rules;
  return (texts && Object.hasOwn(texts, rule.name) ? texts[rule.name] : undefined) ?? rule.message;
}

/**
 * Whether a definition's rules hold for other answers than another's. What they say, and whether they refuse, changes
 * no flag.
 */
export function rulesDiffer({ rules: before = [] }: Definition, { rules: after = [] }: Definition): boolean {
  const held = new Map(before.map(({ name, expression, questions }) => [name, { expression, questions }]));
  const same = after.every(({ name, expression, questions }) => sameJson(held.get(name), { expression, questions }));
  return before.length !== after.length || !same;
}

/** A broken rule as the flag that is stored. */
export const toFlag = ({ rule, questions }: CompiledRule): Flag => ({
  rule: rule.name,
  message: rule.message,
  questions,
});

/** A broken rule as mistakes: one for each question that it concerns. */
export const toProblems = ({ rule, questions }: CompiledRule, message: string): Problem[] =>
  questions.map((question) => ({
    pointer: `/answers/${question}`,
    question,
    code: "rule_failed",
    rule: rule.name,
    detail: message,
    severity: "error",
  }));

/**
 * Flags as they are told in these languages: those of the form's own rules by their present texts, others by what they
 * brought.
 */
export function localizeFlags(
  definition: Definition,
  flags: readonly Flag[],
  languages: readonly string[],
): readonly Flag[] {
  return flags.map(({ translations = {}, ...flag }) => {
    if (flag.source !== undefined) return { ...flag, message: translatedOf(flag.message, translations, languages) };
    const rule = definition.rules?.find(({ name }) => name === flag.rule);
    return rule ? { ...flag, message: messageOf(definition, rule, languages) } : flag;
  });
}

function translatedOf(message: string, translations: Readonly<Record<string, string>>, languages: readonly string[]) {
  const tag = chooseTag(Object.keys(translations), languages);
  return (tag === null ? undefined : translations[tag]) ?? message;
}

const NAMES_NOTHING = "It names no question: say in `questions` which it concerns.";

interface Mistake {
  readonly code: string;
  readonly path: PropertyKey[];
  readonly message: string;
}

/** Everything that is wrong with the rules of a definition, each with its place. Adds what they cost to `sum`. */
export function findRuleMistakes(
  { rules = [], questions }: Definition,
  compile: Compile,
  sum: { nodes: number; matchSteps: number },
): Mistake[] {
  const mistakes: Mistake[] = [];
  const types = new Map(questions.map(({ ref, type }) => [ref, type]));
  const seen = new Set<string>();
  for (const [i, rule] of rules.entries()) {
    const complain = (code: string, message: string, ...path: PropertyKey[]) =>
      mistakes.push({ code, path: ["rules", i, ...path], message });
    if (seen.has(rule.name)) complain("custom", "is used twice", "name");
    seen.add(rule.name);
    for (const [at, ref] of (rule.questions ?? []).entries()) {
      const type = types.get(ref);
      if (type === undefined) complain("custom", `the form has no question ${ref}`, "questions", at);
      else if (type === "statement") complain("custom", "a statement is not answered", "questions", at);
      else if (rule.questions?.indexOf(ref) !== at) complain("custom", "is used twice", "questions", at);
    }
    const bad = (code: string, message: string) => complain(code, message, "expression");
    const expression = compile(rule.expression);
    if (!expression.ok) {
      bad("invalid_expression", expression.detail);
      continue;
    }
    const facts = expression.facts();
    sum.nodes += facts.nodes;
    sum.matchSteps += facts.matchSteps;
    const { type, mistake } = facts;
    if (mistake !== null) bad("invalid_expression", mistake);
    else if (facts.usesMetadata) bad("invalid_expression", "Only answers can be used here, not metadata.");
    else if (type !== "bool" && type !== "dyn") bad("wrong_result", `This must be true or false, and it is ${type}.`);
    else if (expression.refs.size === 0 && !rule.questions) bad("names_nothing", NAMES_NOTHING);
  }
  return mistakes;
}
