/** The health of integrations: those that need somebody first. */
import { errorRate, sumAttempts } from "../../../core/tally";
import type { IntegrationView } from "../../../services/integration-view";
import type { WorkspaceIntegrationView } from "../../../services/integrations";
import { Badge } from "../parts/badge";
import { type Column, Table } from "../parts/table";
import { Ago } from "../parts/time";
import { formPath, integrationPath } from "../paths";
import { attempted, count, INTEGRATION_STATES, lasting } from "../words";
import { IntegrationName } from "./name";
import { troubleNote } from "./trouble";

type Shown = IntegrationView & Partial<Pick<WorkspaceIntegrationView, "formTitle">>;

interface IntegrationsProps {
  readonly integrations: readonly Shown[];
  /** How often each stopped in the last day. */
  readonly stops: ReadonlyMap<string, number>;
  /** Milliseconds. */
  readonly now: number;
}

/** More are not counted (IntegrationView.parked). */
const PARKED_MAX = 10_000;
/** What is let go out of sight: a page of responses on its way. */
const LAG_SECONDS = 300;

/** Where it leads to, as far as a config says that in a text of its own: an address, the id of a sheet, a question. */
const targetOf = ({ connection: _, ...config }: IntegrationView["config"]): string | undefined =>
  Object.values(config).find((value) => typeof value === "string");

/** 0 needs somebody now. */
function urgency({ state, parked, lag }: Shown): number {
  if (state === "blocked") return 0;
  if (parked > 0) return 1;
  if (state === "waiting" || (state === "active" && lag.seconds > LAG_SECONDS)) return 2;
  return state === "paused" ? 3 : 4;
}

export const IntegrationsTable = ({ integrations, stops, now }: IntegrationsProps) => (
  <Table
    stack
    label="Integrations"
    rows={integrations.toSorted((a, b) => urgency(a) - urgency(b))}
    columns={columnsOf({ integrations, now })}
    note={(integration) => troubleNote({ integration, stops: stops.get(integration.id) ?? 0, now })}
  />
);

function columnsOf({ integrations, now }: Omit<IntegrationsProps, "stops">): readonly Column<Shown>[] {
  const formOf: Column<Shown> = {
    title: "Form",
    cell: ({ form: id, formTitle }) => (
      <a href={formPath(id, "integrations")} dir="auto">
        {formTitle}
      </a>
    ),
  };
  return [
    {
      title: "Integration",
      cell: ({ id, form, kind, config }) => (
        <a href={integrationPath(form, id)}>
          <IntegrationName kind={kind} about={targetOf(config)} />
        </a>
      ),
    },
    ...(integrations.some(({ formTitle }) => formTitle !== undefined) ? [formOf] : []),
    { title: "State", tight: true, cell: ({ state }) => <Badge word={INTEGRATION_STATES[state]} /> },
    {
      title: "Behind",
      end: true,
      tight: true,
      cell: ({ lag }) =>
        lag.entries === 0 ? <span class="soft">–</span> : `${count(lag.entries)}, ${lasting(lag.seconds)}`,
    },
    {
      title: "Parked",
      end: true,
      tight: true,
      cell: ({ parked }) =>
        parked === 0 ? (
          <span class="soft">–</span>
        ) : (
          <strong class="problem">{parked >= PARKED_MAX ? `${count(PARKED_MAX)}+` : count(parked)}</strong>
        ),
    },
    {
      title: "Last day",
      cell: ({ lastDay }) =>
        errorRate(lastDay) === null ? (
          <span class="soft">–</span>
        ) : (
          <span class={lastDay.failed > 0 ? "problem" : undefined}>{attempted(lastDay)}</span>
        ),
    },
    {
      title: "Last success",
      tight: true,
      cell: ({ lastSuccessAt }) =>
        lastSuccessAt === null ? <span class="soft">None yet</span> : <Ago at={lastSuccessAt} now={now} />,
    },
  ];
}

/** How they are as a whole. */
export const Summary = ({ integrations, stops }: Omit<IntegrationsProps, "now">) => {
  const of = (state: IntegrationView["state"]) => integrations.filter((one) => one.state === state).length;
  const parked = integrations.reduce((sum, one) => sum + one.parked, 0);
  const figures = [
    ["Integrations", integrations.length, ""],
    ["Blocked", of("blocked"), "bad"],
    ["Waiting", of("waiting"), "warn"],
    ["Paused", of("paused"), ""],
    ["Parked deliveries", parked, "bad"],
    ["Stopped in the last day", stops.size, "warn"],
  ] as const;
  return (
    <>
      <dl class="figures">
        {figures.map(([name, n, tone]) => (
          <div class={n > 0 ? tone || undefined : undefined}>
            <dt>{name}</dt>
            <dd>{count(n)}</dd>
          </div>
        ))}
      </dl>
      <p class="soft">Last day: {attempted(sumAttempts(integrations.map(({ lastDay }) => lastDay)))}.</p>
    </>
  );
};
