/**
 * Credentials entered: of a new connection, or in the place of those that are stored. What is stored is never shown.
 */
import type { AppError } from "../../../core/errors";
import type { ConnectionView } from "../../../services/connections";
import type { KindView } from "../../../services/kinds";
import { Fields } from "../integrations/fields/fields";
import type { Mistakes } from "../integrations/fields/mistakes";
import { MistakesBox } from "../integrations/fields/mistakes-box";
import type { Control } from "../integrations/fields/model";
import { Page } from "../layout";
import { Card } from "../parts/card";
import { ActionForm, Input } from "../parts/controls";
import { FormEnd } from "../parts/form-end";
import { Markdown } from "../parts/markdown";
import { CONNECTIONS, connectionPath } from "../paths";
import { CONNECTIONS_CRUMB } from "./list";

export interface ConnectionFormProps {
  /** Null: it is not installed any more, and only the name can be changed. */
  readonly kind: KindView | null;
  readonly controls: readonly Control[];
  /** The one that is changed; undefined: a new one. */
  readonly connection?: ConnectionView | undefined;
  readonly name: string;
  readonly mistakes: Mistakes;
  readonly error?: AppError | undefined;
}

export const ConnectionFormPage = (props: ConnectionFormProps) => {
  const { kind, connection, mistakes, error } = props;
  const crumbs = connection
    ? [CONNECTIONS_CRUMB, { name: connection.name, path: connectionPath(connection.id) }]
    : [CONNECTIONS_CRUMB];
  return (
    <Page title={connection ? "Change the connection" : `Connect ${kind?.title}`} crumbs={crumbs}>
      <MistakesBox error={error} mistakes={mistakes} />
      <div class="split guide">
        {kind && (
          <Card title="Where they come from" id="steps">
            <Markdown text={kind.setup} />
          </Card>
        )}
        <Entry {...props} />
      </div>
    </Page>
  );
};

const Entry = ({ kind, controls, connection, name, mistakes }: ConnectionFormProps) => {
  const action = connection ? connectionPath(connection.id, "edit") : connectionPath("new", kind?.kind);
  return (
    <Card title="The connection" id="entry">
      <ActionForm action={action}>
        <Input
          label="Name"
          name="name"
          value={name}
          required
          maxlength={200}
          mistake={mistakes.of("name")}
          hint="By which you know it again."
        />
        {controls.length > 0 && (
          <fieldset class="group">
            <legend>{connection ? "New credentials" : "Credentials"}</legend>
            <p class="hint">{hintOf(kind, connection !== undefined)}</p>
            {mistakes.of("secrets") && <p class="mistake">{mistakes.of("secrets")}</p>}
            <div class="stacked">
              <Fields
                controls={connection ? controls.map(optional) : controls}
                values={{}}
                mistakes={mistakes}
                fresh={false}
              />
            </div>
          </fieldset>
        )}
        <FormEnd
          verb={connection ? "Save the changes" : "Store the connection"}
          back={connection ? connectionPath(connection.id) : CONNECTIONS}
        />
      </ActionForm>
    </Card>
  );
};

/** What is stored stays where nothing is entered. */
const optional = (control: Control): Control => ({ ...control, required: false });

function hintOf(kind: KindView | null, stored: boolean): string {
  if (stored) return "Left empty, those that are stored stay. Entered, they take the place of all of them at once.";
  if (kind?.credentials === "made") return "Left empty, Formlog makes them and shows them once.";
  return "They are encrypted, and never shown again: after a mistake, enter them again.";
}
