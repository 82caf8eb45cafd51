/** A posted form as a submission. Called by routes.tsx. */

import { formPath, type Kept } from "./paths";
import { firstTyped, readAnswers, TURNSTILE_INPUT, type Typed } from "./read";
import type { FormServices, PageOutcome, PageResponse, PublicForm } from "./services";

interface Sent {
  readonly form: PublicForm;
  readonly typed: Typed;
  readonly formKey: string | undefined;
  readonly link: string | undefined;
  readonly address: string | undefined;
  readonly reader: PageResponse["reader"];
}

/** A closed form is not refused here: a repeat of a response that was stored before it closed is still a success. */
export function submit<Ctx>(services: FormServices<Ctx>, ctx: Ctx, sent: Sent): Promise<PageOutcome> {
  const { form, typed, formKey, link, address, reader } = sent;
  return services.submitResponse(ctx, {
    form: form.id,
    answers: readAnswers(form.definition, typed),
    ...(formKey === undefined ? {} : { idempotencyKey: formKey }),
    key: null,
    link,
    address,
    reader,
    turnstileToken: firstTyped(typed, TURNSTILE_INPUT) || undefined,
  });
}

/** Where a browser goes next. What was flagged is shown by ourselves, wherever the form leads else. */
export function afterSending({ id, settings }: PublicForm, sent: PageOutcome, kept: Kept): string {
  if (!("id" in sent)) return formPath(id, kept, `kept/${sent.receipt}`);
  const correction = sent.correction?.url.split("/").at(-1);
  if (correction !== undefined) return formPath(id, kept, `thanks/${sent.id}/${correction}`);
  // In a frame, the page of thanks leads on: out of the frame.
  if (settings.redirectUrl !== undefined && !kept.embed) return settings.redirectUrl;
  return formPath(id, kept, `thanks/${sent.id}`);
}
