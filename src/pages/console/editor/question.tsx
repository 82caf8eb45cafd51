import { memberOf, textOf } from "../../../core/draft/json";
import type { AppError } from "../../../core/errors";
import { CHOICE_TYPES, type Definition } from "../../../core/form";
import type { WorkingCopy } from "../../../services/working-copy";
import { Card } from "../parts/card";
import { Button, Input, TextArea, Tick } from "../parts/controls";
import { ConditionBox } from "./condition";
import { DefaultButton, EditForm, EditorPage, problemsBelow } from "./head";
import type { Inputs } from "./inputs";
import { Live } from "./live";
import { atQuestion, questionPath } from "./paths";
import { Calculated, Choices, Details, Limits, PageBreak, TypeInput, Unplaced } from "./question-parts";
import { Stored } from "./stored";

export interface QuestionPageProps {
  readonly copy: WorkingCopy;
  readonly definition: Definition;
  /** The question as it is stored, or as it would be. */
  readonly question: unknown;
  readonly called: string;
  readonly at: number;
  readonly inputs: Inputs;
  /** Inputs that hold something else than what is stored by now. */
  readonly stored?: readonly (readonly [name: string, text: string])[];
  readonly checked?: boolean;
  readonly error?: AppError | undefined;
}

export const QuestionPage = (props: QuestionPageProps) => {
  const { copy, question, at, inputs, error, stored = [] } = props;
  const key = props.called;
  const problems = problemsBelow([...(error?.details.errors ?? []), ...copy.problems], `/questions/${at}`);
  const isChoice = [...CHOICE_TYPES].some((type) => type === memberOf(question, "type"));
  const isStatement = memberOf(question, "type") === "statement";
  const shared = { ...props, problems };
  return (
    <EditorPage
      form={copy.form}
      title={textOf(memberOf(question, "title")) || "Question without a title"}
      error={error}
      beside={<span class="soft">{`Question ${at + 1}`}</span>}
    >
      <Stored texts={stored} />
      <Unplaced {...shared} />
      <EditForm action={questionPath(copy.form.id, key)} revision={copy.revision} class="stacked live">
        <DefaultButton deed="save" />
        <div class="split">
          <div class="column">
            <Card title="The question" id="question">
              <Input
                label="Title"
                name="title"
                value={inputs("title")}
                maxlength={1_000}
                mistake={problems.get("title")}
              />
              <TextArea
                label="Help text"
                name="description"
                value={inputs("description")}
                rows={2}
                maxlength={5_000}
                hint="Optional. Stands below the title."
                mistake={problems.get("description")}
              />
              <TypeInput {...shared} />
              {!isStatement && (
                <Tick
                  label="An answer is required"
                  name="required"
                  checked={inputs("required") === "on"}
                  mistake={problems.get("required")}
                />
              )}
            </Card>
            {isChoice && <Choices {...shared} />}
            <Limits {...shared} />
          </div>
          <div class="column">
            <Card title="When it is asked" id="when">
              <ConditionBox
                member="visibleIf"
                legend="It is asked"
                none="always"
                rows="only if"
                inputs={inputs}
                questions={props.definition.questions.filter(({ ref }) => ref !== memberOf(question, "ref"))}
                mistake={problems.get("visibleIf")}
              />
              {!isStatement && (
                <ConditionBox
                  member="requiredIf"
                  legend="An answer is required besides"
                  none="in no other case"
                  rows="if"
                  inputs={inputs}
                  questions={props.definition.questions}
                  mistake={problems.get("requiredIf")}
                />
              )}
            </Card>
            <PageBreak {...shared} />
            {!isStatement && <Calculated {...shared} />}
            <Details {...shared} />
          </div>
        </div>
        <Live checked={props.checked} problems={problems} />
        <div class="row bottom">
          <Button name="do" value="save">
            Save
          </Button>
          <Button name="do" value="check" tone="quiet">
            Check without saving
          </Button>
          <a class="button quiet" href={atQuestion(copy.form.id, key)}>
            Back to the form
          </a>
        </div>
      </EditForm>
    </EditorPage>
  );
};
