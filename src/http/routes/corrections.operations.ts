import { operations } from "../openapi/operation";
import { Correction } from "../openapi/schemas/corrections";
import { CorrectionLinkView } from "../openapi/schemas/responses";
import { CorrectionBody, CorrectionLinkBody } from "./corrections";

const one = "/v1/corrections/{correction}";

export const correctionOperations = operations(
  {
    method: "get",
    path: one,
    operationId: "getCorrection",
    summary: "Read a flagged response by its link",
    description:
      "What was answered, what is flagged, and what the form asks now. Without a key; web pages of any site may.",
    tag: "Corrections",
    scope: null,
    answers: { 200: { description: "The response.", schema: Correction, headers: ["ETag", "Cache-Control"] } },
    problems: ["link_refused", "form_draft", "store_unavailable"],
  },
  {
    method: "patch",
    path: one,
    operationId: "correctResponse",
    summary: "Correct a flagged response by its link",
    description:
      "A revision by `collector`, checked against the newest version and its rules. `flags` says what is flagged still; with the last of them gone the review is `corrected`, and the link changes nothing any more. Integrations are told.",
    tag: "Corrections",
    scope: null,
    headers: ["If-Match"],
    body: CorrectionBody,
    example: { answers: { name: "Asha" } },
    answers: { 200: { description: "As it is now.", schema: Correction, headers: ["ETag", "Cache-Control"] } },
    problems: [
      "link_refused",
      "form_draft",
      "conflict",
      "stale_revision",
      "invalid_answers",
      "too_many_requests",
      "store_unavailable",
    ],
  },
  {
    method: "post",
    path: "/v1/forms/{form}/responses/{response}/correction-link",
    operationId: "createCorrectionLink",
    summary: "Make a link by which a response is corrected",
    description:
      "For whoever collected it. It opens this one response, and changes it only while its review is `flagged` or `rejected`.",
    tag: "Corrections",
    scope: "responses:write",
    body: CorrectionLinkBody,
    bodyOptional: true,
    example: { expiresAt: "2027-06-30T18:00:00+05:30" },
    answers: { 201: { description: "It is made.", schema: CorrectionLinkView, headers: ["Location"] } },
    problems: ["conflict"],
  },
);
