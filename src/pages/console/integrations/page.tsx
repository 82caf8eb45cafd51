/** The integrations of a workspace, and those of one form. */
import type { Child } from "hono/jsx";
import type { AlertView } from "../../../services/alerts";
import type { IntegrationView } from "../../../services/integration-view";
import type { WorkspaceIntegrationView } from "../../../services/integrations";
import { useMay, useVisit } from "../env";
import { FORMS, type FormHead, FormState, formTabs, OpenForm } from "../forms/head";
import { Page } from "../layout";
import { Empty } from "../parts/empty";
import { Pager } from "../parts/pager";
import { ALERTS, addPath, INTEGRATIONS, withQuery } from "../paths";
import { OpenAlerts } from "./alerts";
import { IntegrationsTable, Summary } from "./table";

interface HealthProps {
  readonly alerts: readonly AlertView[];
  readonly integrations: readonly WorkspaceIntegrationView[];
  readonly next: string | null;
  readonly first: boolean;
  /** How often each stopped in the last day. */
  readonly stops: ReadonlyMap<string, number>;
  /** Milliseconds. */
  readonly now: number;
}

export const HealthPage = ({ alerts, integrations, next, first, stops, now }: HealthProps) => (
  <Page title="Integrations" actions={<WhereAlertsGo />}>
    <OpenAlerts alerts={alerts} now={now} />
    {integrations.length === 0 ? (
      <NoIntegrations>
        <p>Each form has its own: open one, and add what it needs.</p>
      </NoIntegrations>
    ) : (
      <>
        <Summary integrations={integrations} stops={stops} />
        <IntegrationsTable integrations={integrations} stops={stops} now={now} />
      </>
    )}
    <Pager
      older={next === null ? undefined : withQuery(INTEGRATIONS, new URLSearchParams({ cursor: next }))}
      newest={first ? undefined : INTEGRATIONS}
    />
  </Page>
);

/** Of the workspace: nothing for a key of one form. */
const WhereAlertsGo = () =>
  useVisit()?.key.form === null ? (
    <a class="button quiet" href={ALERTS}>
      Where alerts go
    </a>
  ) : null;

interface FormIntegrationsProps {
  readonly form: FormHead;
  readonly integrations: readonly IntegrationView[];
  readonly stops: ReadonlyMap<string, number>;
  /** Milliseconds. */
  readonly now: number;
}

export const FormIntegrationsPage = ({ form, integrations, stops, now }: FormIntegrationsProps) => (
  <Page
    title={form.title}
    crumbs={[FORMS]}
    tabs={formTabs(form.id)}
    beside={<FormState form={form} />}
    actions={
      <>
        <OpenForm form={form} />
        <AddIntegration form={form} />
      </>
    }
  >
    {integrations.length === 0 ? (
      <NoIntegrations>{form.version === 0 && <p>It can get some once it is published.</p>}</NoIntegrations>
    ) : (
      <IntegrationsTable integrations={integrations} stops={stops} now={now} />
    )}
  </Page>
);

const AddIntegration = ({ form }: { readonly form: FormHead }) =>
  useMay("integrations:write") && form.version > 0 ? (
    <a class="button" href={addPath(form.id)}>
      Add an integration
    </a>
  ) : null;

const NoIntegrations = ({ children }: { readonly children?: Child }) => (
  <Empty title="No integrations yet">
    <p>An integration carries each response on: to a sheet, a phone, your own server.</p>
    {children}
  </Empty>
);
