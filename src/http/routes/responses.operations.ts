import * as z from "zod";
import { REVIEW_STATES } from "../../core/review";
import { operations } from "../openapi/operation";
import { PageQuery } from "../openapi/parameters";
import {
  AcceptedView,
  BatchAnswer,
  ReceiptState,
  ReceiptView,
  Response,
  ResponseList,
} from "../openapi/schemas/responses";
import { BatchBody, SubmitBody } from "../openapi/schemas/submission-bodies";
import { ResponsePatchBody } from "./responses";

/** What may keep a sender from submitting (services/admission.ts). */
const ADMISSION = [
  "link_needed",
  "link_refused",
  "origin_refused",
  "not_human",
  "too_many_requests",
  "turnstile_unavailable",
] as const;

const Query = PageQuery.extend({
  order: z.enum(["asc", "desc"]).optional().describe("`asc`: oldest first."),
  since: z.string().optional().describe("A time (RFC 3339), or what an earlier page gave as `since`."),
  review: z.enum(REVIEW_STATES).optional(),
  fields: z.string().optional().describe("Refs of the answers to return, with commas; all of them unless told."),
});

const ANSWERS = { name: "Asha", age: 34, crops: ["rice"] };
const one = "/v1/forms/{form}/responses/{response}";

export const responseOperations = operations(
  {
    method: "post",
    path: "/v1/forms/{form}/responses",
    operationId: "submitResponse",
    summary: "Submit a response",
    description:
      "Without a key on a public form; otherwise with one, or by a collector link where the form says `access: link`. May be called from web pages of the sites in the form's `allowedOrigins` (CORS), without a key. A 503 without `Retry-After` may have been stored: send it again with the same Idempotency-Key.",
    tag: "Responses",
    scope: "responses:submit",
    keyOptional: true,
    headers: ["Idempotency-Key", "Formlog-Link", "Prefer"],
    body: SubmitBody,
    example: { answers: ANSWERS },
    answers: {
      201: {
        description: "It is stored.",
        schema: ReceiptView,
        headers: ["Location", "ETag"],
        sometimes: ["Idempotent-Replayed", "Preference-Applied"],
        minimal: true,
      },
      202: {
        description: "The database is down; it is kept and will be stored.",
        schema: AcceptedView,
        headers: ["Location"],
      },
    },
    problems: [
      ...ADMISSION,
      "form_closed",
      "form_full",
      "link_full",
      "invalid_answers",
      "idempotency_key_reused",
      "overloaded",
    ],
  },
  {
    method: "post",
    path: "/v1/forms/{form}/responses/batch",
    operationId: "submitBatch",
    summary: "Submit up to 500 responses",
    description: "Each is stored or refused by itself; `items` says what became of it, in the same order.",
    tag: "Responses",
    scope: "responses:submit",
    keyOptional: true,
    headers: ["Formlog-Link"],
    body: BatchBody,
    example: { responses: [{ answers: ANSWERS, idempotencyKey: "tablet-7-000123" }] },
    answers: { 207: { description: "What became of each.", schema: BatchAnswer } },
    problems: [...ADMISSION, "overloaded"],
  },
  {
    method: "get",
    path: "/v1/receipts/{receipt}",
    operationId: "getReceipt",
    summary: "Ask what became of a submission that was answered 202",
    description: "Nobody can guess a receipt. One that was never given out is `pending` too.",
    tag: "Responses",
    scope: null,
    answers: { 200: { description: "What became of it.", schema: ReceiptState, headers: ["Cache-Control"] } },
    problems: ["store_unavailable"],
  },
  {
    method: "get",
    path: "/v1/forms/{form}/responses",
    operationId: "listResponses",
    summary: "List responses",
    tag: "Responses",
    scope: "responses:read",
    description:
      "Conditions, as many as 20: `filter[question][operator]=value` on answers, `metadata[key][operator]=value` on metadata, with the operators `eq ne gt ge lt le in contains startswith`.",
    query: Query,
    answers: { 200: { description: "Newest first unless told.", schema: ResponseList } },
  },
  {
    method: "get",
    path: one,
    operationId: "getResponse",
    summary: "Read a response",
    tag: "Responses",
    scope: "responses:read",
    headers: ["If-None-Match"],
    answers: {
      200: { description: "The response.", schema: Response, headers: ["ETag", "Cache-Control"] },
      304: { description: "You have it.", headers: ["ETag", "Cache-Control"] },
    },
  },
  {
    method: "patch",
    path: one,
    operationId: "editResponse",
    summary: "Edit a response",
    description: "Against the form's newest version. The state before stays as a revision; integrations are told.",
    tag: "Responses",
    scope: "responses:write",
    headers: ["If-Match", "Prefer"],
    body: ResponsePatchBody,
    example: { answers: { age: 35 } },
    answers: {
      200: { description: "The response as it is now.", schema: Response, headers: ["ETag"] },
      204: { description: "It is edited, and you wanted no body.", headers: ["ETag", "Preference-Applied"] },
    },
    problems: ["precondition_required", "stale_revision", "invalid_answers", "conflict"],
  },
  {
    method: "delete",
    path: one,
    operationId: "eraseResponse",
    summary: "Erase a response",
    description: "Its answers are gone everywhere we hold them; the tombstone stays; integrations are told.",
    tag: "Responses",
    scope: "responses:write",
    headers: ["If-Match"],
    answers: { 204: { description: "It is erased." } },
    problems: ["stale_revision"],
  },
);
