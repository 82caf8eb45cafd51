/**
 * Asking what a form's indexes hold: the worker of the kind answers, the API worker knows whom to ask and how far it
 * is.
 */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { askIndex } from "../dispatch/index-client";
import type { IndexQuery } from "../dispatch/index-requests";
import { findKind } from "../integrations/kinds";
import { type IntegrationRow, listIntegrations } from "../store/integrations";
import { loadOwnForm } from "./forms";
import { type IntegrationView, viewIntegration } from "./integration-view";

/** Which index answered, and how far behind the log it was at most. */
export interface IndexState {
  readonly integration: string;
  readonly state: IntegrationView["state"];
  readonly lag: IntegrationView["lag"];
}

export interface IndexInput {
  readonly form: string;
  readonly kind: string;
  readonly name: string;
  /** Id of the integration, where the form has several of the kind. */
  readonly integration?: string | undefined;
  readonly parameters: IndexQuery["parameters"];
}

/** An index of a form that may be asked any number of times. */
export interface FormIndex {
  /** As it was before it was asked, so that what is answered is at least as new. */
  readonly state: IndexState;
  /** The shape of the answer is the kind's. Throws `invalid_parameter`, `not_found`, `kind_unavailable`. */
  ask<Value>(name: string, parameters: IndexQuery["parameters"]): Promise<Value>;
}

/**
 * The form's integration of this kind. Throws `no_index` (and how to add it), `invalid_parameter`, `kind_unavailable`.
 */
export async function openFormIndex(ctx: Context, input: Omit<IndexInput, "name" | "parameters">): Promise<FormIndex> {
  const row = chooseIndex(await listIntegrations(ctx.shards.control, input.form), input);
  const { id, state, lag } = await viewIntegration(ctx, row);
  const worker = ctx.kindWorker(row.kind);
  if (!worker) throw new AppError("kind_unavailable", { detail: `The worker of ${row.kind} is not deployed.` });
  return {
    state: { integration: id, state, lag },
    async ask<Value>(name: string, parameters: IndexQuery["parameters"]) {
      const answer = await askIndex(worker, { integration: id, name, parameters });
      if ("value" in answer) return answer.value as Value;
      if ("problem" in answer) throw new AppError(answer.problem.code, { detail: answer.problem.detail });
      const status = "status" in answer ? answer.status : 503;
      throw new AppError("kind_unavailable", { detail: `The worker of ${row.kind} answered ${status}.` });
    },
  };
}

/**
 * What the form's index answers to one question, with its state. Throws what `openFormIndex` and `ask` do, and
 * `not_found`.
 */
export async function askFormIndex<Value extends object>(
  ctx: Context,
  workspace: string,
  input: IndexInput,
): Promise<Value & { readonly index: IndexState }> {
  const form = await loadOwnForm(ctx, workspace, input.form);
  const index = await openFormIndex(ctx, { ...input, form: form.id });
  return { ...(await index.ask<Value>(input.name, input.parameters)), index: index.state };
}

function chooseIndex(
  all: readonly IntegrationRow[],
  { kind, integration }: Pick<IndexInput, "kind" | "integration">,
): IntegrationRow {
  const mine = all.filter((row) => row.kind === kind);
  const [first, second] = mine;
  if (!first) {
    const config = JSON.stringify(findKind(kind)?.example.config);
    const add = `POST …/integrations {"kind": "${kind}", "config": ${config}}`;
    throw new AppError("no_index", { detail: `Add the kind ${kind} (${findKind(kind)?.title}) to the form: ${add}.` });
  }
  const chosen = integration === undefined && !second ? first : mine.find(({ id }) => id === integration);
  if (chosen) return chosen;
  const ids = mine.map(({ id }) => id).join(", ");
  throw new AppError("invalid_parameter", {
    detail: `Choose one of the form's integrations of the kind ${kind}, as \`integration\`: ${ids}.`,
  });
}
