/** The verb that shows what an integration would send, before it is configured. Nothing is stored or sent. */
import type { Context } from "../context";
import { checkAnswers } from "../core/answer";
import type { CompiledDefinition } from "../core/compiled";
import { AppError } from "../core/errors";
import { responseId, segmentStart } from "../core/ids";
import type { Preview } from "../core/integration";
import type { Answers } from "../core/response";
import type { PreviewRequest } from "../dispatch/preview";
import { loadOwnForm } from "./forms";
import { checkSetup, findManifest } from "./integrations";

export interface PreviewInput {
  readonly form: string;
  readonly kind: string;
  readonly config: unknown;
  /** Those that are left out are shown as nothing, also where a submission would need them. */
  readonly answers?: Readonly<Record<string, unknown>>;
}

/**
 * The text for these answers. Throws `invalid_request`, `invalid_answers`, `kind_unavailable` as creating and
 * submitting do.
 */
export async function previewIntegration(ctx: Context, workspace: string, input: PreviewInput): Promise<Preview> {
  const form = await loadOwnForm(ctx, workspace, input.form);
  const manifest = findManifest(input.kind);
  const { config } = await checkSetup(ctx, form, { manifest, config: input.config, filter: null });
  const position = segmentStart(form.segment) + 1;
  const { id, title, version, definition } = form;
  const request: PreviewRequest = {
    config,
    form: { id, title, version, definition },
    response: {
      // As long as the ids of this form's responses are.
      id: responseId({ shard: form.shard, position }),
      position,
      version,
      revision: 1,
      receivedAt: ctx.now(),
      submittedAt: null,
      erasedAt: null,
      flags: [],
      answers: readAnswers(form.compiled, input.answers ?? {}),
      metadata: {},
      review: "received",
    },
  };
  const worker = ctx.kindWorker(manifest.kind);
  if (!worker) throw new AppError("kind_unavailable", { detail: `The worker of ${manifest.kind} is not deployed.` });
  const answer = await worker.fetch("https://kind.internal/preview", { method: "POST", body: JSON.stringify(request) });
  if (answer.status === 404) {
    const problem = { pointer: "/kind", code: "no_preview", detail: `${manifest.kind} has no preview.` };
    throw new AppError("invalid_request", { errors: [problem] });
  }
  if (!answer.ok)
    throw new AppError("kind_unavailable", { detail: `The worker of ${manifest.kind} answered ${answer.status}.` });
  return answer.json<Preview>();
}

/** Answers as a submission has them, but none is required. Throws `invalid_answers`. */
function readAnswers(compiled: CompiledDefinition, answers: Readonly<Record<string, unknown>>): Answers {
  const checked = checkAnswers(compiled, answers, { partial: true });
  if (checked.ok) return checked.answers;
  throw new AppError("invalid_answers", { detail: "Mend what `errors` lists.", errors: checked.problems });
}
