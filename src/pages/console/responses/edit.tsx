/**
 * Editing a response: the questions of the form's newest version with their controls, as whoever fills it in has them.
 */
import { decidingRefs } from "../../../core/answer-state";
import type { AppError, Problem } from "../../../core/errors";
import { pagesOf } from "../../../core/form-pages";
import type { ResponseView } from "../../../services/responses";
import { errorsOf, stateNow } from "../../form/page";
import { Part } from "../../form/part";
import type { Scene } from "../../form/question";
import type { Typed } from "../../form/read";
import type { PublicForm } from "../../form/services";
import { type Notice, Summary } from "../../form/summary";
import { ENGLISH } from "../../form/words";
import { FORMS } from "../forms/head";
import { Page } from "../layout";
import { ActionForm, Hidden } from "../parts/controls";
import { FormEnd } from "../parts/form-end";
import { ProblemBox } from "../parts/problem";
import { formPath, responsePath } from "../paths";

export interface EditProps {
  readonly form: PublicForm;
  readonly response: ResponseView;
  /** The inputs as they are filled in. */
  readonly typed: Typed;
  /** Why it was not saved. */
  readonly error?: AppError | undefined;
  /** What others changed since the page was read. */
  readonly changes?: readonly Problem[];
}

export const EditPage = ({ form, response, typed, error, changes = [] }: EditProps) => {
  const { words } = ENGLISH;
  const { questions } = form.definition;
  const scene: Scene = { words, typed, state: stateNow(form, typed), deciding: decidingRefs(form.compiled) };
  const problems = error?.code === "invalid_answers" ? (error.details.errors ?? []) : changes;
  const errors = errorsOf(form, problems, words);
  const notice = noticeOf(error);
  const back = responsePath(form.id, response.id);
  return (
    <Page
      title="Edit the answers"
      crumbs={[FORMS, { name: form.title, path: formPath(form.id) }, { name: `Response ${response.id}`, path: back }]}
    >
      {notice ? (
        <Summary questions={questions} problems={problems} notice={notice} words={words} />
      ) : (
        <ProblemBox error={error} />
      )}
      <section class="card narrow asked">
        {response.version !== form.version && (
          <p class="soft">
            It was answered against version {response.version} of the form. These are the questions of version{" "}
            {form.version}; answers to others stay as they are.
          </p>
        )}
        <ActionForm action={responsePath(form.id, response.id, "edit")}>
          <Hidden name="revision" value={String(response.revision)} />
          {pagesOf(questions).map((page, i) => (
            <Part page={page} n={i + 1} all={1} scene={scene} errors={errors} />
          ))}
          <FormEnd verb="Save the answers" back={back} />
        </ActionForm>
      </section>
    </Page>
  );
};

/** What stands over the mistakes, or over what others changed. */
function noticeOf(error: AppError | undefined): Notice | null {
  if (error?.code === "invalid_answers") {
    return { title: "The answers are not saved", text: "Nothing was changed. Mend these, and save again." };
  }
  if (error?.code !== "stale_revision") return null;
  return {
    title: "Somebody changed this response while you were at it",
    text: "Nothing of yours is saved yet. What they changed is below; what you typed stands as it was. Look, and save again.",
  };
}
