/**
 * How far an integration has come, and what is still before it. While something is, the script looks again by itself.
 */
import type { ArrivalsView } from "../../../services/arrivals";
import type { IntegrationView } from "../../../services/integration-view";
import { Card } from "../parts/card";
import { integrationPath } from "../paths";
import { attempted, count, counted, lasting } from "../words";
import { LagChart } from "./lag-chart";

interface ProgressProps {
  readonly integration: IntegrationView;
  readonly arrivals: ArrivalsView | null;
  /** Milliseconds. */
  readonly now: number;
}

export const Progress = ({ integration, arrivals, now }: ProgressProps) => {
  const { form, id, state, lag } = integration;
  const at = integrationPath(form, id);
  const moves = lag.entries > 0 && state === "active";
  return (
    <div id="progress" data-live={moves ? at : undefined}>
      <Card title="How far it has come" id="far">
        {lag.entries > 0 && <Bar integration={integration} />}
        <p class={lag.entries === 0 ? "soft" : undefined}>{sayOf(integration)}</p>
        <p class="soft">Last day: {attempted(integration.lastDay)}.</p>
        {moves && (
          <p class="hint">
            <a href={at}>Look again</a>
          </p>
        )}
        {arrivals && <LagChart arrivals={arrivals} now={now} />}
      </Card>
    </div>
  );
};

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);

const Bar = ({ integration: { positions } }: { readonly integration: IntegrationView }) => {
  const done = sum(positions.map(({ position }) => position));
  const all = sum(positions.map(({ head }) => head));
  const again = positions.some(({ position, high }) => position < high);
  return (
    <div class="progress">
      <label for="bar">
        {again ? "Replay" : "Delivery"}: {count(done)} of {counted(all, "response")}
      </label>
      <progress id="bar" value={done} max={Math.max(1, all)} />
    </div>
  );
};

function sayOf({ lag, state }: IntegrationView): string {
  if (lag.entries === 0) return "Nothing waits.";
  const waits = `${counted(lag.entries, "entry waits", "entries wait")}, the oldest for ${lasting(lag.seconds)}.`;
  return state === "paused" ? `${waits} It is paused: nothing is lost.` : waits;
}
