/** The page of a rule: what must hold, what is said when it does not, and what it says about a sample. */
import { memberOf, objectOf, textOf } from "../../../core/draft/json";
import type { AppError } from "../../../core/errors";
import { FLAG_MESSAGE_MAX } from "../../../core/flag";
import type { Definition } from "../../../core/form";
import type { WorkingCopy } from "../../../services/working-copy";
import { Card } from "../parts/card";
import { Button, Hidden, Input, Select, TextArea } from "../parts/controls";
import { ConditionBox } from "./condition";
import { DefaultButton, EditForm, EditorPage, problemsBelow } from "./head";
import type { Inputs } from "./inputs";
import { Live } from "./live";
import { languageName } from "./outline-parts";
import { editPath, languagePath, rulePath } from "./paths";
import { NEW_RULE } from "./rule-fields";
import { Sample, type SampleProps, Verdict } from "./sample";
import { Stored } from "./stored";

export interface RulePageProps extends SampleProps {
  readonly copy: WorkingCopy;
  readonly definition: Definition;
  readonly rule: unknown;
  readonly called: string;
  readonly at: number;
  readonly inputs: Inputs;
  readonly stored?: readonly (readonly [name: string, text: string])[];
  readonly checked?: boolean;
  readonly error?: AppError | undefined;
}

export const RulePage = (props: RulePageProps) => {
  const { copy, definition, rule, called, at, inputs, error, stored = [], checked } = props;
  const { form } = copy;
  const problems = problemsBelow([...(error?.details.errors ?? []), ...copy.problems], `/rules/${at}`);
  const asked = definition.questions.filter(({ type }) => type !== "statement");
  const tags = Object.keys(objectOf(memberOf(copy.definition, "translations")));
  const isNew = called === NEW_RULE;
  return (
    <EditorPage form={form} title={isNew ? "New rule" : textOf(memberOf(rule, "message")) || called} error={error}>
      <Stored texts={stored} />
      <EditForm action={rulePath(form.id, called)} revision={copy.revision} class="stacked live">
        <DefaultButton deed="save" />
        <div class="split">
          <div class="column">
            <Card title="What must hold" id="holds">
              <ConditionBox
                member="expression"
                legend="A response is right"
                rows="if"
                inputs={inputs}
                questions={asked}
                mistake={problems.get("expression")}
                hint="Without an answer to one of its questions nothing is known, and the rule is not broken."
              />
            </Card>
            <Card title="When it does not" id="broken">
              <Severity inputs={inputs} isNew={isNew} mistake={problems.get("severity")} />
              <TextArea
                label="Message"
                name="message"
                value={inputs("message")}
                rows={2}
                maxlength={FLAG_MESSAGE_MAX}
                hint={tags.length === 0 ? "Says what to look at again." : <Elsewhere form={form.id} tags={tags} />}
                mistake={problems.get("message")}
              />
              <Concerned {...props} mistake={problems.get("questions")} />
              <Input
                label="Name"
                name="name"
                value={inputs("name")}
                maxlength={64}
                hint="In flags and exports. Made of the message, if you leave it empty."
                mistake={problems.get("name")}
              />
            </Card>
          </div>
          <div class="column">
            <Sample {...props} />
            <Live checked={checked} problems={problems}>
              {checked && problems.size === 0 && <Verdict {...props} />}
            </Live>
          </div>
        </div>
        <div class="row bottom">
          <Button name="do" value="save">
            {isNew ? "Add the rule" : "Save"}
          </Button>
          <Button name="do" value="check" tone="quiet">
            Check without saving
          </Button>
          {!isNew && (
            <Button name="do" value="remove" tone="danger">
              Remove the rule
            </Button>
          )}
          <a class="button quiet" href={editPath(form.id)}>
            Back to the form
          </a>
        </div>
      </EditForm>
    </EditorPage>
  );
};

const SEVERITIES = [
  { value: "flag", label: "stored, flagged, and sent back to whoever collected it" },
  { value: "error", label: "refused" },
];

const Severity = ({ inputs, isNew, mistake }: { inputs: Inputs; isNew: boolean; mistake: string | undefined }) => {
  const value = inputs("severity") || (isNew ? "flag" : "");
  const known = SEVERITIES.some((one) => one.value === value);
  const options = known ? SEVERITIES : [{ value, label: value || "…" }, ...SEVERITIES];
  return <Select label="The response is" name="severity" value={value} options={options} mistake={mistake} />;
};

const Elsewhere = ({ form, tags }: { form: string; tags: readonly string[] }) => (
  <>
    In other languages:{" "}
    {tags.map((tag) => (
      <>
        <a href={languagePath(form, tag)}>{languageName(tag)}</a>{" "}
      </>
    ))}
  </>
);

const Concerned = ({ definition, inputs, mistake }: RulePageProps & { mistake: string | undefined }) => (
  <details class="field">
    <summary>Which questions it concerns</summary>
    <p class="hint">Those that are compared above, unless you tick others here.</p>
    {mistake && <p class="mistake">{mistake}</p>}
    {definition.questions
      .filter(({ type }) => type !== "statement")
      .map(({ ref, title }) => (
        <>
          <Hidden name="asked" value={ref} />
          <label class="check">
            <input type="checkbox" name={`concerns.${ref}`} value="on" checked={inputs(`concerns.${ref}`) === "on"} />
            <span dir="auto">{title}</span>
          </label>
        </>
      ))}
  </details>
);
