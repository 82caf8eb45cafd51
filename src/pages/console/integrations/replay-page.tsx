/** From where an integration is to deliver again: replays and back-fills are one thing. */
import type { Child } from "hono/jsx";
import type { AppError } from "../../../core/errors";
import type { IntegrationView } from "../../../services/integration-view";
import { kindTitle } from "../../../services/names";
import type { FormHead } from "../forms/head";
import { Page } from "../layout";
import { ActionForm, Input, TextArea } from "../parts/controls";
import { FormEnd } from "../parts/form-end";
import { ProblemBox } from "../parts/problem";
import { integrationPath } from "../paths";
import { counted } from "../words";
import { crumbsOf } from "./head";

interface ReplayProps {
  readonly form: FormHead;
  readonly integration: IntegrationView;
  readonly error?: AppError | undefined;
  readonly sent?: URLSearchParams | undefined;
}

/** The ways to say from where. */
export const REPLAYS = ["beginning", "since", "chosen", "now"] as const;
export type Replay = (typeof REPLAYS)[number];

export const ReplayPage = ({ form, integration, error, sent }: ReplayProps) => {
  const at = (page = "") => integrationPath(form.id, integration.id, page);
  const stored = integration.positions.reduce((sum, { head }) => sum + head, 0);
  const how = sent?.get("how") ?? "beginning";
  return (
    <Page title={`Deliver again with ${kindTitle(integration.kind)}?`} crumbs={crumbsOf(form, integration)}>
      <ProblemBox error={error} />
      <section class="card narrow">
        <ActionForm action={at("replay")}>
          <fieldset class="choices">
            <legend>From where?</legend>
            <Way how="beginning" chosen={how}>
              From the beginning: all {counted(stored, "response")} (a back-fill)
            </Way>
            <Way how="since" chosen={how}>
              From a moment on
            </Way>
            <Input
              label="Received at or after (UTC)"
              name="since"
              type="datetime-local"
              value={sent?.get("since") ?? ""}
            />
            <Way how="chosen" chosen={how}>
              Chosen responses
            </Way>
            <TextArea
              label="Their ids, one a line"
              name="responses"
              value={sent?.get("responses") ?? ""}
              hint="1,000 at most. They stand at the top of each response, and in column A of a sheet."
            />
            <Way how="now" chosen={how}>
              None of those that wait: give the backlog up and go on with the next response
            </Way>
          </fieldset>
          <p class="hint">
            What the other side has already is not doubled where it can tell: rows of a sheet are written once, a text
            that was sent is never sent again, a webhook gets the same id again.
          </p>
          <FormEnd verb="Deliver again" tone="danger" back={at()} />
        </ActionForm>
      </section>
    </Page>
  );
};

interface WayProps {
  readonly how: Replay;
  readonly chosen: string;
  readonly children: Child;
}

const Way = ({ how, chosen, children }: WayProps) => (
  <label class="check">
    <input type="radio" name="how" value={how} checked={how === chosen} />
    <span>{children}</span>
  </label>
);
