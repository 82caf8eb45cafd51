/**
 * The form's rules applied to answers that were checked: in the submission path, and when a response is edited. No I/O.
 */
import type { CachedForm } from "../context-submission";
import { answerOf } from "../core/answer-sheet";
import { sameJson } from "../core/difference";
import { AppError } from "../core/errors";
import type { Flag } from "../core/flag";
import type { Answers } from "../core/response";
import { brokenRules, type CompiledRule, messageOf, toFlag, toProblems } from "../core/rule";

/** What a sender is told who broke a rule that refuses. */
export interface Judgement {
  readonly answers: Answers;
  /** Before an edit: a rule that they broke refuses nothing that the edit does not touch. */
  readonly before?: Answers;
  /** Of the reader, most wanted first. */
  readonly languages: readonly string[];
  /** What became of it all. */
  readonly detail: string;
}

/** More than a person reads. */
const PROBLEMS_MAX = 100;

/**
 * The flags that these answers get. Throws `invalid_answers` with the rules that refuse them. One that would, were it
 * not broken before the edit and left alone by it, flags: as it does when old responses are looked at again.
 */
export function judge(
  { compiled }: Pick<CachedForm, "compiled">,
  { answers, before, languages, detail }: Judgement,
): readonly Flag[] {
  const broken = brokenRules(compiled.rules, answers);
  if (broken.length === 0) return [];
  const standing = before ? brokenRules(compiled.rules, before) : [];
  const refusing = broken
    .filter(({ rule }) => rule.severity === "error")
    .filter((one) => !before || !standing.includes(one) || isTouched(one, before, answers));
  if (refusing.length > 0) {
    const errors = refusing.flatMap((one) => toProblems(one, messageOf(compiled.definition, one.rule, languages)));
    throw new AppError("invalid_answers", { detail, errors: errors.slice(0, PROBLEMS_MAX) });
  }
  return broken.map(toFlag);
}

/** Whether an edit changes an answer that a rule is about. */
function isTouched({ questions, expression }: CompiledRule, before: Answers, answers: Answers): boolean {
  return [...questions, ...expression.refs].some((ref) => !sameJson(answerOf(before, ref), answerOf(answers, ref)));
}
