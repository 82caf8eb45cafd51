/** One integration: how it is, how far it has come, what waits for a person, and what can be done with it. */
import type { AppError } from "../../../core/errors";
import type { TestResult } from "../../../core/integration";
import type { ArrivalsView } from "../../../services/arrivals";
import type { DeliveryView } from "../../../services/delivery-view";
import type { Happening } from "../../../services/integration-story";
import type { IntegrationView } from "../../../services/integration-view";
import { kindTitle } from "../../../services/names";
import type { ReconciliationView } from "../../../services/reconciliations";
import { useMay } from "../env";
import type { FormHead } from "../forms/head";
import { Page } from "../layout";
import { Badge } from "../parts/badge";
import { Card } from "../parts/card";
import { ActionForm, Button } from "../parts/controls";
import { Pager } from "../parts/pager";
import { ProblemBox } from "../parts/problem";
import { integrationPath } from "../paths";
import { count, counted, INTEGRATION_STATES } from "../words";
import { Comparison } from "./comparison";
import { ConfigCard } from "./config-card";
import { crumbsOf } from "./head";
import { DeliveriesTable } from "./parked";
import { Progress } from "./progress";
import { Story } from "./story";
import { Trouble } from "./trouble";

export interface IntegrationProps {
  readonly form: FormHead;
  readonly integration: IntegrationView;
  readonly arrivals: ArrivalsView | null;
  readonly parked: readonly DeliveryView[];
  /** Addresses of the pages of parked deliveries beside this one. */
  readonly older?: string | undefined;
  readonly newest?: string | undefined;
  readonly story: readonly Happening[];
  readonly stops: number;
  /** As `Comparison` takes it. */
  readonly comparison: ReconciliationView | undefined | null;
  readonly test?: TestResult | undefined;
  readonly error?: AppError | undefined;
  /** Milliseconds. */
  readonly now: number;
}

export const IntegrationPage = (props: IntegrationProps) => {
  const { form, integration, test, error } = props;
  return (
    <Page
      title={kindTitle(integration.kind)}
      crumbs={crumbsOf(form)}
      beside={<Badge word={INTEGRATION_STATES[integration.state]} />}
      actions={<Actions integration={integration} />}
    >
      <ProblemBox error={error} />
      {test && (
        <div class={test.ok ? "box good" : "box bad"} id="problem" role="status" tabindex={-1}>
          <strong>{test.ok ? "It works." : "It does not work yet."}</strong> {test.detail}
        </div>
      )}
      <Trouble {...props} />
      <div class="split">
        <div>
          <Progress {...props} />
          <ParkedCard {...props} />
        </div>
        <div>
          <ConfigCard integration={integration} now={props.now} />
          <Comparison {...props} />
          <Story happenings={props.story} now={props.now} />
        </div>
      </div>
    </Page>
  );
};

const Actions = ({ integration: { form, id, state } }: Pick<IntegrationProps, "integration">) => {
  const at = (page: string) => integrationPath(form, id, page);
  return useMay("integrations:write") ? (
    <>
      <ActionForm action={at("test")}>
        <Button tone="quiet">Test</Button>
      </ActionForm>
      {state !== "active" && (
        <ActionForm action={at("resume")}>
          <Button tone="quiet">{state === "paused" ? "Resume" : "Try again now"}</Button>
        </ActionForm>
      )}
      {state !== "paused" && (
        <a class="button quiet" href={at("pause")}>
          Pause…
        </a>
      )}
      <a class="button quiet" href={at("replay")}>
        Replay or back-fill…
      </a>
      <a class="button quiet" href={at("edit")}>
        Change
      </a>
      <a class="button quiet" href={at("delete")}>
        Delete…
      </a>
    </>
  ) : null;
};

const ParkedCard = ({ form, integration, parked, older, newest, now }: IntegrationProps) => {
  const at = (page: string) => integrationPath(form.id, integration.id, page);
  return (
    <Card title="Parked deliveries" id="parked" flush={parked.length > 0}>
      {parked.length === 0 ? (
        <p class="soft">None: no delivery waits for a person.</p>
      ) : (
        <>
          <p class="lead">
            {counted(integration.parked, "delivery waits", "deliveries wait")} for somebody to decide: mend what the
            reason names and retry, or skip. The others go on meanwhile.
          </p>
          <DeliveriesTable form={form.id} integration={integration.id} deliveries={parked} label="Parked" now={now} />
        </>
      )}
      <div class="below">
        {parked.length > 0 && useMay("integrations:write") && (
          <a class="button quiet" href={at("retry")}>
            Retry all {count(integration.parked)}…
          </a>
        )}
        <a href={at("deliveries")}>Newest deliveries</a>
        <Pager older={older} newest={newest} />
      </div>
    </Card>
  );
};
