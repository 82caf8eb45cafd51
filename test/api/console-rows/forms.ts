/** Forms: the editor, their versions and settings, and who may send to them. */
import type { Row } from "./row";

const EDIT = "/console/forms/:form/edit";
const VERSION = "/console/forms/:form/versions/:version";
const SETTINGS = "/console/forms/:form/settings";
/** A row of an action of the form editor: it keeps the draft. */
const saves = (on: string, typed: Readonly<Record<string, string>>): Row => ({
  scope: "forms:write",
  on,
  typed,
  audit: "form.draft_saved",
});

export const FORM_ROWS: Readonly<Record<string, Row>> = {
  "GET /console/forms/new": { scope: "forms:write", whole: true },
  [`GET ${EDIT}`]: { scope: "forms:write" },
  [`GET ${EDIT}/questions/:question`]: { scope: "forms:write" },
  [`GET ${EDIT}/questions/:question/remove`]: { scope: "forms:write" },
  [`GET ${EDIT}/rules/:rule`]: { scope: "forms:write" },
  [`GET ${EDIT}/languages/:language`]: { scope: "forms:write" },
  [`GET ${EDIT}/lists/:list`]: { scope: "forms:write" },
  [`GET ${EDIT}/json`]: { scope: "forms:write" },
  [`GET ${EDIT}/definition.json`]: { scope: "forms:write" },
  [`GET ${EDIT}/preview`]: { scope: "forms:write" },
  [`GET ${EDIT}/preview/form`]: { scope: "forms:write" },
  [`GET ${EDIT}/publish`]: { scope: "forms:write" },
  [`GET ${EDIT}/discard`]: { scope: "forms:write" },
  "GET /console/forms/:form/versions": { scope: "forms:read" },
  "GET /console/forms/:form/versions/:version": { scope: "forms:read" },
  [`GET ${VERSION}/put-back`]: { scope: "forms:write" },
  "GET /console/forms/:form/recheck": { scope: "forms:write" },
  "GET /console/forms/:form/share": { scope: "forms:read" },
  [`GET ${SETTINGS}`]: { scope: "forms:write" },
  [`GET ${SETTINGS}/:deed`]: { scope: "forms:write" },
  "POST /console/forms/new": {
    scope: "forms:write",
    whole: true,
    on: "/console/forms/new",
    typed: { title: "Another" },
    audit: "form.created",
  },
  [`POST ${EDIT}`]: saves(EDIT, { do: "add", question: "Another", type: "date" }),
  [`POST ${EDIT}/questions/:question`]: saves(`${EDIT}/questions/:question`, { title: "Another" }),
  [`POST ${EDIT}/rules/:rule`]: saves(`${EDIT}/rules/:rule`, { message: "Another" }),
  [`POST ${EDIT}/languages/:language`]: saves(`${EDIT}/languages/:language`, { "/title": "Une autre" }),
  [`POST ${EDIT}/lists/:list`]: saves(`${EDIT}/lists/:list`, { more: "Another" }),
  [`POST ${EDIT}/json`]: saves(`${EDIT}/json`, { json: "{}" }),
  [`POST ${EDIT}/preview/form`]: { scope: "forms:write", status: 422, on: `${EDIT}/preview/form` },
  [`POST ${EDIT}/preview/form/check`]: { scope: "forms:write", status: 200, on: `${EDIT}/preview/form` },
  [`POST ${EDIT}/publish`]: { scope: "forms:write", on: `${EDIT}/publish`, audit: "form.version_published" },
  [`POST ${EDIT}/discard`]: { scope: "forms:write", on: `${EDIT}/discard`, audit: "form.draft_discarded" },
  [`POST ${VERSION}/put-back`]: { scope: "forms:write", on: `${VERSION}/put-back`, audit: "form.draft_saved" },
  "POST /console/forms/:form/recheck": {
    scope: "forms:write",
    on: "/console/forms/:form/recheck",
    audit: "form.recheck_asked",
  },
  [`POST ${SETTINGS}`]: {
    scope: "forms:write",
    on: SETTINGS,
    typed: { thanksMessage: "Thanks" },
    audit: "form.updated",
  },
  [`POST ${SETTINGS}/:deed`]: { scope: "forms:write", on: `${SETTINGS}/:deed`, audit: "form.closed" },
  "GET /console/forms/:form/robots": { scope: "forms:write" },
  "POST /console/forms/:form/robots": {
    scope: "forms:write",
    on: "/console/forms/:form/robots",
    typed: { siteKey: "0x4", secret: "0x4secret" },
    audit: "form.updated",
  },
  "GET /console/forms/:form/links": { scope: "forms:write" },
  "GET /console/forms/:form/links/new": { scope: "forms:write" },
  "GET /console/forms/:form/links/:link": { scope: "forms:write" },
  "GET /console/forms/:form/links/:link/revoke": { scope: "forms:write" },
  "POST /console/forms/:form/links/new": {
    scope: "forms:write",
    on: "/console/forms/:form/links/new",
    typed: { name: "Ravi" },
    audit: "link.created",
  },
  "POST /console/forms/:form/links/:link/revoke": {
    scope: "forms:write",
    on: "/console/forms/:form/links/:link/revoke",
    audit: "link.revoked",
  },
};
