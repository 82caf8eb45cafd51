/** Before something is done to an integration, or to all that it has parked. */
import type { AppError } from "../../../core/errors";
import type { IntegrationView } from "../../../services/integration-view";
import { kindTitle } from "../../../services/names";
import type { FormHead } from "../forms/head";
import { ConfirmPage } from "../parts/confirm";
import { integrationPath } from "../paths";
import { counted } from "../words";
import { crumbsOf } from "./head";

interface ConfirmProps {
  readonly form: FormHead;
  readonly integration: IntegrationView;
  readonly error?: AppError | undefined;
}

const shared = ({ form, integration, error }: ConfirmProps, page: string) => ({
  crumbs: crumbsOf(form, integration),
  action: integrationPath(form.id, integration.id, page),
  back: integrationPath(form.id, integration.id),
  error,
});

export const PausePage = (props: ConfirmProps) => (
  <ConfirmPage
    {...shared(props, "pause")}
    title={`Pause ${kindTitle(props.integration.kind)}?`}
    verb="Pause"
    tone="main"
  >
    <p>It stops where it is, and delivers nothing until it is resumed.</p>
    <p>Nothing is lost: responses go on being stored, and it goes on from its place.</p>
  </ConfirmPage>
);

export const RetryPage = (props: ConfirmProps) => (
  <ConfirmPage {...shared(props, "retry")} title="Retry all that is parked?" verb="Retry all" tone="main">
    <p>
      {counted(props.integration.parked, "delivery is", "deliveries are")} tried again, in the order of the responses.
      What is refused again is parked again.
    </p>
  </ConfirmPage>
);

export const DeletePage = (props: ConfirmProps) => (
  <ConfirmPage
    {...shared(props, "delete")}
    title={`Delete ${kindTitle(props.integration.kind)}?`}
    verb="Delete the integration"
  >
    <p>
      What it delivered stays where it is. What it has not delivered yet, it never will, and what is parked is
      forgotten.
    </p>
    <p>Added again, it begins anew: it does not know what this one delivered.</p>
  </ConfirmPage>
);
