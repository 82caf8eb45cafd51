/** Before a draft is published, discarded, or a question removed: what will happen. */

import type { Child } from "hono/jsx";
import { memberOf, textOf } from "../../../core/draft/json";
import type { AppError } from "../../../core/errors";
import { diffOf, type WorkingCopy } from "../../../services/working-copy";
import { ConfirmPage } from "../parts/confirm";
import { Hidden } from "../parts/controls";
import { FormEnd } from "../parts/form-end";
import { counted } from "../words";
import { Diff, titlesOf } from "./diff";
import { EditForm, EditorPage, editorCrumbs } from "./head";
import { atQuestion, editPath, questionPath } from "./paths";

interface CopyProps {
  readonly copy: WorkingCopy;
  readonly error?: AppError | undefined;
}

export const PublishPage = ({ copy, error }: CopyProps) => {
  const { form, revision, problems } = copy;
  const diff = diffOf(copy);
  const first = form.version === 0;
  return (
    <EditorPage form={form} title={first ? "Publish the form" : `Publish version ${form.version + 1}`} error={error}>
      {diff === null ? (
        <div class="empty">
          <h2>
            {revision === 0 ? "There is no draft to publish" : `${counted(problems.length, "thing")} to mend first`}
          </h2>
          <p>
            <a class="button" href={editPath(form.id)}>
              To the form
            </a>
          </p>
        </div>
      ) : (
        <>
          <p class="box">
            {first
              ? "From now on the form takes responses."
              : `People fill in version ${form.version + 1} from now on. Responses that came keep the version that they answered.`}
          </p>
          <Diff diff={diff} titles={titlesOf(copy.published, copy.definition)} />
          <EditForm action={editPath(form.id, "publish")} revision={revision}>
            <FormEnd verb="Publish" back={editPath(form.id)} />
          </EditForm>
        </>
      )}
    </EditorPage>
  );
};

export const DiscardPage = ({ copy, error }: CopyProps) => (
  <ConfirmPage
    title="Discard the draft?"
    crumbs={editorCrumbs(copy.form)}
    action={editPath(copy.form.id, "discard")}
    verb="Discard"
    back={editPath(copy.form.id)}
    inputs={<Hidden name="revision" value={String(copy.revision)} />}
    error={error}
  >
    <p>{`All changes since version ${copy.form.version} are gone, and can't be brought back. The published version stays as it is.`}</p>
  </ConfirmPage>
);

export const RemovePage = ({ copy, called, question, error }: CopyProps & { called: string; question: unknown }) => (
  <ConfirmPage
    title={`Remove “${textOf(memberOf(question, "title"))}”?`}
    crumbs={editorCrumbs(copy.form)}
    action={questionPath(copy.form.id, called)}
    verb="Remove"
    back={atQuestion(copy.form.id, called)}
    inputs={
      <>
        <Hidden name="revision" value={String(copy.revision)} />
        <Hidden name="do" value="remove" />
      </>
    }
    error={error}
  >
    <p>
      The question goes from the draft, with its texts in all languages. Expressions that name it have to be mended.
      Answers that came stay readable.
    </p>
  </ConfirmPage>
);

interface SureProps extends CopyProps {
  /** What goes, as in "the language Hindi". */
  readonly what: string;
  readonly action: string;
  readonly children: Child;
}

/** Before something of the draft is removed: the same address, sent once more. */
export const SurePage = ({ copy, what, action, children, error }: SureProps) => (
  <ConfirmPage
    title={`Remove ${what}?`}
    crumbs={editorCrumbs(copy.form)}
    action={action}
    verb="Remove"
    back={action}
    inputs={
      <>
        <Hidden name="revision" value={String(copy.revision)} />
        <Hidden name="do" value="remove" />
        <Hidden name="sure" value="yes" />
      </>
    }
    error={error}
  >
    <p>{children}</p>
  </ConfirmPage>
);
