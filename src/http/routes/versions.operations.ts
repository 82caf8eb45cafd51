import * as z from "zod";
import { DefinitionSchema } from "../../core/form-schema";
import { operations } from "../openapi/operation";
import { PageQuery } from "../openapi/parameters";
import { Diff, Draft, Form, NewDraft, VersionList } from "../openapi/schemas/forms";
import { EXAMPLE } from "./forms.operations";

const draft = "/v1/forms/{form}/draft";

export const versionOperations = operations(
  {
    method: "get",
    path: "/v1/forms/{form}/versions",
    operationId: "listVersions",
    summary: "List a form's versions",
    tag: "Forms",
    scope: "forms:read",
    query: PageQuery,
    answers: { 200: { description: "Newest first.", schema: VersionList } },
  },
  {
    method: "post",
    path: "/v1/forms/{form}/versions",
    operationId: "publishVersion",
    summary: "Publish the next version",
    description:
      "The type of a question never changes under its ref. Responses keep the version that they were answered against.",
    tag: "Forms",
    scope: "forms:write",
    body: DefinitionSchema,
    example: EXAMPLE,
    answers: { 201: { description: "It is published.", schema: Form, headers: ["Location"] } },
    problems: ["conflict"],
  },
  {
    method: "get",
    path: "/v1/forms/{form}/versions/{version}",
    operationId: "getVersion",
    summary: "Read a form with one of its versions",
    tag: "Forms",
    scope: "forms:read",
    headers: ["If-None-Match"],
    answers: {
      200: { description: "The form.", schema: Form, headers: ["ETag", "Cache-Control"] },
      304: { description: "You have it.", headers: ["ETag", "Cache-Control"] },
    },
    problems: ["invalid_parameter"],
  },
  {
    method: "get",
    path: "/v1/forms/{form}/versions/{version}/diff",
    operationId: "diffVersions",
    summary: "See what a version changed",
    tag: "Forms",
    scope: "forms:read",
    query: z.strictObject({ against: z.string().optional().describe("Another version; the one before unless told.") }),
    answers: { 200: { description: "What changed.", schema: Diff } },
  },
  {
    method: "get",
    path: draft,
    operationId: "getDraft",
    summary: "Read a form's draft, with what is wrong with it",
    tag: "Forms",
    scope: "forms:read",
    answers: { 200: { description: "The draft.", schema: Draft, headers: ["ETag"] } },
  },
  {
    method: "put",
    path: draft,
    operationId: "putDraft",
    summary: "Store a form's draft",
    description: "Where there is one already, name the revision that you read.",
    tag: "Forms",
    scope: "forms:write",
    headers: ["If-Match"],
    body: NewDraft,
    example: EXAMPLE,
    answers: { 200: { description: "The draft, with what is wrong with it.", schema: Draft, headers: ["ETag"] } },
    problems: ["precondition_required", "stale_draft"],
  },
  {
    method: "delete",
    path: draft,
    operationId: "deleteDraft",
    summary: "Drop a form's draft",
    description: "The published version stays.",
    tag: "Forms",
    scope: "forms:write",
    headers: ["If-Match"],
    answers: { 204: { description: "There is none any more." } },
    problems: ["conflict", "precondition_required", "stale_draft"],
  },
  {
    method: "post",
    path: "/v1/forms/{form}/publish",
    operationId: "publishDraft",
    summary: "Publish a form's draft as the next version",
    tag: "Forms",
    scope: "forms:write",
    headers: ["If-Match"],
    answers: { 201: { description: "It is published.", schema: Form, headers: ["Location"] } },
    problems: ["invalid_request", "stale_draft", "conflict"],
  },
);
