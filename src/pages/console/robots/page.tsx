/** What keeps robots from a form: Turnstile, whose secret goes in and is never shown, and what is there without it. */
import type { AppError } from "../../../core/errors";
import { FORMS, type FormHead, FormState, formTabs } from "../forms/head";
import { Page } from "../layout";
import { Card } from "../parts/card";
import { ActionForm, Button, Input } from "../parts/controls";
import { ProblemBox } from "../parts/problem";
import { formPath } from "../paths";

interface RobotsProps {
  readonly form: FormHead;
  /** Of the widget that the form shows; null: it shows none. */
  readonly siteKey: string | null;
  /** The site key that was typed. */
  readonly typed?: string | undefined;
  readonly error?: AppError | undefined;
}

export const RobotsPage = ({ form, siteKey, typed, error }: RobotsProps) => (
  <Page title={form.title} crumbs={[FORMS]} tabs={formTabs(form.id)} beside={<FormState form={form} />}>
    <ProblemBox error={error} />
    <div class="split">
      <Card title="Turnstile" id="turnstile">
        <ActionForm action={formPath(form.id, "robots")}>
          <p>
            {siteKey === null ? "The form asks for no proof that a person fills it in." : "The form shows the widget."}{" "}
            With it, nothing is stored without Cloudflare's word that a person sent it; whoever has a key needs none.
          </p>
          <Input
            label="Site key"
            name="siteKey"
            value={typed ?? siteKey ?? ""}
            maxlength={100}
            hint="Of a widget in the Cloudflare dashboard, under Turnstile."
          />
          <Input
            label="Secret key"
            name="secret"
            type="password"
            autocomplete="new-password"
            maxlength={200}
            hint="Of the same widget. It is encrypted and never shown again: to change the widget, enter both."
          />
          <div class="row">
            <Button>Use this widget</Button>
            {siteKey !== null && (
              <Button tone="danger" name="off" value="yes">
                Ask for no proof any more
              </Button>
            )}
          </div>
        </ActionForm>
      </Card>
      <Card title="Without it, too" id="always">
        <div class="prose">
          <p>
            The form's page has an input that people can't see. Whoever fills it in is thanked, and nothing is stored.
          </p>
          <p>
            Responses without a key are counted for each network: 600 a minute, unless this installation has another
            number. Those beyond it are asked to wait a minute, with what they typed kept. Responses with a key are not
            counted.
          </p>
        </div>
      </Card>
    </div>
  </Page>
);
