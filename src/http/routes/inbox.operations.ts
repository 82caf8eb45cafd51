import * as z from "zod";
import { LIMIT } from "../list";
import { operations } from "../openapi/operation";
import { PageQuery } from "../openapi/parameters";
import { CollectorList, Inbox } from "../openapi/schemas/inbox";
import { INBOX_LIMIT_MAX } from "./inbox";

const InboxQuery = z.strictObject({
  ...PageQuery.shape,
  limit: z.int().min(1).max(INBOX_LIMIT_MAX).optional().describe(`Items of a page at most; ${LIMIT} unless told.`),
});

export const inboxOperations = operations(
  {
    method: "get",
    path: "/v1/forms/{form}/collectors",
    operationId: "listCollectors",
    summary: "List the collectors who have flagged responses",
    description:
      "With how many, and the oldest. Those of one are `GET …/responses?review=flagged&metadata[collector][eq]=…`. Both read what is flagged and nothing else.",
    tag: "Corrections",
    scope: "responses:read",
    query: PageQuery,
    answers: { 200: { description: "By name; those that name nobody first.", schema: CollectorList } },
    problems: ["form_draft"],
  },
  {
    method: "get",
    path: "/v1/inboxes/{inbox}",
    operationId: "readInbox",
    summary: "Read a collector's inbox by his link",
    description:
      "What came by this collector link and is flagged, each with the link that mends it. Without a key; web pages of the sites that the form names may.",
    tag: "Corrections",
    scope: null,
    query: InboxQuery,
    answers: { 200: { description: "Oldest first.", schema: Inbox, headers: ["Cache-Control"] } },
    problems: ["link_refused", "form_draft", "store_unavailable"],
  },
);
