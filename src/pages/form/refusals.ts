/**
 * Errors in words for the person at the form: what became of the answers, and what to do. Pure. Called by routes.tsx.
 */
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { AppError, ErrorCode, Problem } from "../../core/errors";
import type { Notice } from "./page";
import { firstTyped, inputName, type Typed, VERSION_INPUT } from "./read";
import type { PublicForm } from "./services";

/** A post that was not taken: the form is shown again with what was typed. */
export interface Refusal {
  readonly status: ContentfulStatusCode;
  readonly page: { readonly problems?: readonly Problem[]; readonly notice?: Notice | undefined };
  /** The key of the page is spent: the next sending is another response. */
  readonly newKey?: boolean;
  readonly retryAfterSeconds?: number | undefined;
}

/** A robot, or a browser that fills in everything: refused aloud, because it may have been a person. */
export const TRAPPED: Refusal = {
  status: 422,
  page: {
    notice: {
      title: "Not sent yet: this looked automatic",
      text: "A hidden box that people leave empty was filled in, perhaps by your browser. It is empty again, and your answers are still here: please press Send once more.",
    },
  },
};

/** What the form says when its service refused. A version that is not the posted one is the likely reason: named first. */
export function refusalOf(error: AppError, form: PublicForm, typed: Typed): Refusal {
  if (error.code === "invalid_answers") {
    const problems = error.details.errors ?? [];
    const changed = firstTyped(typed, VERSION_INPUT) !== String(form.version);
    return { status: 422, page: { problems, notice: changed ? changedNotice(form, typed, problems) : undefined } };
  }
  if (error.code === "idempotency_key_reused") {
    return { status: 409, newKey: true, page: { notice: REUSED } };
  }
  const { title, text } = explain(error);
  return {
    status: statusOf(error),
    retryAfterSeconds: error.details.retryAfterSeconds,
    page: { notice: { title: `Not sent yet: ${title.toLowerCase()}`, text } },
  };
}

const REUSED: Notice = {
  title: "You sent this form before, with other answers",
  text: "Your first response is stored and was not changed. If you want to send these answers as one more response, press Send.",
};

/** Shows what was typed into questions that are gone: those texts have no other place on the page. */
function changedNotice(form: PublicForm, typed: Typed, problems: readonly Problem[]): Notice {
  const asked = new Set(form.definition.questions.map((question) => question.ref));
  const gone = problems.flatMap(({ code, question }) =>
    code === "unknown_question" && question !== undefined && !asked.has(question) ? [question] : [],
  );
  const kept = gone.flatMap((ref) => typed.get(inputName(ref)) ?? []).filter((text) => text !== "");
  const text = "Nothing was stored yet. What you typed is still here: please look through the form and send it again.";
  const lost = " It no longer asks for the following, which will not be sent:";
  return { title: "The form has changed since you opened it", text: kept.length > 0 ? text + lost : text, kept };
}

const TEXTS: Partial<Record<ErrorCode, { readonly title: string; readonly text: string }>> = {
  not_found: {
    title: "Nothing here",
    text: "There is no form at this address. Please check the link that you were given.",
  },
  forbidden: {
    title: "Not a public form",
    text: "This form takes responses from its own app only, not from this page.",
  },
  unauthorized: {
    title: "Not a public form",
    text: "This form takes responses from its own app only, not from this page.",
  },
  form_closed: { title: "Closed", text: "This form takes no more responses." },
  too_large: {
    title: "Too much text",
    text: "Nothing was stored: your answers are longer than this form can take. Go back and shorten them.",
  },
  unsupported_media_type: {
    title: "Nothing was stored",
    text: "This address takes a form with texts only, without files.",
  },
  malformed_body: {
    title: "Nothing was stored",
    text: "What arrived could not be read. Go back and send the form again.",
  },
  method_not_allowed: {
    title: "Nothing was done",
    text: "This address shows a form and takes its answers, nothing else.",
  },
  too_many_requests: {
    title: "Too many at once",
    text: "Please wait a moment, then press Send again. Your answers are still here.",
  },
  overloaded: {
    title: "We are busy",
    text: "Please wait a moment, then press Send again. Your answers are still here, and will be stored once.",
  },
  store_unavailable: {
    title: "We can't store it right now",
    text: "Please wait a moment, then press Send again. Your answers are still here, and will be stored once.",
  },
};

/** Every status of the table in core/errors.ts is one with a body (it is an error), which its type does not say. */
export const statusOf = (error: AppError): ContentfulStatusCode => error.status as ContentfulStatusCode;

/** An error without its technicalities; for errors that a person can't cause, its own title. */
export function explain(error: AppError): { readonly title: string; readonly text: string } {
  return TEXTS[error.code] ?? { title: error.title, text: "Please try again in a while." };
}
