/** Before a version that was becomes the draft: what that changes in what is worked on. */
import type { AppError } from "../../../core/errors";
import type { PutBackView } from "../../../services/version-history";
import { Button } from "../parts/controls";
import { formPath } from "../paths";
import { Diff, isNothing, titlesOf } from "./diff";
import { EditForm, EditorPage } from "./head";

interface PutBackProps {
  readonly version: number;
  readonly view: PutBackView;
  readonly error?: AppError | undefined;
}

export const PutBackPage = ({ version, view: { copy, definition, diff }, error }: PutBackProps) => {
  const { form, revision } = copy;
  const same = diff !== null && isNothing(diff);
  return (
    <EditorPage form={form} title={`Put version ${version} into the draft?`} error={error}>
      {same ? (
        <p class="box">{`${revision === 0 ? "What is published" : "The draft"} is the same as version ${version}.`}</p>
      ) : (
        <p class="box">
          {revision === 0
            ? `A draft begins with version ${version}. People fill in version ${form.version} until you publish it.`
            : `The draft becomes version ${version}: what was changed in it since version ${form.version} is gone. People fill in version ${form.version} until you publish it.`}
        </p>
      )}
      {diff === null && (
        <p class="box warn">The draft has mistakes, so the two are not compared: all of it gives way.</p>
      )}
      {diff !== null && !same && <Diff diff={diff} titles={titlesOf(copy.definition, definition)} />}
      <EditForm action={formPath(form.id, `versions/${version}/put-back`)} revision={revision} class="row">
        {!same && <Button>Put into the draft</Button>}
        <a class="button quiet" href={formPath(form.id, `versions/${version}`)}>
          Back
        </a>
      </EditForm>
    </EditorPage>
  );
};
