/**
 * Deliveries of an integration in a table: those that wait for a person with what can be decided, and the newest of
 * all.
 */
import type { DeliveryView } from "../../../services/delivery-view";
import { useMay } from "../env";
import { Badge } from "../parts/badge";
import { ActionForm, Button } from "../parts/controls";
import { type Column, Table } from "../parts/table";
import { In } from "../parts/time";
import { deliveryPath, responsePath } from "../paths";
import { DELIVERY_STATES } from "../words";

interface DeliveriesProps {
  readonly form: string;
  readonly integration: string;
  readonly deliveries: readonly DeliveryView[];
  readonly label: string;
  /** Milliseconds. */
  readonly now: number;
}

export const DeliveriesTable = ({ deliveries, label, ...of }: DeliveriesProps) => {
  const columns = columnsOf(of, { decides: useMay("integrations:write"), reads: useMay("responses:read") });
  return (
    <Table
      stack
      label={label}
      rows={deliveries}
      columns={columns}
      note={({ reason }) => reason !== undefined && <span class="problem">{reason}</span>}
    />
  );
};

type Of = Pick<DeliveriesProps, "form" | "integration" | "now">;

function columnsOf(
  { form, integration, now }: Of,
  may: { readonly decides: boolean; readonly reads: boolean },
): readonly Column<DeliveryView>[] {
  const at = (delivery: string, page = "") => deliveryPath(form, integration, delivery, page);
  return [
    {
      title: "Response",
      cell: ({ response, notice }) =>
        response === null ? (
          `Notice: ${notice?.event ?? "of an integration"}`
        ) : may.reads ? (
          <a href={responsePath(form, response)}>{response}</a>
        ) : (
          response
        ),
    },
    { title: "State", tight: true, cell: ({ state }) => <Badge word={DELIVERY_STATES[state]} /> },
    { title: "Attempts", end: true, tight: true, optional: true, cell: ({ attempts }) => attempts },
    { title: "Provider says", optional: true, cell: ({ status }) => status },
    {
      title: "Next attempt",
      tight: true,
      optional: true,
      cell: ({ nextAttemptAt }) => nextAttemptAt && <In at={nextAttemptAt} now={now} />,
    },
    {
      title: <span class="sr">What to do</span>,
      tight: true,
      cell: ({ id, state, attempts, response }) => (
        <div class="row end">
          {attempts !== undefined && (
            <a class="button quiet" href={at(id)} aria-label={`Attempts at ${response ?? id}`}>
              Attempts
            </a>
          )}
          {state === "parked" && may.decides && (
            <>
              <a class="button quiet" href={at(id, "skip")} aria-label={`Skip ${response ?? id}`}>
                Skip…
              </a>
              <ActionForm action={at(id, "retry")}>
                <Button tone="quiet" label={`Retry ${response ?? id}`}>
                  Retry
                </Button>
              </ActionForm>
            </>
          )}
        </div>
      ),
    },
  ];
}
