/** What an integration is set up with, by the titles of its kind; and when it last did something. */
import type { IntegrationView } from "../../../services/integration-view";
import { listKinds } from "../../../services/kinds";
import { Card } from "../parts/card";
import { Facts } from "../parts/facts";
import { Ago, Time } from "../parts/time";
import { count } from "../words";
import { controlsOf } from "./fields/model";
import { textOf } from "./fields/values";

interface ConfigCardProps {
  readonly integration: IntegrationView;
  /** Milliseconds. */
  readonly now: number;
}

export const ConfigCard = ({ integration, now }: ConfigCardProps) => {
  const { id, filter, budget, lastSuccessAt, createdAt } = integration;
  return (
    <Card title="Set up with" id="config">
      <Facts
        facts={[
          ...settingsOf(integration),
          ["Only where", filter === null ? null : <code>{filter}</code>],
          ["Last success", lastSuccessAt === null ? "None yet" : <Ago at={lastSuccessAt} now={now} />],
          ["Calls left now", budget && `${count(budget.left)} of ${count(budget.capacity)}`],
          ["Added", <Time at={createdAt} />],
          ["Id", <code>{id}</code>],
        ]}
      />
    </Card>
  );
};

/** The settings in the order of the kind's form; of a kind that is not installed any more, as they are. */
function settingsOf({ kind, config }: IntegrationView) {
  const schema = listKinds().find((one) => one.kind === kind)?.config ?? {};
  const controls = new Map(controlsOf(schema, [], { at: "" }).map((control) => [control.key, control]));
  return Object.entries(config).map(([key, value]) => {
    const control = controls.get(key);
    const text = control ? textOf(control, value) : typeof value === "string" ? value : JSON.stringify(value);
    const title = control?.title ?? (key === "connection" ? "Credentials" : key);
    return [
      title,
      <span class="text" dir="auto">
        {text}
      </span>,
    ] as const;
  });
}
