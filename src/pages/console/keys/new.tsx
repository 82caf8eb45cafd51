/** Making a key, and the one time that it is shown. */
import type { AppError } from "../../../core/errors";
import type { FormView } from "../../../services/form-view";
import { Page } from "../layout";
import { ActionForm, CheckBox, Input, Select } from "../parts/controls";
import { FormEnd } from "../parts/form-end";
import { ProblemBox } from "../parts/problem";
import { KEYS } from "../paths";
import { SCOPE_WORDS, SCOPES_BY_POWER } from "./scopes";

const CRUMBS = [{ name: "Keys", path: KEYS }];

export interface NewKeyProps {
  readonly forms: readonly FormView[];
  /** What was typed before, or is proposed. */
  readonly typed: URLSearchParams;
  readonly error?: AppError | undefined;
}

export const NewKeyPage = ({ forms, typed, error }: NewKeyProps) => (
  <Page title="New key" crumbs={CRUMBS}>
    <ProblemBox error={error} />
    <section class="card narrow">
      <ActionForm action={`${KEYS}/new`}>
        <Input
          label="Name"
          name="name"
          value={typed.get("name") ?? ""}
          required
          maxlength={200}
          hint="Who or what has it, such as “Tablet 4”. The history of a response says this name."
        />
        <fieldset>
          <legend>It may</legend>
          {SCOPES_BY_POWER.map((scope) => (
            <CheckBox
              name="scopes"
              value={scope}
              checked={typed.getAll("scopes").includes(scope)}
              label={
                <>
                  {SCOPE_WORDS[scope].name} <code class="soft small">{scope}</code>
                </>
              }
              hint={SCOPE_WORDS[scope].about}
            />
          ))}
        </fieldset>
        <Select
          label="For"
          name="form"
          value={typed.get("form") ?? ""}
          options={[{ value: "", label: "All forms" }, ...forms.map(({ id, title }) => ({ value: id, label: title }))]}
          hint="A key for one form sees no other, and nothing of the workspace."
        />
        <Input
          label="Works until"
          name="until"
          type="date"
          value={typed.get("until") ?? ""}
          hint="That day included, by UTC. Without a day it works until it is revoked."
        />
        <FormEnd verb="Make the key" back={KEYS} />
      </ActionForm>
    </section>
  </Page>
);
