import { LinkInputSchema } from "../../services/access-input";
import { operations } from "../openapi/operation";
import { PageQuery } from "../openapi/parameters";
import { Link, LinkList } from "../openapi/schemas/access";

const all = "/v1/forms/{form}/links";

export const linkOperations = operations(
  {
    method: "post",
    path: all,
    operationId: "createLink",
    summary: "Make a collector link",
    tag: "Links",
    scope: "forms:write",
    body: LinkInputSchema,
    example: { name: "Asha", metadata: { team: "north" }, responsesMax: 200 },
    answers: { 201: { description: "It is made.", schema: Link, headers: ["Location"] } },
    problems: ["conflict"],
  },
  {
    method: "get",
    path: all,
    operationId: "listLinks",
    summary: "List a form's links",
    tag: "Links",
    scope: "forms:write",
    query: PageQuery,
    answers: { 200: { description: "Newest first.", schema: LinkList } },
    problems: ["conflict"],
  },
  {
    method: "get",
    path: `${all}/{link}`,
    operationId: "getLink",
    summary: "Read a link",
    tag: "Links",
    scope: "forms:write",
    answers: { 200: { description: "The link.", schema: Link } },
    problems: ["conflict"],
  },
  {
    method: "delete",
    path: `${all}/{link}`,
    operationId: "revokeLink",
    summary: "Revoke a link",
    description: "It stops to work everywhere within half a minute.",
    tag: "Links",
    scope: "forms:write",
    answers: { 204: { description: "It is revoked." } },
  },
);
