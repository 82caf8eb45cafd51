import * as z from "zod";
import { operations } from "../openapi/operation";
import { PageQuery } from "../openapi/parameters";
import { Form, FormList, FormSummary, NewForm, Recheck } from "../openapi/schemas/forms";
import { DuplicateBody, FormPatchBody, RETENTION_DAYS, RETENTION_DAYS_MAX, SEARCH_MAX } from "./forms";

const asItIs = { description: "The form as it is now.", schema: FormSummary };
const Query = PageQuery.extend({
  archived: z.enum(["true", "false"]).optional().describe("Only the archived ones."),
  deleted: z.enum(["true", "false"]).optional().describe("Only those that can be restored."),
  search: z.string().max(SEARCH_MAX).optional().describe("Only those with this in their title."),
});

export const EXAMPLE = {
  title: "Household survey",
  questions: [
    { ref: "name", type: "short_text", title: "Name", required: true },
    { ref: "age", type: "integer", title: "Age", min: 0, max: 130 },
    {
      ref: "crops",
      type: "multiple_choice",
      title: "Crops",
      choices: [
        { id: "rice", label: "Rice" },
        { id: "wheat", label: "Wheat" },
      ],
    },
  ],
};

export const formOperations = operations(
  {
    method: "post",
    path: "/v1/forms",
    operationId: "createForm",
    summary: "Make a form",
    description: "It is open at once, with version 1.",
    tag: "Forms",
    scope: "forms:write",
    body: NewForm,
    example: EXAMPLE,
    answers: { 201: { description: "It is made.", schema: Form, headers: ["Location"] } },
    problems: ["conflict"],
  },
  {
    method: "get",
    path: "/v1/forms",
    operationId: "listForms",
    summary: "List forms",
    tag: "Forms",
    scope: "forms:read",
    query: Query,
    answers: { 200: { description: "Newest first.", schema: FormList } },
  },
  {
    method: "get",
    path: "/v1/forms/{form}",
    operationId: "getForm",
    summary: "Read a form with its newest version",
    tag: "Forms",
    scope: "forms:read",
    headers: ["If-None-Match"],
    answers: {
      200: { description: "The form.", schema: Form, headers: ["ETag", "Cache-Control"] },
      304: { description: "You have it.", headers: ["ETag", "Cache-Control"] },
    },
  },
  {
    method: "patch",
    path: "/v1/forms/{form}",
    operationId: "updateForm",
    summary: "Change what is not versioned",
    tag: "Forms",
    scope: "forms:write",
    body: FormPatchBody,
    example: { access: "key" },
    answers: { 200: { description: "The form as it is now.", schema: FormSummary } },
    problems: ["conflict"],
  },
  {
    method: "post",
    path: "/v1/forms/{form}/open",
    operationId: "openForm",
    summary: "Open a form",
    tag: "Forms",
    scope: "forms:write",
    answers: { 200: { description: "The form as it is now.", schema: FormSummary } },
  },
  {
    method: "post",
    path: "/v1/forms/{form}/close",
    operationId: "closeForm",
    summary: "Close a form",
    description: "Responses are refused as soon as this is answered.",
    tag: "Forms",
    scope: "forms:write",
    answers: { 200: { description: "The form as it is now.", schema: FormSummary } },
  },
  {
    method: "post",
    path: "/v1/forms/{form}/recheck",
    operationId: "recheckForm",
    summary: "Look at old responses again by the present rules",
    description:
      "A version whose rules changed asks for this by itself. Flags come and go, answers never change; `GET` of the form tells how far it is. One that waits or runs goes on: asking again adds nothing.",
    tag: "Forms",
    scope: "forms:write",
    answers: { 202: { description: "It begins within two minutes.", schema: Recheck } },
    problems: ["form_draft", "conflict"],
  },
  {
    method: "post",
    path: "/v1/forms/{form}/archive",
    operationId: "archiveForm",
    summary: "Put a form away",
    description: "It takes no responses and stands in no list but that of archived ones; its responses stay.",
    tag: "Forms",
    scope: "forms:write",
    answers: { 200: asItIs },
  },
  {
    method: "post",
    path: "/v1/forms/{form}/unarchive",
    operationId: "unarchiveForm",
    summary: "Take an archived form out again",
    tag: "Forms",
    scope: "forms:write",
    answers: { 200: asItIs },
  },
  {
    method: "post",
    path: "/v1/forms/{form}/duplicate",
    operationId: "duplicateForm",
    summary: "Make a form like another one",
    tag: "Forms",
    scope: "forms:write",
    body: DuplicateBody,
    bodyOptional: true,
    example: { title: "Household survey 2027" },
    answers: { 201: { description: "It is made.", schema: Form, headers: ["Location"] } },
  },
  {
    method: "delete",
    path: "/v1/forms/{form}",
    operationId: "deleteForm",
    summary: "Delete a form",
    description:
      "It is gone for everybody at once, and erased with all its responses when its time of retention is over.",
    tag: "Forms",
    scope: "forms:write",
    query: z.strictObject({
      retentionDays: z
        .int()
        .min(0)
        .max(RETENTION_DAYS_MAX)
        .optional()
        .describe(`Days until it is erased; ${RETENTION_DAYS} unless told.`),
    }),
    answers: {
      200: { description: "It is deleted; `eraseAt` says until when it can be restored.", schema: FormSummary },
    },
  },
  {
    method: "post",
    path: "/v1/forms/{form}/restore",
    operationId: "restoreForm",
    summary: "Take a deletion back",
    tag: "Forms",
    scope: "forms:write",
    answers: { 200: asItIs },
    problems: ["conflict"],
  },
);
