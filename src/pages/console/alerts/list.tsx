/** Who is told of alerts. */
import type { DestinationView } from "../../../services/alerts";
import { useMay } from "../env";
import { Page } from "../layout";
import { Badge } from "../parts/badge";
import { ActionForm, Button } from "../parts/controls";
import { Empty } from "../parts/empty";
import { type Column, Table } from "../parts/table";
import { ALERTS, INTEGRATIONS, integrationPath } from "../paths";
import { INTEGRATION_STATES } from "../words";
import { TYPES } from "./types";

export const ALERT_CRUMBS = [
  { name: "Integrations", path: INTEGRATIONS },
  { name: "Where alerts go", path: ALERTS },
];

interface DestinationsProps {
  readonly destinations: readonly DestinationView[];
}

export const DestinationsPage = ({ destinations }: DestinationsProps) => {
  const writes = useMay("integrations:write");
  return (
    <Page
      title="Where alerts go"
      crumbs={ALERT_CRUMBS.slice(0, 1)}
      actions={
        writes && (
          <a class="button" href={`${ALERTS}/new`}>
            Add a destination
          </a>
        )
      }
    >
      <p class="soft">
        What needs somebody is told here once, again while it lasts, and once more when it is over. Each destination is
        an integration of the form Alerts, in which all of it is kept.
      </p>
      {destinations.length === 0 ? (
        <Empty title="Nobody is told yet">
          <p>Alerts stand on the page Integrations until somebody looks.</p>
        </Empty>
      ) : (
        <Table stack label="Destinations" rows={destinations} columns={writes ? [...COLUMNS, DEEDS] : COLUMNS} />
      )}
    </Page>
  );
};

const nameOf = ({ type, kind }: DestinationView) => (type === "other" ? kind : TYPES[type].title);

const COLUMNS: readonly Column<DestinationView>[] = [
  {
    title: "By",
    cell: (one) => <a href={integrationPath(one.form, one.id)}>{nameOf(one)}</a>,
  },
  { title: "To", cell: ({ to }) => <span dir="auto">{to ?? "–"}</span> },
  {
    title: "State",
    cell: ({ state, lastError }) => (
      <>
        <Badge word={INTEGRATION_STATES[state]} /> {lastError && <span class="small soft">{lastError}</span>}
      </>
    ),
  },
];

const DEEDS: Column<DestinationView> = {
  title: "Do",
  end: true,
  cell: (one) => {
    const at = (page: string) => integrationPath(one.form, one.id, page);
    const name = `${nameOf(one)} ${one.to ?? ""}`.trim();
    return (
      <div class="row">
        <ActionForm action={at("test")}>
          <Button tone="quiet" label={`Try ${name}`}>
            Try
          </Button>
        </ActionForm>
        {one.state === "paused" ? (
          <ActionForm action={at("resume")}>
            <Button tone="quiet" label={`Resume ${name}`}>
              Resume
            </Button>
          </ActionForm>
        ) : (
          <a class="button quiet" href={at("pause")} aria-label={`Pause ${name}`}>
            Pause
          </a>
        )}
        <a class="button quiet" href={at("delete")} aria-label={`Delete ${name}`}>
          Delete
        </a>
      </div>
    );
  },
};
