/** What the newest comparison with the provider found, and the button that asks for one. */
import type { IntegrationView } from "../../../services/integration-view";
import type { ReconciliationView } from "../../../services/reconciliations";
import { useMay } from "../env";
import { Card } from "../parts/card";
import { ActionForm, Button } from "../parts/controls";
import { Facts } from "../parts/facts";
import { Ago } from "../parts/time";
import { integrationPath } from "../paths";
import { count } from "../words";

interface ComparisonProps {
  readonly integration: IntegrationView;
  /** The newest; undefined: there was none yet. Null: nothing of this kind is compared. */
  readonly comparison: ReconciliationView | undefined | null;
  /** Milliseconds. */
  readonly now: number;
}

export const Comparison = ({ integration: { form, id, state }, comparison, now }: ComparisonProps) => {
  if (comparison === null) return null;
  const at = integrationPath(form, id);
  const running = comparison !== undefined && comparison.finishedAt === null;
  return (
    <div id="comparison" data-live={running ? at : undefined}>
      <Card title="Compared with the other side" id="compared">
        {comparison ? (
          <Found comparison={comparison} now={now} />
        ) : (
          <p class="soft">Not yet. It is done every night: what is missing there is delivered again.</p>
        )}
        {state !== "paused" && useMay("integrations:write") && (
          <ActionForm action={integrationPath(form, id, "reconcile")} class="below">
            <Button tone="quiet">Compare now</Button>
          </ActionForm>
        )}
      </Card>
    </div>
  );
};

const Found = ({ comparison, now }: { readonly comparison: ReconciliationView; readonly now: number }) => {
  const { startedAt, finishedAt, error } = comparison;
  const none = (n: number) => (n === 0 ? null : count(n));
  return (
    <>
      {error !== null && <p class="box bad">{error}</p>}
      <Facts
        facts={[
          [finishedAt === null ? "Begun" : "Done", <Ago at={finishedAt ?? startedAt} now={now} />],
          ["Looked at", count(comparison.checked)],
          ["Missing there", count(comparison.missing)],
          ["There more than once", none(comparison.doubled)],
          ["Not ours", none(comparison.strangers)],
          ["Said to be otherwise", none(comparison.changed)],
          ["Put right", none(comparison.repaired)],
        ]}
      />
    </>
  );
};
