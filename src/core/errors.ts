/**
 * Every error that a caller can see, as one table: code, HTTP status, title. Services throw `AppError`; one handler in
 * `http/` turns it into `application/problem+json` (RFC 9457). A code is never guessed back from a status.
 */

export const ERRORS = {
  malformed_json: [400, "The body is not valid JSON"],
  malformed_body: [400, "The body can't be read"],
  invalid_parameter: [400, "A parameter of the address is not valid"],
  unauthorized: [401, "A valid key is needed"],
  link_needed: [401, "A collector link is needed"],
  forbidden: [403, "This key may not do that"],
  link_refused: [403, "This link does not work"],
  cross_site: [403, "This was not sent from a page of this site"],
  origin_refused: [403, "Pages of this site may not send to this form"],
  not_human: [403, "That a person sent this is not confirmed"],
  not_found: [404, "There is nothing at this address"],
  no_index: [404, "This form keeps no such index"],
  method_not_allowed: [405, "This address does not take that method"],
  form_closed: [409, "This form is closed"],
  form_full: [409, "This form has all the responses that it takes"],
  link_full: [409, "This link has brought all the responses that it may"],
  form_draft: [409, "This form is not published yet"],
  conflict: [409, "The present state does not allow this"],
  idempotency_key_reused: [409, "This Idempotency-Key was used for other content"],
  stale_revision: [412, "The response was changed in the meantime"],
  stale_draft: [412, "The draft was changed in the meantime"],
  too_large: [413, "The body is too large"],
  unsupported_media_type: [415, "This content type is not taken here"],
  invalid_request: [422, "The body has mistakes"],
  invalid_answers: [422, "Some answers can't be taken"],
  precondition_required: [428, "This request needs If-Match"],
  too_many_requests: [429, "Too many requests"],
  internal: [500, "Something went wrong on our side"],
  overloaded: [503, "Too much at once; nothing was stored"],
  store_unavailable: [503, "The store can't be reached"],
  turnstile_unavailable: [503, "Turnstile can't be reached"],
  api_unavailable: [503, "This part of the installation can't be reached"],
  kind_unavailable: [503, "The worker of this kind can't be reached"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ErrorCode = keyof typeof ERRORS;

/** One mistake: where it stands (JSON Pointer, RFC 6901), which question it concerns, what to do about it. */
export interface Problem {
  readonly pointer: string;
  readonly question?: string;
  /** Name of the form's rule that does not hold. */
  readonly rule?: string;
  readonly code: string;
  readonly detail: string;
  readonly severity?: "error";
}

export interface ErrorDetails {
  readonly detail?: string;
  readonly errors?: readonly Problem[];
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An expected failure. `detail` says what to do; it never holds an answer, a phone number or a secret. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly status: number;
  readonly title: string;

  constructor(
    readonly code: ErrorCode,
    readonly details: ErrorDetails = {},
  ) {
    super(details.detail ?? ERRORS[code][1]);
    [this.status, this.title] = ERRORS[code];
  }
}
