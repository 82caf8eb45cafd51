import * as z from "zod";
import type { Readiness } from "../../services/vitals";
import { answer, view } from "../openapi/components";
import { operations } from "../openapi/operation";

const Health = answer("Health", z.strictObject({ status: z.literal("ok") }));
const ReadinessView = view<Readiness>()(
  "Readiness",
  z.strictObject({
    status: z.enum(["ready", "not_ready"]),
    shards: z.array(
      z.strictObject({
        shard: z.int().min(0),
        state: z.enum(["ready", "unreachable", "old_schema", "not_swept"]),
        sweptSecondsAgo: z
          .int()
          .min(0)
          .nullable()
          .describe("Null: not yet, as in the first minute of an installation."),
        oldestLagSeconds: z
          .int()
          .min(0)
          .describe("At the last sweep, of what an integration could go on with: not of paused or blocked ones."),
      }),
    ),
    indexes: z
      .array(
        z.strictObject({
          database: z.int().min(0).describe("0 is SEARCH_DB."),
          state: z.enum(["ready", "unreachable", "old_schema"]),
        }),
      )
      .describe("The databases of indexes. `status` does not depend on them: responses are taken without."),
  }),
);
const refused = {
  403: { description: "The signature is not the provider's." },
  404: { description: "There is no such delivery or integration." },
  503: { description: "The kind's worker can't be reached." },
};

export const serviceOperations = operations(
  {
    method: "post",
    path: "/hooks/{provider}/{delivery}",
    operationId: "reportDelivery",
    summary: "Take a status callback",
    tag: "Callbacks",
    scope: null,
    rawBody: "application/x-www-form-urlencoded",
    answers: { 204: { description: "It is noted." }, ...refused },
  },
  {
    method: "post",
    path: "/hooks/{provider}/inbound/{integration}",
    operationId: "receiveMessage",
    summary: "Take a message of a recipient (STOP, START)",
    tag: "Callbacks",
    scope: null,
    rawBody: "application/x-www-form-urlencoded",
    answers: { 200: { description: "What the provider is to do.", type: "text/xml" }, ...refused },
  },
  {
    method: "get",
    path: "/healthz",
    operationId: "getHealth",
    summary: "Ask whether the worker answers",
    description: "It asks nothing else: no database, no environment.",
    tag: "Service",
    scope: null,
    answers: { 200: { description: "It does.", schema: Health } },
  },
  {
    method: "get",
    path: "/readyz",
    operationId: "getReadiness",
    summary: "Ask whether the installation works",
    description: "Every shard can be asked, has the schema of this code, and was swept in the last five minutes.",
    tag: "Service",
    scope: null,
    answers: {
      200: { description: "It does.", schema: ReadinessView, headers: ["Cache-Control"] },
      503: { description: "It does not; `state` says where.", schema: ReadinessView, headers: ["Cache-Control"] },
    },
  },
  {
    method: "get",
    path: "/metrics",
    operationId: "getMetrics",
    summary: "Read the metrics",
    description: "For Prometheus, with the key FORMLOG_METRICS_KEY or the root key.",
    tag: "Service",
    scope: "root",
    answers: {
      200: { description: "OpenMetrics 1.0.", type: "application/openmetrics-text", headers: ["Cache-Control"] },
    },
  },
  {
    method: "get",
    path: "/openapi.json",
    operationId: "getDocument",
    summary: "Read this document",
    tag: "Service",
    scope: null,
    headers: ["If-None-Match"],
    answers: {
      200: { description: "OpenAPI 3.1.", type: "application/json", headers: ["ETag", "Cache-Control"] },
      304: { description: "You have it.", headers: ["ETag", "Cache-Control"] },
    },
  },
);
