/**
 * The hosted form as a function of its props: questions with their controls, what was typed, and, after a refusal, a
 * summary that leads to each mistake. Called by routes.tsx.
 */
import type { Problem } from "../../core/errors";
import type { Definition } from "../../core/form";
import { Control } from "./controls";
import { Layout } from "./layout";
import { inputId } from "./question";
import { KEY_INPUT, TRAP_INPUT, type Typed, VERSION_INPUT } from "./read";

/** Why the form is shown again, when it is not (only) for mistakes in the answers. */
export interface Notice {
  readonly title: string;
  readonly text: string;
  /** Typed texts that have no place in the form any more. */
  readonly kept?: readonly string[];
}

export interface FormPageProps {
  readonly form: { readonly id: string; readonly version: number; readonly definition: Definition };
  /** Becomes the Idempotency-Key of the response. */
  readonly formKey: string;
  readonly typed?: Typed;
  readonly problems?: readonly Problem[];
  readonly notice?: Notice | undefined;
}

const NOTHING_TYPED: Typed = new Map();

/** The form, fresh or with what was typed and what is wrong with it. */
export const FormPage = ({ form, formKey, typed = NOTHING_TYPED, problems = [], notice }: FormPageProps) => {
  const { title, description, questions } = form.definition;
  const errors = Map.groupBy(problems, (problem) => problem.question);
  const refused = problems.length > 0 || notice !== undefined;
  return (
    <Layout title={refused ? `Not sent yet: ${title}` : title}>
      <h1 dir="auto">{title}</h1>
      {description && (
        <p class="lead" dir="auto">
          {description}
        </p>
      )}
      {refused && <Summary questions={questions} problems={problems} notice={notice} />}
      <form method="post" action={`/f/${encodeURIComponent(form.id)}`} accept-charset="utf-8" data-form>
        <input type="hidden" name={KEY_INPUT} value={formKey} />
        <input type="hidden" name={VERSION_INPUT} value={String(form.version)} />
        <div class="trap" aria-hidden="true">
          <label for={TRAP_INPUT}>Leave this empty</label>
          <input id={TRAP_INPUT} name={TRAP_INPUT} type="text" tabindex={-1} autocomplete="off" />
        </div>
        {questions.map((question) => (
          <Control
            question={question}
            typed={typed}
            errors={(errors.get(question.ref) ?? []).map((problem) => problem.detail)}
          />
        ))}
        <button type="submit" data-busy="Sending…">
          Send
        </button>
      </form>
    </Layout>
  );
};

interface SummaryProps {
  readonly questions: Definition["questions"];
  readonly problems: readonly Problem[];
  readonly notice: Notice | undefined;
}

/** Announced on arrival (role alert), and focused where script runs; each entry leads to its question. */
const Summary = ({ questions, problems, notice }: SummaryProps) => {
  const titles = new Map(questions.map((question) => [question.ref, question.title]));
  return (
    <div class="summary" id="summary" role="alert" tabindex={-1} aria-labelledby="summary_title">
      <h2 id="summary_title">{notice?.title ?? "Not sent yet: some answers need another look"}</h2>
      {notice && <p>{notice.text}</p>}
      {notice?.kept?.map((text) => (
        <blockquote dir="auto">{text}</blockquote>
      ))}
      {problems.length > 0 && (
        <ul>
          {problems.map((problem) => {
            const title = titles.get(problem.question ?? "");
            return (
              <li>
                {title === undefined ? (
                  problem.detail
                ) : (
                  <a href={`#${inputId(problem.question ?? "")}`}>
                    <span dir="auto">{title}</span>
                    {/[?!.:]$/.test(title) ? " " : ": "}
                    {problem.detail}
                  </a>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
};
