/** Making a collector link. */
import type { AppError } from "../../../core/errors";
import { FORMS, type FormHead } from "../forms/head";
import { Page } from "../layout";
import { ActionForm, Input } from "../parts/controls";
import { FormEnd } from "../parts/form-end";
import { ProblemBox } from "../parts/problem";
import { formPath, linkPath } from "../paths";

interface NewLinkProps {
  readonly form: FormHead;
  readonly typed: URLSearchParams;
  readonly error?: AppError | undefined;
}

export const NewLinkPage = ({ form, typed, error }: NewLinkProps) => (
  <Page title="New collector link" crumbs={[FORMS, { name: form.title, path: formPath(form.id, "links") }]}>
    <ProblemBox error={error} />
    <section class="card narrow">
      <ActionForm action={linkPath(form.id, "new")}>
        <Input
          label="Collector"
          name="name"
          value={typed.get("name") ?? ""}
          required
          maxlength={200}
          hint="Stands in the metadata of each response that comes by the link, as “collector”."
        />
        <Input
          label="Works until"
          name="until"
          type="date"
          value={typed.get("until") ?? ""}
          hint="That day included, by UTC. Without a day it works until it is withdrawn."
        />
        <Input
          label="Responses at most"
          name="responsesMax"
          type="number"
          min="1"
          value={typed.get("responsesMax") ?? ""}
          hint="Can't be changed afterwards. Empty: as many as come."
        />
        <FormEnd verb="Make the link" back={formPath(form.id, "links")} />
      </ActionForm>
    </section>
  </Page>
);
