/**
 * What keeps a form from being taken, over the form: announced, focused, and leading to each mistake. Used by page.tsx.
 */
import type { Problem } from "../../core/errors";
import type { Question } from "../../core/form";
import { sayProblem } from "./limits";
import { inputId } from "./question";
import type { Words } from "./words";

/** Why the form is shown again, when it is not (only) for mistakes in the answers. */
export interface Notice {
  readonly title: string;
  readonly text: string;
  /** Typed texts that have no place in the form any more. */
  readonly kept?: readonly string[];
}

interface SummaryProps {
  readonly questions: readonly Question[];
  readonly problems: readonly Problem[];
  readonly notice: Notice | undefined;
  readonly words: Words;
}

/** Announced on arrival (role alert), and focused where script runs; each entry leads to its question. */
export const Summary = ({ questions, problems, notice, words }: SummaryProps) => {
  const asked = new Map(questions.map((question) => [question.ref, question]));
  const title = notice?.title ?? `${words.problems.notSent}: ${words.problems.look}`;
  return (
    <div class="summary" id="summary" role="alert" tabindex={-1} aria-labelledby="summary_title">
      <h2 id="summary_title">{title}</h2>
      {notice && <p>{notice.text}</p>}
      {notice?.kept?.map((text) => (
        <blockquote dir="auto">{text}</blockquote>
      ))}
      {problems.length > 0 && (
        <ul>
          {problems.map((problem) => (
            <li>
              <Entry problem={problem} question={asked.get(problem.question ?? "")} words={words} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
};

const Entry = ({ problem, question, words }: { problem: Problem; question: Question | undefined; words: Words }) => {
  const text = sayProblem(problem, question, words);
  if (!question) return <>{text}</>;
  return (
    <a href={`#${inputId(question.ref)}`}>
      <span dir="auto">{question.title}</span>
      {/[?!.:؟।]$/.test(question.title) ? " " : ": "}
      <span dir="auto">{text}</span>
    </a>
  );
};
