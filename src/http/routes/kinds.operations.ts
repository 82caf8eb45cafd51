import { operations } from "../openapi/operation";
import { KindList } from "../openapi/schemas/kinds";

export const kindOperations = operations({
  method: "get",
  path: "/v1/kinds",
  operationId: "listKinds",
  summary: "List the kinds of integrations, with what each must be told",
  description: "Enough to draw a form for any of them. The same for everybody.",
  tag: "Integrations",
  scope: null,
  answers: { 200: { description: "All of them.", schema: KindList, headers: ["Cache-Control"] } },
});
