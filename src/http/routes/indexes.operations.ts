import * as z from "zod";
import { REVIEW_STATES } from "../../core/review";
import { operations } from "../openapi/operation";
import { SearchAnswer, SummaryAnswer } from "../openapi/schemas/indexes";
import { SlangAnswer, SlangDiscoveryAnswer } from "../openapi/schemas/slang";
import { DiscoverQuery, SEARCH_LIMIT_MAX, SlangQuery, SummaryQuery } from "./indexes";

const SearchQuery = z.object({
  q: z.string().describe('Words that must all be there, `"several words"` in this order, `begin*`, `-without`.'),
  question: z.string().optional().describe("The ref of the only question whose answers count."),
  integration: z.string().optional().describe("Where the form has several of the kind."),
  limit: z.int().min(1).max(SEARCH_LIMIT_MAX).optional().describe("50 unless told."),
  cursor: z.string().optional().describe("The `next` of the page before."),
  review: z.enum(REVIEW_STATES).optional(),
  fields: z.string().optional().describe("Refs of the answers to return, with commas; all of them unless told."),
});

const problems = ["no_index", "kind_unavailable"] as const;

export const indexOperations = operations(
  {
    method: "get",
    path: "/v1/forms/{form}/summary",
    operationId: "getSummary",
    summary: "Summarize a form's responses",
    description:
      "Kept ready by an integration of the kind `summary`: reading it costs the same however many responses there are.",
    tag: "Indexes",
    scope: "responses:read",
    query: SummaryQuery,
    answers: { 200: { description: "The summary, and how far behind the log it may be.", schema: SummaryAnswer } },
    problems,
  },
  {
    method: "get",
    path: "/v1/forms/{form}/search",
    operationId: "searchResponses",
    summary: "Find responses by words",
    description:
      "Through an integration of the kind `search`. Case and accents do not matter. Takes the conditions of the list of responses; a page may come back short with a `next` that goes on.",
    tag: "Indexes",
    scope: "responses:read",
    query: SearchQuery,
    answers: { 200: { description: "Newest first.", schema: SearchAnswer } },
    problems,
  },
  {
    method: "get",
    path: "/v1/forms/{form}/slang",
    operationId: "getSlang",
    summary: "Count the terms of the lexicon, by city",
    description:
      "Through an integration of the kind `slang`. With `term`, the responses that have it, newest first; without, the terms that most responses have. `next` goes on with those.",
    tag: "Indexes",
    scope: "responses:read",
    query: SlangQuery,
    answers: { 200: { description: "Counts of responses, and what was found.", schema: SlangAnswer } },
    problems,
  },
  {
    method: "get",
    path: "/v1/forms/{form}/slang/discover",
    operationId: "discoverSlang",
    summary: "Find words that one city uses more than the others",
    description:
      "Whether the lexicon has them or not, by the log-odds ratio with an informative Dirichlet prior. Through an integration of the kind `slang`.",
    tag: "Indexes",
    scope: "responses:read",
    query: DiscoverQuery,
    answers: { 200: { description: "The highest z-score first.", schema: SlangDiscoveryAnswer } },
    problems,
  },
);
