import { KeyInputSchema } from "../../services/access-input";
import { operations } from "../openapi/operation";
import { PageQuery } from "../openapi/parameters";
import { Key, KeyList, NewKey, NewWorkspace, RotationView } from "../openapi/schemas/access";
import { WorkspaceBody } from "./access";

export const accessOperations = operations(
  {
    method: "post",
    path: "/v1/workspaces",
    operationId: "createWorkspace",
    summary: "Make a workspace and its first key",
    description: "The key may do everything in the workspace.",
    tag: "Access",
    scope: "root",
    body: WorkspaceBody,
    example: { name: "Health campaign" },
    answers: { 201: { description: "It is made.", schema: NewWorkspace } },
  },
  {
    method: "post",
    path: "/v1/encryption/rotate",
    operationId: "rotateEncryption",
    summary: "Seal credentials with the current key",
    description: "Up to a hundred that earlier keys of FORMLOG_ENCRYPTION_KEY sealed. Repeat it until none is `left`.",
    tag: "Access",
    scope: "root",
    problems: ["conflict"],
    answers: { 200: { description: "How far it is.", schema: RotationView } },
  },
  {
    method: "post",
    path: "/v1/keys",
    operationId: "createKey",
    summary: "Make a key",
    tag: "Access",
    scope: "admin",
    body: KeyInputSchema,
    example: { name: "Field tablets", scopes: ["responses:submit"] },
    answers: { 201: { description: "It is made.", schema: NewKey, headers: ["Location"] } },
  },
  {
    method: "get",
    path: "/v1/keys/{key}",
    operationId: "getKey",
    summary: "Read a key",
    tag: "Access",
    scope: "admin",
    answers: { 200: { description: "The key, without its text.", schema: Key } },
  },
  {
    method: "get",
    path: "/v1/keys",
    operationId: "listKeys",
    summary: "List keys",
    tag: "Access",
    scope: "admin",
    query: PageQuery,
    answers: { 200: { description: "Newest first.", schema: KeyList } },
  },
  {
    method: "delete",
    path: "/v1/keys/{key}",
    operationId: "revokeKey",
    summary: "Revoke a key",
    description: "It stops to work everywhere within half a minute.",
    tag: "Access",
    scope: "admin",
    answers: { 204: { description: "It is revoked." } },
  },
);
