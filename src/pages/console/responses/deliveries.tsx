/** What became of a response at each integration of its form. */
import type { ResponseDeliveryView } from "../../../services/response-deliveries";
import { IntegrationName } from "../integrations/name";
import { Badge } from "../parts/badge";
import { Card } from "../parts/card";
import { type Column, Table } from "../parts/table";
import { In } from "../parts/time";
import { DELIVERY_STATES, EVENTS } from "../words";

interface DeliveriesProps {
  readonly deliveries: readonly ResponseDeliveryView[];
  /** Milliseconds. */
  readonly now: number;
}

const columnsOf = (now: number): readonly Column<ResponseDeliveryView>[] => [
  {
    title: "Integration",
    cell: ({ kind, integration }) => <IntegrationName kind={kind} about={integration} />,
  },
  { title: "What", tight: true, cell: ({ event }) => EVENTS[event] },
  { title: "State", tight: true, cell: ({ state }) => <Badge word={DELIVERY_STATES[state]} /> },
  { title: "Attempts", end: true, tight: true, optional: true, cell: ({ attempts }) => attempts },
  { title: "Provider says", optional: true, cell: ({ status }) => status },
  {
    title: "Next attempt",
    tight: true,
    optional: true,
    cell: ({ nextAttemptAt }) => nextAttemptAt && <In at={nextAttemptAt} now={now} />,
  },
];

export const Deliveries = ({ deliveries, now }: DeliveriesProps) => (
  <Card title="Deliveries" id="deliveries" flush={deliveries.length > 0}>
    {deliveries.length === 0 ? (
      <p class="soft">The form has no integrations.</p>
    ) : (
      <Table
        stack
        label="Deliveries"
        rows={deliveries}
        columns={columnsOf(now)}
        note={({ reason }) => reason ?? null}
      />
    )}
  </Card>
);
