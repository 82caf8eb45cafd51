/** The indexes of a form: integrations that keep figures, words or terms of its responses ready. */
import type { Context } from "hono";
import { getFormView } from "../../../services/form-verbs";
import type { FormView } from "../../../services/form-view";
import type { IntegrationView } from "../../../services/integration-view";
import { listIntegrations } from "../../../services/integrations";
import { createIntegration } from "../../../services/new-integration";
import type { ConsoleEnv } from "../env";

export type ConsoleContext = Context<ConsoleEnv>;

export interface FormIndexes {
  readonly form: FormView;
  /** The integrations of the form, whatever their kind; none of a draft. */
  readonly integrations: readonly IntegrationView[];
  /** Those of the kind that was asked for. */
  readonly indexes: readonly IntegrationView[];
  /** The one that the address names (`integration`), or the first. */
  readonly chosen: IntegrationView | undefined;
}

/** Who asks, and about which form: the arguments of most verbs. */
export const asked = (c: ConsoleContext) => ({
  ctx: c.get("ctx"),
  workspace: c.get("key").workspace,
  form: c.req.param("form") ?? "",
});

/** The form that an address names and its indexes of a kind. Throws `not_found`. */
export async function findIndexes(c: ConsoleContext, kind: string): Promise<FormIndexes> {
  const { ctx, workspace, form: id } = asked(c);
  const form = await getFormView(ctx, workspace, { form: id });
  const integrations = form.version === 0 ? [] : await listIntegrations(ctx, workspace, form.id);
  const indexes = integrations.filter((one) => one.kind === kind);
  const named = c.req.query("integration");
  return { form, integrations, indexes, chosen: indexes.find((one) => one.id === named) ?? indexes[0] };
}

/** Adds an index of a kind to the form. Throws what `createIntegration` does. */
export async function addIndex(c: ConsoleContext, kind: string, config: unknown): Promise<void> {
  const { ctx, workspace, form } = asked(c);
  await createIntegration(ctx, workspace, { form, kind, config });
}
