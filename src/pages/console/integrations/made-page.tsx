/** After an integration was made whose credentials Formlog made itself: the one time that they are shown. */
import type { IntegrationView } from "../../../services/integration-view";
import type { FormHead } from "../forms/head";
import { Page } from "../layout";
import { idOf } from "../parts/controls";
import { integrationPath } from "../paths";
import { crumbsOf } from "./head";

interface MadeProps {
  readonly form: FormHead;
  readonly integration: IntegrationView;
  readonly title: string;
  readonly secrets: Readonly<Record<string, string>>;
}

export const MadePage = ({ form, integration, title, secrets }: MadeProps) => (
  <Page title={`${title} is added`} crumbs={crumbsOf(form, integration)}>
    <section class="card narrow">
      <div class="prose">
        <p>
          <strong>Copy these now: they are shown this once.</strong> The other side needs them to know that a call is
          Formlog’s.
        </p>
      </div>
      <div class="stacked">
        {Object.entries(secrets).map(([name, secret]) => (
          <div class="field">
            <label for={idOf(name)}>{name}</label>
            <input id={idOf(name)} class="mono" type="text" value={secret} readonly autocomplete="off" />
          </div>
        ))}
        <div class="row">
          <a class="button" href={integrationPath(form.id, integration.id)}>
            I have them
          </a>
        </div>
      </div>
    </section>
  </Page>
);
