/** The stored credentials of a workspace, by name; and of which kind a new one is to be. */
import type { ConnectionView } from "../../../services/connections";
import type { KindView } from "../../../services/kinds";
import { kindTitle } from "../../../services/names";
import { useMay } from "../env";
import { Page } from "../layout";
import { Card } from "../parts/card";
import { Empty } from "../parts/empty";
import { Pager } from "../parts/pager";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";
import { CONNECTIONS, connectionPath, withQuery } from "../paths";

export interface ConnectionsProps {
  readonly connections: readonly ConnectionView[];
  readonly next: string | null;
  readonly first: boolean;
}

export const ConnectionsPage = ({ connections, next, first }: ConnectionsProps) => (
  <Page
    title="Connections"
    actions={
      useMay("integrations:write") && (
        <a class="button" href={connectionPath("new")}>
          New connection
        </a>
      )
    }
  >
    <p class="soft">
      Credentials of other services, encrypted. Integrations work with them; nobody can read them again.
    </p>
    {connections.length === 0 ? (
      <Empty title={first ? "No connections yet" : "No more connections"}>
        <p>Integrations without one work with the credentials of this installation, where it has some.</p>
      </Empty>
    ) : (
      <Table stack label="Connections" rows={connections} columns={COLUMNS} />
    )}
    <Pager
      older={next === null ? undefined : withQuery(CONNECTIONS, new URLSearchParams(), { cursor: next })}
      newest={first ? undefined : CONNECTIONS}
    />
  </Page>
);

const COLUMNS: readonly Column<ConnectionView>[] = [
  {
    title: "Name",
    cell: ({ id, name }) => (
      <a href={connectionPath(id)} dir="auto">
        {name}
      </a>
    ),
  },
  { title: "Kind", cell: ({ kind }) => kindTitle(kind) },
  { title: "Stored (UTC)", tight: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
];

export const CONNECTIONS_CRUMB = { name: "Connections", path: CONNECTIONS };

/** Which kind's credentials are to be stored. */
export const ChooseKindPage = ({ kinds }: { readonly kinds: readonly KindView[] }) => (
  <Page title="New connection" crumbs={[CONNECTIONS_CRUMB]}>
    {kinds.map(({ kind, title, summary }) => (
      <Card title={title} id={kind}>
        <p class="soft">{summary}</p>
        <p>
          <a class="button quiet" href={connectionPath("new", kind)} aria-label={`Connect ${title}`}>
            Connect
          </a>
        </p>
      </Card>
    ))}
  </Page>
);
