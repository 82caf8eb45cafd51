/**
 * POST /f/{form}/check: the form while it is filled in, for its script. Answers which questions are asked, which must
 * be answered and what the calculated ones show, and on request what is wrong on one page. Nothing is stored, and
 * nothing is kept of what comes. Called by routes.tsx, which hands on the form after it was found and admitted.
 */
import { type AnswersState, problemsIn, stateOf } from "../../core/answer-state";
import { pagesOf } from "../../core/form-pages";
import type { ShownForm } from "./language";
import { sayProblem } from "./limits";
import { firstTyped, PART_INPUT, readAnswers, type Typed } from "./read";
import { showAnswer } from "./show";

/** What the script reads (client/state.ts). */
export interface CheckAnswer {
  readonly hidden: readonly string[];
  readonly required: readonly string[];
  /** Text by ref. */
  readonly shown: Readonly<Record<string, string>>;
  readonly problems: readonly { readonly ref: string; readonly text: string }[];
}

/** The state with what was typed. With PART_INPUT (the number of a page, from 1 on), what is wrong there. */
export function checkForm({ form, speech }: ShownForm, typed: Typed): CheckAnswer {
  const { definition, compiled } = form;
  const answers = readAnswers(definition, typed);
  const questions = new Map(definition.questions.map((question) => [question.ref, question]));
  const page = pagesOf(definition.questions)[Number(firstTyped(typed, PART_INPUT)) - 1];
  const refs = new Set(page?.questions.map(({ ref }) => ref));
  const languages = definition.language === undefined ? [] : [definition.language];
  const problems = page ? problemsIn(compiled, answers, { refs, languages }) : [];
  const state: AnswersState = stateOf(compiled, answers);
  return {
    hidden: [...state.hidden],
    required: [...state.required],
    shown: Object.fromEntries(
      [...state.calculated].flatMap(([ref, value]) => {
        const question = questions.get(ref);
        return question ? [[ref, showAnswer(question, value, speech.words)]] : [];
      }),
    ),
    problems: problems.map((problem) => ({
      ref: problem.question ?? "",
      text: sayProblem(problem, questions.get(problem.question ?? ""), speech.words),
    })),
  };
}
