/** The newest deliveries of an integration; one of them with its attempts; and before one is skipped. */
import type { AppError } from "../../../core/errors";
import type { AttemptView } from "../../../services/deliveries";
import type { DeliveryView } from "../../../services/delivery-view";
import type { IntegrationView } from "../../../services/integration-view";
import { useMay } from "../env";
import type { FormHead } from "../forms/head";
import { Page } from "../layout";
import { Badge } from "../parts/badge";
import { Card } from "../parts/card";
import { ConfirmPage } from "../parts/confirm";
import { ActionForm, Button, Input } from "../parts/controls";
import { Empty } from "../parts/empty";
import { Facts } from "../parts/facts";
import { Pager } from "../parts/pager";
import { ProblemBox } from "../parts/problem";
import { type Column, Table } from "../parts/table";
import { In, Time } from "../parts/time";
import { deliveryPath, responsePath } from "../paths";
import { count, DELIVERY_STATES } from "../words";
import { crumbsOf } from "./head";
import { DeliveriesTable } from "./parked";

interface Of {
  readonly form: FormHead;
  readonly integration: IntegrationView;
  /** Milliseconds. */
  readonly now: number;
}

interface DeliveriesProps extends Of {
  readonly deliveries: readonly DeliveryView[];
  readonly older?: string | undefined;
  readonly newest?: string | undefined;
}

export const DeliveriesPage = ({ form, integration, deliveries, older, newest, now }: DeliveriesProps) => (
  <Page title="Newest deliveries" crumbs={crumbsOf(form, integration)}>
    {deliveries.length === 0 ? (
      <Empty title="No response yet">
        <p>Each response is delivered once it is stored.</p>
      </Empty>
    ) : (
      <DeliveriesTable
        form={form.id}
        integration={integration.id}
        deliveries={deliveries}
        label="Deliveries"
        now={now}
      />
    )}
    <Pager older={older} newest={newest} />
  </Page>
);

interface DeliveryProps extends Of {
  readonly delivery: DeliveryView;
  readonly attempts: readonly AttemptView[];
  readonly error?: AppError | undefined;
}

const ATTEMPTS: readonly Column<AttemptView>[] = [
  { title: "At", tight: true, cell: ({ at }) => <Time at={at} seconds /> },
  { title: "Answer", tight: true, cell: ({ status }) => status ?? "None" },
  { title: "Took", end: true, tight: true, cell: ({ milliseconds }) => `${count(milliseconds)} ms` },
  { title: "What it said", cell: ({ answer }) => <span class="text">{answer ?? "Erased with the response."}</span> },
];

export const DeliveryPage = ({ form, integration, delivery, attempts, error, now }: DeliveryProps) => {
  const { id, response, state, reason, reference, status, nextAttemptAt } = delivery;
  const at = (page: string) => deliveryPath(form.id, integration.id, id, page);
  const decides = useMay("integrations:write") && state === "parked";
  return (
    <Page
      title={`Delivery ${id}`}
      crumbs={crumbsOf(form, integration)}
      beside={<Badge word={DELIVERY_STATES[state]} />}
      actions={
        decides && (
          <>
            <ActionForm action={at("retry")}>
              <Button>Retry</Button>
            </ActionForm>
            <a class="button quiet" href={at("skip")}>
              Skip…
            </a>
          </>
        )
      }
    >
      <ProblemBox error={error} />
      <Card title="What became of it" id="delivery">
        <Facts
          facts={[
            ["Response", response && <ResponseLink form={form.id} response={response} />],
            ["Reason", reason],
            ["Attempts", delivery.attempts],
            ["Provider’s id", reference && <code>{reference}</code>],
            ["Provider says", status],
            ["Next attempt", nextAttemptAt && <In at={nextAttemptAt} now={now} />],
          ]}
        />
      </Card>
      <Card title="Attempts" id="attempts" flush={attempts.length > 0}>
        {attempts.length === 0 ? (
          <p class="soft">This kind keeps no log of single attempts, or they are long past.</p>
        ) : (
          <Table stack label="Attempts" columns={ATTEMPTS} rows={attempts} />
        )}
      </Card>
    </Page>
  );
};

const ResponseLink = ({ form, response }: { readonly form: string; readonly response: string }) =>
  useMay("responses:read") ? <a href={responsePath(form, response)}>{response}</a> : <code>{response}</code>;

interface SkipProps extends Of {
  readonly delivery: DeliveryView;
  readonly error?: AppError | undefined;
  readonly reason: string;
}

export const SkipPage = ({ form, integration, delivery, reason, error }: SkipProps) => (
  <ConfirmPage
    title={`Skip the delivery of ${delivery.response ?? delivery.id}?`}
    crumbs={crumbsOf(form, integration)}
    action={deliveryPath(form.id, integration.id, delivery.id, "skip")}
    back={deliveryPath(form.id, integration.id, delivery.id)}
    verb="Skip for good"
    error={error}
    inputs={
      <Input
        label="Why"
        name="reason"
        value={reason}
        required
        maxlength={500}
        hint="Stays with the delivery, for whoever looks later."
      />
    }
  >
    <p>It is never delivered by itself again. A replay of this response would still deliver it.</p>
    {delivery.reason !== undefined && (
      <p>
        It was parked because: <span class="problem">{delivery.reason}</span>
      </p>
    )}
  </ConfirmPage>
);
