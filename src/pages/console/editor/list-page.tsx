/** The page of a list of choices that several questions share. */
import { listOf } from "../../../core/draft/draft";
import { itemsOf, memberOf, objectOf, textOf } from "../../../core/draft/json";
import type { AppError } from "../../../core/errors";
import type { WorkingCopy } from "../../../services/working-copy";
import { Card } from "../parts/card";
import { Button } from "../parts/controls";
import { ChoiceRows } from "./choices";
import { DefaultButton, EditForm, EditorPage, problemsBelow } from "./head";
import type { Inputs } from "./inputs";
import { editPath, listPath } from "./paths";

interface ListPageProps {
  readonly copy: WorkingCopy;
  readonly draft: Readonly<Record<string, unknown>>;
  readonly name: string;
  readonly inputs: Inputs;
  readonly error?: AppError | undefined;
}

export const ListPage = ({ copy, draft, name, inputs, error }: ListPageProps) => {
  const users = listOf(draft, "questions").filter((question) => memberOf(question, "choiceList") === name);
  const problems = problemsBelow(copy.problems, `/choiceLists/${name}`);
  return (
    <EditorPage form={copy.form} title={`List “${name}”`} error={error}>
      <EditForm action={listPath(copy.form.id, name)} revision={copy.revision} class="stacked">
        <DefaultButton deed="save" />
        <Card title="Choices" id="choices">
          <ChoiceRows
            choices={itemsOf(objectOf(draft.choiceLists)[name])}
            inputs={inputs}
            mistake={[...problems.values()][0]}
          />
          <p class="hint">
            {users.length === 0
              ? "No question uses it yet: choose it on the page of a question with choices."
              : `Used by: ${users.map((question) => textOf(memberOf(question, "title"))).join(", ")}.`}
          </p>
        </Card>
        <div class="row bottom">
          <Button name="do" value="save">
            Save
          </Button>
          {users.length === 0 && (
            <Button name="do" value="remove" tone="danger">
              Remove the list
            </Button>
          )}
          <a class="button quiet" href={editPath(copy.form.id)}>
            Back to the form
          </a>
        </div>
      </EditForm>
    </EditorPage>
  );
};
