import type { Sent } from "../../../core/draft/fields";
import { objectOf } from "../../../core/draft/json";
import type { AppError } from "../../../core/errors";
import { QUESTION_TYPES } from "../../../core/form";
import type { WorkingCopy } from "../../../services/working-copy";
import { FORMS, FormState, formTabs, OpenForm } from "../forms/head";
import { Page } from "../layout";
import { Card } from "../parts/card";
import { Button, Input, Select, TextArea } from "../parts/controls";
import { Ago } from "../parts/time";
import { EditForm, Refused } from "./head";
import { fieldsOf, inputsOf } from "./inputs";
import { Languages, Lists, More, Rules } from "./outline-parts";
import { ToMend } from "./outline-problems";
import { Questions } from "./outline-questions";
import { editPath } from "./paths";
import { sayProblem, TYPES } from "./words";

export interface OutlineProps {
  readonly copy: WorkingCopy;
  readonly draft: Readonly<Record<string, unknown>>;
  /** Milliseconds. */
  readonly now: number;
  /** The question that something was done with, and the button that did it. */
  readonly at?: string | undefined;
  readonly by?: string | undefined;
  readonly sent?: Sent;
  readonly error?: AppError | undefined;
}

export const OutlinePage = (props: OutlineProps) => {
  const { copy, error } = props;
  const { form } = copy;
  return (
    <Page
      title={form.title}
      crumbs={[FORMS]}
      tabs={formTabs(form.id)}
      beside={<FormState form={form} />}
      actions={<OpenForm form={form} />}
    >
      <Refused error={error} />
      <Standing {...props} />
      <ToMend {...props} />
      <div class="split">
        <div class="column">
          <Questions {...props} />
          <AddQuestion {...props} />
        </div>
        <div class="column">
          <Texts {...props} />
          <Rules {...props} />
          <Languages {...props} />
          <Lists {...props} />
          <More {...props} />
        </div>
      </div>
    </Page>
  );
};

const Standing = ({ copy: { form, revision, updatedAt, problems }, now }: OutlineProps) => (
  <div class="box standing">
    <p>
      {revision === 0 ? (
        `Version ${form.version} is published, and nothing was changed since. The first change makes a draft.`
      ) : (
        <>
          <strong>Draft</strong>
          {updatedAt && (
            <>
              , saved <Ago at={updatedAt} now={now} />
            </>
          )}
          .{" "}
          {form.version === 0
            ? "Nobody can fill it in before you publish it."
            : `People fill in version ${form.version} until you publish the draft.`}
        </>
      )}
    </p>
    <div class="row">
      <a class="button quiet" href={editPath(form.id, "preview")}>
        Preview
      </a>
      {revision > 0 && (
        <a class={problems.length > 0 ? "button quiet" : "button"} href={editPath(form.id, "publish")}>
          Publish…
        </a>
      )}
      {revision > 0 && form.version > 0 && (
        <a class="button quiet" href={editPath(form.id, "discard")}>
          Discard the draft…
        </a>
      )}
    </div>
  </div>
);

const AddQuestion = ({ copy, sent }: OutlineProps) => {
  const typed = sent?.get("do") === "add" ? sent : undefined;
  return (
    <Card title="Add a question" id="add">
      <EditForm action={editPath(copy.form.id)} revision={copy.revision}>
        <div class="grid">
          <Input label="Title" name="question" value={typed?.get("question") ?? ""} maxlength={1_000} />
          <Select
            label="Type"
            name="type"
            value={typed?.get("type") ?? "short_text"}
            options={QUESTION_TYPES.map((value) => ({ value, label: TYPES[value] }))}
          />
        </div>
        <Button name="do" value="add">
          Add
        </Button>
      </EditForm>
    </Card>
  );
};

const Texts = ({ copy, draft, sent }: OutlineProps) => {
  const inputs = inputsOf(fieldsOf(objectOf(draft), TEXTS), sent?.get("do") === "texts" ? sent : undefined);
  const wrong = (member: string) => {
    const problem = copy.problems.find(({ pointer }) => pointer === `/${member}`);
    return problem && sayProblem(problem);
  };
  return (
    <Card title="Title and text" id="texts">
      <EditForm action={editPath(copy.form.id)} revision={copy.revision}>
        <Input
          label="Title of the form"
          name="title"
          value={inputs("title")}
          maxlength={300}
          mistake={wrong("title")}
        />
        <TextArea
          label="Description"
          name="description"
          value={inputs("description")}
          rows={2}
          maxlength={5_000}
          mistake={wrong("description")}
        />
        <Input
          label="Language"
          name="language"
          value={inputs("language")}
          maxlength={35}
          hint="Of the texts, as a tag: en, hi, pt-BR."
          mistake={wrong("language")}
        />
        <Button name="do" value="texts" tone="quiet">
          Save
        </Button>
      </EditForm>
    </Card>
  );
};

export const TEXTS = { title: "line", description: "text", language: "line" } as const;
