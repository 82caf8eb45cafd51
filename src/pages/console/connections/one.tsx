/** One connection: what works with it, and before it is renewed or deleted. */
import type { AppError } from "../../../core/errors";
import type { ConnectionView, listUses } from "../../../services/connections";
import { kindTitle } from "../../../services/names";
import { useMay } from "../env";
import { Page } from "../layout";
import { Card } from "../parts/card";
import { ConfirmPage } from "../parts/confirm";
import { Facts } from "../parts/facts";
import { Time } from "../parts/time";
import { connectionPath, integrationPath } from "../paths";
import { CONNECTIONS_CRUMB } from "./list";

export interface ConnectionProps {
  readonly connection: ConnectionView;
  readonly uses: Awaited<ReturnType<typeof listUses>>;
  /** Of the forms of its integrations, by id. */
  readonly titles: ReadonlyMap<string, string>;
  /** Formlog makes its credentials, and can make new ones. */
  readonly isMade: boolean;
  readonly error?: AppError | undefined;
}

export const ConnectionPage = (props: ConnectionProps) => {
  const { connection, isMade } = props;
  const { id, name, kind, createdAt } = connection;
  return (
    <Page
      title={name}
      crumbs={[CONNECTIONS_CRUMB]}
      actions={
        useMay("integrations:write") && (
          <>
            <a class="button" href={connectionPath(id, "edit")}>
              Change
            </a>
            {isMade && (
              <a class="button quiet" href={connectionPath(id, "rotate")}>
                Renew…
              </a>
            )}
            <a class="button quiet" href={connectionPath(id, "delete")}>
              Delete…
            </a>
          </>
        )
      }
    >
      <div class="split">
        <Card title="Who works with it" id="uses">
          <Uses {...props} />
        </Card>
        <Card title="Details" id="details">
          <Facts
            facts={[
              ["Kind", kindTitle(kind)],
              ["Stored (UTC)", <Time at={createdAt} />],
              ["Id", <code>{id}</code>],
            ]}
          />
        </Card>
      </div>
    </Page>
  );
};

const Uses = ({ uses, titles }: Pick<ConnectionProps, "uses" | "titles">) =>
  uses.length === 0 ? (
    <p class="soft">No integration.</p>
  ) : (
    <ul class="plain">
      {uses.map(({ id, form, kind }) => (
        <li>
          <a href={integrationPath(form, id)}>
            {kindTitle(kind)} of <span dir="auto">{titles.get(form) ?? form}</span>
          </a>
        </li>
      ))}
    </ul>
  );

export const DeleteConnectionPage = (props: ConnectionProps) => {
  const { connection, uses, error } = props;
  const shared = { crumbs: [CONNECTIONS_CRUMB], back: connectionPath(connection.id) };
  if (uses.length > 0) {
    return (
      <Page title={`“${connection.name}” is in use`} crumbs={shared.crumbs}>
        <Card title="Give these other credentials first, or delete them" id="uses">
          <Uses {...props} />
          <p>
            <a class="button quiet" href={shared.back}>
              Back
            </a>
          </p>
        </Card>
      </Page>
    );
  }
  return (
    <ConfirmPage
      {...shared}
      title={`Delete “${connection.name}”?`}
      action={connectionPath(connection.id, "delete")}
      verb="Delete the connection"
      error={error}
    >
      <p>
        No integration uses it. Its credentials are gone from here at once; at {kindTitle(connection.kind)} they stay.
      </p>
    </ConfirmPage>
  );
};

export const RotatePage = ({ connection, error }: ConnectionProps) => (
  <ConfirmPage
    title={`New credentials for “${connection.name}”?`}
    crumbs={[CONNECTIONS_CRUMB]}
    action={connectionPath(connection.id, "rotate")}
    verb="Make new ones"
    tone="main"
    back={connectionPath(connection.id)}
    error={error}
  >
    <p>They are shown once. The old ones hold for another day, so that the other side can change without a gap.</p>
  </ConfirmPage>
);
