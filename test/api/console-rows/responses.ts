/** Responses, and what is read out of them. */
import type { Row } from "./row";

const RESPONSE = "/console/forms/:form/responses/:response";

export const RESPONSE_ROWS: Readonly<Record<string, Row>> = {
  "GET /console/forms/:form/responses": { scope: "responses:read" },
  "GET /console/forms/:form/inbox": { scope: "responses:read" },
  "GET /console/forms/:form/summary": { scope: "responses:read" },
  "GET /console/forms/:form/search": { scope: "responses:read" },
  "GET /console/forms/:form/slang": { scope: "responses:read" },
  "GET /console/forms/:form/slang/discover": { scope: "responses:read" },
  "GET /console/forms/:form/slang/apply": { scope: "integrations:write" },
  [`GET ${RESPONSE}`]: { scope: "responses:read" },
  [`GET ${RESPONSE}/edit`]: { scope: "responses:write" },
  [`GET ${RESPONSE}/correction`]: { scope: "responses:write" },
  [`GET ${RESPONSE}/erase`]: { scope: "responses:write" },
  "GET /console/forms/:form/export": { scope: "responses:read" },
  "GET /console/forms/:form/export/file": { scope: "responses:read" },
  [`POST ${RESPONSE}/correction`]: {
    scope: "responses:write",
    on: `${RESPONSE}/correction`,
    audit: "correction_link.created",
  },
  [`POST ${RESPONSE}/edit`]: {
    scope: "responses:write",
    on: `${RESPONSE}/edit`,
    typed: { q_name: "Asha" },
    audit: "response.edited",
  },
  "POST /console/forms/:form/summary": { scope: "integrations:write", audit: "integration.created" },
  "POST /console/forms/:form/slang/apply": {
    scope: "integrations:write",
    on: "/console/forms/:form/slang/apply",
    audit: "integration.replayed",
  },
  "POST /console/forms/:form/slang": {
    scope: "integrations:write",
    typed: { text: "name", city: "name" },
    audit: "integration.created",
  },
  "POST /console/forms/:form/search": { scope: "integrations:write", audit: "integration.created" },
  [`POST ${RESPONSE}/review`]: {
    scope: "responses:write",
    on: RESPONSE,
    typed: { state: "approved" },
    audit: "response.reviewed",
  },
  [`POST ${RESPONSE}/erase`]: { scope: "responses:write", on: `${RESPONSE}/erase`, audit: "response.erased" },
};
