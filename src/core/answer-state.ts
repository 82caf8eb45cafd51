/**
 * A form while it is filled in: which questions are asked, which must be answered, what the calculated ones show, given
 * the answers so far. The same look as at a submission (core/answer.ts), so that the page and the server never
 * disagree. Pure.
 */
import { checkAnswers } from "./answer";
import { isDemanded, readSheet } from "./answer-sheet";
import type { CompiledDefinition } from "./compiled";
import type { Problem } from "./errors";
import type { Answer, Answers } from "./response";
import { brokenRules, messageOf, toProblems } from "./rule";

export interface AnswersState {
  /** Refs of the questions that are not asked. */
  readonly hidden: ReadonlySet<string>;
  /** Refs of those that must be answered. */
  readonly required: ReadonlySet<string>;
  /** What is shown of the calculated ones, by ref; without those that can't be computed (yet). */
  readonly calculated: ReadonlyMap<string, Answer>;
}

/**
 * The state of a form with these answers, refs with values as DESIGN.md section 6 says; mistakes in them count as no
 * answer.
 */
export function stateOf(compiled: CompiledDefinition, input: Readonly<Record<string, unknown>>): AnswersState {
  const sheet = readSheet(compiled, input, {});
  const required = new Set<string>();
  const calculated = new Map<string, Answer>();
  for (const one of compiled.questions.values()) {
    const { ref, shown } = one.question;
    if (isDemanded(one.question, one.logic, sheet)) required.add(ref);
    const value = sheet.values[ref];
    if (shown && value !== null && value !== undefined) calculated.set(ref, value);
  }
  return { hidden: sheet.hidden, required, calculated };
}

/**
 * The mistakes that concern these questions, among answers that need not be complete otherwise; rules in these
 * languages.
 */
export function problemsIn(
  compiled: CompiledDefinition,
  input: Readonly<Record<string, unknown>>,
  { refs, languages = [] }: { refs: ReadonlySet<string>; languages?: readonly string[] },
): Problem[] {
  const checked = checkAnswers(compiled, input);
  // A rule is looked at when the answers are right by themselves; of one whose answers are still to come nothing is
  // known.
  const given = checkAnswers(compiled, input, { partial: true });
  const problems = [
    ...(checked.ok ? [] : checked.problems),
    ...(given.ok ? brokenIn(compiled, given.answers, languages) : []),
  ];
  return problems.filter(({ question }) => question !== undefined && refs.has(question));
}

function brokenIn(compiled: CompiledDefinition, answers: Answers, languages: readonly string[]): Problem[] {
  const refusing = brokenRules(compiled.rules, answers).filter(({ rule }) => rule.severity === "error");
  return refusing.flatMap((one) => toProblems(one, messageOf(compiled.definition, one.rule, languages)));
}

const deciding = new WeakMap<CompiledDefinition, ReadonlySet<string>>();

/** The questions whose answers decide about others: as long as none of them changes, the state of the form does not. */
export function decidingRefs(compiled: CompiledDefinition): ReadonlySet<string> {
  const known = deciding.get(compiled);
  if (known) return known;
  const refs = new Set<string>();
  for (const { logic } of compiled.questions.values()) {
    for (const expression of [logic.visibleIf, logic.requiredIf, logic.calculated]) {
      for (const ref of expression?.refs ?? []) refs.add(ref);
    }
  }
  deciding.set(compiled, refs);
  return refs;
}
