/** Integrations of a form, and their deliveries. */
import type { Row } from "./row";

const INTEGRATION = "/console/forms/:form/integrations/:integration";

/** A page that asks, and what it asks for. */
const asked = (page: string, audit: string, typed: Row["typed"] = {}): Readonly<Record<string, Row>> => ({
  [`GET ${INTEGRATION}/${page}`]: { scope: "integrations:write" },
  [`POST ${INTEGRATION}/${page}`]: { scope: "integrations:write", on: `${INTEGRATION}/${page}`, typed, audit },
});

export const INTEGRATION_ROWS: Readonly<Record<string, Row>> = {
  "GET /console/forms/:form/integrations": { scope: "forms:read" },
  "GET /console/forms/:form/add-integration": { scope: "integrations:write" },
  "GET /console/forms/:form/add-integration/:kind": { scope: "integrations:write" },
  "POST /console/forms/:form/add-integration/:kind": {
    scope: "integrations:write",
    on: "/console/forms/:form/add-integration/:kind",
    typed: { "config.spreadsheetId": "1AbcdefghijklmnopqrstuvwxyzAbcdefghijklmnopq" },
    audit: "integration.created",
  },
  [`GET ${INTEGRATION}`]: { scope: "forms:read" },
  [`GET ${INTEGRATION}/deliveries`]: { scope: "forms:read" },
  [`GET ${INTEGRATION}/deliveries/:delivery`]: { scope: "forms:read" },
  [`GET ${INTEGRATION}/deliveries/:delivery/skip`]: { scope: "integrations:write" },
  ...asked("edit", "integration.updated", {
    "config.spreadsheetId": "1AbcdefghijklmnopqrstuvwxyzAbcdefghijklmnopq",
  }),
  ...asked("pause", "integration.paused"),
  ...asked("retry", "integration.retried"),
  ...asked("replay", "integration.replayed", { how: "beginning" }),
  ...asked("delete", "integration.deleted"),
  [`POST ${INTEGRATION}/resume`]: { scope: "integrations:write", on: INTEGRATION, audit: "integration.resumed" },
  [`POST ${INTEGRATION}/reconcile`]: { scope: "integrations:write", on: INTEGRATION, audit: "integration.reconciled" },
  // Nobody's worker stands behind it here.
  [`POST ${INTEGRATION}/test`]: { scope: "integrations:write", on: INTEGRATION, status: 503 },
  [`POST ${INTEGRATION}/deliveries/:delivery/retry`]: {
    scope: "integrations:write",
    on: INTEGRATION,
    audit: "delivery.retried",
  },
  [`POST ${INTEGRATION}/deliveries/:delivery/skip`]: {
    scope: "integrations:write",
    on: `${INTEGRATION}/deliveries/:delivery/skip`,
    typed: { reason: "Known." },
    audit: "delivery.skipped",
  },
};
