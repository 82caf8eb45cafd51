import * as z from "zod";
import { HISTORY_PAGE_MAX } from "../../services/history";
import { ReviewInputSchema } from "../../services/review";
import { operations } from "../openapi/operation";
import { PageQuery } from "../openapi/parameters";
import { Response, ReviewList, RevisionList } from "../openapi/schemas/responses";

const one = "/v1/forms/{form}/responses/{response}";
const query = PageQuery.extend({ limit: z.int().min(1).max(HISTORY_PAGE_MAX).optional() });

export const reviewOperations = operations(
  {
    method: "post",
    path: `${one}/review`,
    operationId: "reviewResponse",
    summary: "Review a response",
    description:
      "From some states only some others can be reached: 409 says which. With a comment it may stay where it is.",
    tag: "Reviews",
    scope: "responses:write",
    headers: ["If-Match"],
    body: ReviewInputSchema,
    example: { state: "flagged", comment: "The age can't be right." },
    answers: { 200: { description: "The response as it is now.", schema: Response, headers: ["ETag"] } },
    problems: ["conflict", "stale_revision"],
  },
  {
    method: "get",
    path: `${one}/review`,
    operationId: "listReviews",
    summary: "List the reviews of a response",
    tag: "Reviews",
    scope: "responses:read",
    query,
    answers: { 200: { description: "Oldest first.", schema: ReviewList } },
  },
  {
    method: "get",
    path: `${one}/revisions`,
    operationId: "listRevisions",
    summary: "List the revisions of a response, with what each changed",
    tag: "Reviews",
    scope: "responses:read",
    query,
    answers: { 200: { description: "Oldest first.", schema: RevisionList } },
  },
);
