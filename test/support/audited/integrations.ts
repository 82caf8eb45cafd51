/** Calls that change an integration, and what it could not deliver. */
import { env } from "cloudflare:workers";
import { deliveryId, parseResponseId } from "../../../src/core/ids";
import { findIntegration } from "../../../src/store/integrations";
import { call } from "../api";
import { shardOf } from "../shards";
import { ANSWER, type Audited, done, made, PERSONS_WORDS, post, respond, scene } from "./scene";

const SHEETS = { kind: "google-sheets", config: { spreadsheetId: "1AbcdefghijklmnopqrstuvwxyzAbcdefghijklmnopq" } };

const integrate = async () => (await post(`/v1/forms/${scene.form}/integrations`, SHEETS)).body.id as string;
const at = (integration: string) => `/v1/forms/${scene.form}/integrations/${integration}`;

/** A parked delivery, as its worker would have left it. */
async function park(): Promise<string> {
  const row = await findIntegration(env.DB, scene.form, await integrate());
  const response = await respond();
  const address = parseResponseId(response);
  if (!row || !address) throw new Error("nothing to park");
  await shardOf(response)
    .prepare(
      "INSERT INTO deliveries (integration, feed, position, state, attempts, tried_at) VALUES (?, 0, ?, 'parked', 1, 1)",
    )
    .bind(row.no, address.position)
    .run();
  return deliveryId({ ...address, integration: row.no, feed: 0 });
}

const verb = (name: string, body?: unknown) => async () =>
  done(await integrate(), (id) => post(`${at(id)}/${name}`, body));

/** Routes of integrations and deliveries. */
export const INTEGRATIONS: Audited = {
  "POST /v1/forms/:form/integrations": [
    "integration.created",
    () =>
      made(
        post(`/v1/forms/${scene.form}/integrations`, { ...SHEETS, filter: `name == "${ANSWER}"`, start: "beginning" }),
      ),
  ],
  "PATCH /v1/forms/:form/integrations/:integration": [
    "integration.updated",
    async () =>
      done(await integrate(), (id) =>
        call("PATCH", at(id), { key: scene.key, body: { filter: `name != "${ANSWER}"` } }),
      ),
  ],
  "DELETE /v1/forms/:form/integrations/:integration": [
    "integration.deleted",
    async () => done(await integrate(), (id) => call("DELETE", at(id), { key: scene.key })),
  ],
  "POST /v1/forms/:form/integrations/:integration/pause": ["integration.paused", verb("pause")],
  "POST /v1/forms/:form/integrations/:integration/resume": ["integration.resumed", verb("resume")],
  "POST /v1/forms/:form/integrations/:integration/reconcile": ["integration.reconciled", verb("reconcile")],
  "POST /v1/forms/:form/integrations/:integration/replay": ["integration.replayed", verb("replay", { from: "now" })],
  "POST /v1/forms/:form/integrations/:integration/retry": ["integration.retried", verb("retry")],
  "POST /v1/deliveries/:delivery/retry": [
    "delivery.retried",
    async () => done(await park(), (id) => post(`/v1/deliveries/${id}/retry`)),
  ],
  "POST /v1/deliveries/:delivery/skip": [
    "delivery.skipped",
    async () => done(await park(), (id) => post(`/v1/deliveries/${id}/skip`, { reason: PERSONS_WORDS })),
  ],
};
