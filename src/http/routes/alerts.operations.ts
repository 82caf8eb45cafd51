import { DestinationSchema } from "../../services/alerts";
import { operations } from "../openapi/operation";
import * as schemas from "../openapi/schemas/alerts";

const tag = "Alerts";

export const alertOperations = operations(
  {
    method: "get",
    path: "/v1/alerts",
    operationId: "listAlerts",
    summary: "List the open alerts",
    description: "What needs somebody in this workspace. A key of one form sees those of its form.",
    tag,
    scope: "forms:read",
    answers: { 200: { description: "Oldest first, at most 500.", schema: schemas.AlertList } },
  },
  {
    method: "get",
    path: "/v1/alerts/destinations",
    operationId: "listAlertDestinations",
    summary: "List where alerts are told",
    tag,
    scope: "forms:read",
    answers: { 200: { description: "The integrations of the alert form.", schema: schemas.AlertDestinationList } },
  },
  {
    method: "post",
    path: "/v1/alerts/destinations",
    operationId: "addAlertDestination",
    summary: "Have alerts told somewhere",
    description:
      "Alerts become responses of a form of the workspace, which is made with the first destination; a destination is an integration of it.",
    tag,
    scope: "integrations:write",
    body: DestinationSchema,
    example: { type: "webhook", url: "https://example.com/alerts" },
    answers: {
      201: { description: "It is told from now on.", schema: schemas.CreatedAlertDestination, headers: ["Location"] },
    },
    problems: ["conflict"],
  },
);
