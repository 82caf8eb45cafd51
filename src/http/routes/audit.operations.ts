import * as z from "zod";
import { AUDIT_ACTIONS } from "../../core/audit";
import { operations } from "../openapi/operation";
import { PageQuery } from "../openapi/parameters";
import { AuditList } from "../openapi/schemas/access";
import { Moment } from "./audit";

const Query = PageQuery.extend({
  object: z.string().optional().describe("Id of what was changed."),
  action: z.enum(AUDIT_ACTIONS).optional(),
  actor: z.string().optional().describe("Who did it: the id of a key, `root`, `collector` or `system`."),
  since: Moment.optional().describe("Entries of then or later."),
  until: Moment.optional().describe("Entries before then."),
});

export const auditOperations = operations({
  method: "get",
  path: "/v1/audit",
  operationId: "listAudit",
  summary: "Read the audit log",
  description:
    "With `action` or `actor` a page looks through 5,000 entries at most, so it may be short or empty; there is more as long as `next` says so.",
  tag: "Audit",
  scope: "admin",
  query: Query,
  answers: { 200: { description: "Newest first.", schema: AuditList } },
});
