/** Calls that change a workspace: its keys, destinations of alerts, connections and lexicon. */
import { call, ROOT_KEY } from "../api";
import { type Audited, done, made, PERSONS_WORDS, post, SECRET, scene } from "./scene";

const TWILIO = { kind: "twilio-sms", name: "Ours", secrets: { accountSid: `AC${"1".repeat(32)}`, authToken: SECRET } };

let words = 0;
const entry = async () => (await post("/v1/lexicon", { term: `word ${words++}`, language: "en" })).body.id as string;
/** An import changes the lexicon of a workspace, so that the workspace is its object. */
const imported =
  (format: string, body: unknown, headers = {}) =>
  async () => {
    const { id, key: as } = (await call("POST", "/v1/workspaces", { key: ROOT_KEY, body: { name: "Other" } })).body;
    const answer = await call("POST", `/v1/lexicon/import.${format}`, { key: as, body, headers });
    return { answer, object: id as string, as: as as string };
  };

/** Routes of a workspace. */
export const WORKSPACE: Audited = {
  "POST /v1/workspaces": [
    "workspace.created",
    () => made(call("POST", "/v1/workspaces", { key: ROOT_KEY, body: { name: "Other" } })),
  ],
  "POST /v1/keys": ["key.created", () => made(post("/v1/keys", { name: "Reader", scopes: ["forms:read"] }))],
  "DELETE /v1/keys/:key": [
    "key.revoked",
    async () => {
      const { body } = await post("/v1/keys", { name: "Gone", scopes: ["forms:read"] });
      return done(body.id, (id) => call("DELETE", `/v1/keys/${id}`, { key: scene.key }));
    },
  ],
  "POST /v1/alerts/destinations": [
    "integration.created",
    () => made(post("/v1/alerts/destinations", { type: "webhook", url: "https://oncall.formlog-tests.io/hook" })),
  ],
  "POST /v1/connections": ["connection.created", () => made(post("/v1/connections", TWILIO))],
  "PATCH /v1/connections/:connection": [
    "connection.updated",
    async () => {
      const { body } = await post("/v1/connections", TWILIO);
      const { secrets } = TWILIO;
      return done(body.id, (id) =>
        call("PATCH", `/v1/connections/${id}`, { key: scene.key, body: { name: PERSONS_WORDS, secrets } }),
      );
    },
  ],
  "POST /v1/connections/:connection/rotate": [
    "connection.rotated",
    async () => {
      const { body } = await post("/v1/connections", { kind: "webhook", name: "Ours" });
      return done(body.id, (id) => post(`/v1/connections/${id}/rotate`));
    },
  ],
  "DELETE /v1/connections/:connection": [
    "connection.deleted",
    async () => {
      const { body } = await post("/v1/connections", TWILIO);
      return done(body.id, (id) => call("DELETE", `/v1/connections/${id}`, { key: scene.key }));
    },
  ],
  "POST /v1/lexicon": [
    "lexicon_entry.created",
    () => made(post("/v1/lexicon", { term: "yaar", language: "hi", meaning: PERSONS_WORDS })),
  ],
  "PATCH /v1/lexicon/:entry": [
    "lexicon_entry.updated",
    async () =>
      done(await entry(), (id) =>
        call("PATCH", `/v1/lexicon/${id}`, { key: scene.key, body: { meaning: PERSONS_WORDS } }),
      ),
  ],
  "DELETE /v1/lexicon/:entry": [
    "lexicon_entry.deleted",
    async () => done(await entry(), (id) => call("DELETE", `/v1/lexicon/${id}`, { key: scene.key })),
  ],
  "POST /v1/lexicon/import.json": [
    "lexicon.imported",
    imported("json", { entries: [{ term: "yaar", language: "hi", meaning: PERSONS_WORDS }] }),
  ],
  "POST /v1/lexicon/import.csv": [
    "lexicon.imported",
    imported("csv", `term,language,meaning\nyaar,hi,${PERSONS_WORDS}\n`, { "content-type": "text/csv" }),
  ],
};
