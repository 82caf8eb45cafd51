/**
 * Which credentials an integration works with: those of the installation, stored ones, or new ones that are entered
 * here.
 */
import { Prose } from "../../docs/prose";
import { Input, idOf, Select } from "../parts/controls";
import { Fields } from "./fields/fields";
import { CONNECTION, NEW } from "./setup";
import type { SetupProps } from "./setup-page";

/** What no connection means, by whom the credentials are made. */
const NONE = { given: "Those of this installation", made: "New ones, made by Formlog and shown once", none: "None" };

export const ConnectionFields = ({ kind, controls, connections, setup, integration, mistakes }: SetupProps) => {
  const stored = (connections ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const unlisted =
    setup.connection !== "" && setup.connection !== NEW && !stored.some((one) => one.value === setup.connection);
  const keepsMade = kind.credentials === "made" && integration !== undefined;
  const options = [
    ...(keepsMade ? [] : [{ value: "", label: NONE[kind.credentials] }]),
    ...(unlisted ? [{ value: setup.connection, label: `Those that it has (${setup.connection})` }] : []),
    ...stored,
    ...(connections ? [{ value: NEW, label: "New ones, entered here" }] : []),
  ];
  return (
    <div class="connection">
      <Select
        label="Credentials"
        name={CONNECTION}
        value={setup.connection}
        options={options}
        mistake={mistakes.of(CONNECTION)}
        hint="Stored ones are encrypted, and never shown again."
      />
      {connections && (
        <fieldset class="group" id={idOf("secrets")}>
          <legend>New credentials</legend>
          <p class="hint">
            Only for <em>New ones, entered here</em>. They can’t be read back: after a mistake, enter them again.
          </p>
          {mistakes.of("secrets") && controls.secrets[0]?.name !== "secrets" && (
            <p class="mistake">
              <Prose text={mistakes.of("secrets") ?? ""} />
            </p>
          )}
          <div class="stacked">
            <Input
              label="Name"
              name="connectionName"
              value={setup.connectionName}
              maxlength={200}
              mistake={mistakes.of("connectionName")}
              hint="By which you know them again."
            />
            <Fields controls={controls.secrets} values={{}} mistakes={mistakes} fresh={false} />
          </div>
        </fieldset>
      )}
    </div>
  );
};
