/** A new form: from nothing, or of a definition that was exported. */
import type { AppError } from "../../../core/errors";
import { FORMS } from "../forms/head";
import { Page } from "../layout";
import { ActionForm, Input, TextArea } from "../parts/controls";
import { FormEnd } from "../parts/form-end";
import { ProblemBox } from "../parts/problem";
import { HOME } from "../paths";
import { NEW_FORM } from "./paths";

interface NewFormProps {
  readonly title: string;
  readonly json: string;
  readonly error?: AppError | undefined;
}

export const NewFormPage = ({ title, json, error }: NewFormProps) => (
  <Page title="New form" crumbs={[FORMS]}>
    <ProblemBox error={error} />
    <ActionForm action={NEW_FORM} class="card narrow">
      <Input
        label="Title"
        name="title"
        value={title}
        maxlength={300}
        hint="What people see above the form. It can be changed later."
      />
      <details open={json !== ""}>
        <summary>From a definition that was exported</summary>
        <TextArea
          label="Definition (JSON)"
          name="json"
          value={json}
          rows={6}
          hint="Its title is taken, if you leave yours empty."
        />
      </details>
      <FormEnd verb="Make the form" back={HOME} />
    </ActionForm>
  </Page>
);
