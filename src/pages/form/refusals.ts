/**
 * Errors in words for the person at the form: what became of the answers, and what to do. Pure. Called by routes.tsx.
 */
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { AppError, ErrorCode, Problem } from "../../core/errors";
import { firstTyped, inputName, type Typed, VERSION_INPUT } from "./read";
import type { PublicForm } from "./services";
import type { Notice } from "./summary";
import type { RefusalCode, Words } from "./words";

/** A post that was not taken: the form is shown again with what was typed. */
export interface Refusal {
  readonly status: ContentfulStatusCode;
  readonly page: { readonly problems?: readonly Problem[]; readonly notice?: Notice | undefined };
  /** The key of the page is spent: the next sending is another response. */
  readonly newKey?: boolean;
  readonly retryAfterSeconds?: number | undefined;
}

/**
 * What the form says when its service refused. A version that is not the posted one is the likely reason: named first.
 */
export function refusalOf(error: AppError, form: PublicForm, typed: Typed, words: Words): Refusal {
  if (error.code === "invalid_answers") {
    const problems = error.details.errors ?? [];
    const changed = firstTyped(typed, VERSION_INPUT) !== String(form.version);
    return {
      status: 422,
      page: { problems, notice: changed ? changedNotice(form, typed, problems, words) : undefined },
    };
  }
  if (error.code === "idempotency_key_reused") {
    return { status: 409, newKey: true, page: { notice: words.reused } };
  }
  const { title, text } = explain(error, words);
  return {
    status: statusOf(error),
    retryAfterSeconds: error.details.retryAfterSeconds,
    page: { notice: { title: `${words.problems.notSent}: ${title}`, text } },
  };
}

/** Shows what was typed into questions that are gone: those texts have no other place on the page. */
function changedNotice(form: PublicForm, typed: Typed, problems: readonly Problem[], { changed }: Words): Notice {
  const asked = new Set(form.definition.questions.map((question) => question.ref));
  const gone = problems.flatMap(({ code, question }) =>
    code === "unknown_question" && question !== undefined && !asked.has(question) ? [question] : [],
  );
  const kept = gone.flatMap((ref) => typed.get(inputName(ref)) ?? []).filter((text) => text !== "");
  return { title: changed.title, text: kept.length > 0 ? `${changed.text} ${changed.lost}` : changed.text, kept };
}

/** Every status of the table in core/errors.ts is one with a body (it is an error), which its type does not say. */
export const statusOf = (error: AppError): ContentfulStatusCode => error.status as ContentfulStatusCode;

/** An error without its technicalities, in the words of the page. */
export function explain(error: AppError, { refusals }: Words): { readonly title: string; readonly text: string } {
  const [title, text] = refusals[codeOf(error.code, refusals)];
  // Why a link does not work is known exactly, and is for the person who has it.
  const { detail } = error.details;
  return { title, text: error.code === "link_refused" && detail !== undefined ? detail : text };
}

function codeOf(code: ErrorCode, refusals: Words["refusals"]): RefusalCode {
  if (code === "unauthorized") return "forbidden";
  return code in refusals ? (code as RefusalCode) : "internal";
}
