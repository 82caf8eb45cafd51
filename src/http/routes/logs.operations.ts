import * as z from "zod";
import { LOG_LEVELS } from "../../core/log";
import { operations } from "../openapi/operation";
import { PageQuery } from "../openapi/parameters";
import { LogList } from "../openapi/schemas/access";
import { Moment } from "./audit";
import { EVENTS } from "./logs";

const Query = PageQuery.extend({
  form: z.string().optional().describe("Id of a form."),
  integration: z.string().optional().describe("Id of an integration."),
  level: z.enum(LOG_LEVELS).optional(),
  event: z.enum(EVENTS).optional(),
  request: z.string().optional().describe("What an entry goes back to: `X-Request-Id` of an answer."),
  response: z
    .string()
    .optional()
    .describe("Id of a response: pages of deliveries that it may have been in, and what people did to it."),
  since: Moment.optional().describe("Entries of then or later."),
  until: Moment.optional().describe("Entries before then."),
});

const about =
  "Kept for `FORMLOG_LOG_DAYS` days (14 unless told). A page of deliveries is one entry, however many responses it was. With a filter a page looks through 5,000 entries at most, so it may be short or empty; there is more as long as `next` says so.";

export const logOperations = operations(
  {
    method: "get",
    path: "/v1/logs",
    operationId: "listLogs",
    summary: "Read the log",
    description: `What happened to deliveries, and between it the entries of the audit log. ${about}`,
    tag: "Audit",
    scope: "admin",
    query: Query,
    answers: { 200: { description: "Newest first.", schema: LogList } },
  },
  {
    method: "get",
    path: "/v1/logs/installation",
    operationId: "listInstallationLogs",
    summary: "Read the log of the installation",
    description: `What is about no workspace: sweeps that found something, alerts about databases. ${about}`,
    tag: "Audit",
    scope: "root",
    query: Query,
    answers: { 200: { description: "Newest first.", schema: LogList } },
  },
);
