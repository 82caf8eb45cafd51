/** /v1/forms/{form}/integrations, /v1/connections, /v1/deliveries. */
import { Hono } from "hono";
import * as z from "zod";
import type { AppEnv } from "../../context";
import { AppError } from "../../core/errors";
import { NfcString } from "../../core/nfc-string";
import { ConnectionInputSchema, ConnectionPatchSchema } from "../../services/access-input";
import { checkWith } from "../../services/check";
import * as connections from "../../services/connections";
import * as deliveries from "../../services/deliveries";
import * as control from "../../services/integration-control";
import { previewIntegration } from "../../services/integration-preview";
import { replayIntegration } from "../../services/integration-replay";
import * as integrations from "../../services/integrations";
import { createIntegration } from "../../services/new-integration";
import { listResponseDeliveries } from "../../services/response-deliveries";
import { withKey } from "../auth";
import { readJson } from "../body";
import { idempotencyKey } from "../idempotency-key";
import { listBody, numberedPage, pageOf } from "../list";

const Config = z.record(z.string(), z.unknown());
const Filter = NfcString.min(1).max(2000).nullable();
export const IntegrationBody = z.strictObject({
  kind: z.string(),
  config: Config,
  filter: Filter.optional(),
  start: z.enum(["now", "beginning"]).optional(),
});
export const PreviewBody = z.strictObject({
  kind: z.string(),
  config: Config,
  answers: z.record(z.string(), z.unknown()).optional(),
});
export const IntegrationPatchBody = z.strictObject({ config: Config.optional(), filter: Filter.optional() });
export const ReplayBody = z.strictObject({
  from: z.string().optional(),
  since: z.iso.datetime({ offset: true, error: "a time as 2026-11-23T20:00:00Z" }).optional(),
  responses: z.array(z.string()).min(1).max(1000).optional(),
});
export const SkipBody = z.strictObject({ reason: deliveries.SkipReasonSchema });

const one = "/forms/:form/integrations/:integration";
const read = withKey("forms:read");
const write = withKey("integrations:write");

export const integrationRoutes = new Hono<AppEnv>()
  .post("/forms/:form/integrations", write, async (c) => {
    const body = checkWith(IntegrationBody, await readJson(c));
    const input = { form: c.req.param("form"), idempotencyKey: idempotencyKey(c), ...body };
    const { replayed, ...made } = await createIntegration(c.get("ctx"), c.get("key").workspace, input);
    const headers = { location: `/v1/forms/${made.form}/integrations/${made.id}` };
    return c.json(made, 201, { ...headers, ...(replayed && { "idempotent-replayed": "true" }) });
  })
  .post("/forms/:form/integrations/preview", write, async (c) => {
    const input = { form: c.req.param("form"), ...checkWith(PreviewBody, await readJson(c)) };
    return c.json(await previewIntegration(c.get("ctx"), c.get("key").workspace, input));
  })
  .get("/integrations", withKey("forms:read", { narrows: true }), async (c) => {
    const { workspace, form } = c.get("key");
    const page = { ...numberedPage(c), only: form };
    return c.json(listBody(await integrations.listWorkspaceIntegrations(c.get("ctx"), workspace, page)));
  })
  .get("/forms/:form/integrations", read, async (c) => {
    const items = await integrations.listIntegrations(c.get("ctx"), c.get("key").workspace, c.req.param("form"));
    return c.json({ items, next: null });
  })
  .get(one, read, async (c) =>
    c.json(await integrations.getIntegration(c.get("ctx"), c.get("key").workspace, c.req.param())),
  )
  .patch(one, write, async (c) => {
    const input = { ...c.req.param(), ...checkWith(IntegrationPatchBody, await readJson(c)) };
    return c.json(await integrations.updateIntegration(c.get("ctx"), c.get("key").workspace, input));
  })
  .delete(one, write, async (c) => {
    await control.deleteIntegration(c.get("ctx"), c.get("key").workspace, c.req.param());
    return c.body(null, 204);
  })
  .post(`${one}/pause`, write, async (c) =>
    c.json(await control.pauseIntegration(c.get("ctx"), c.get("key").workspace, c.req.param())),
  )
  .post(`${one}/resume`, write, async (c) =>
    c.json(await control.resumeIntegration(c.get("ctx"), c.get("key").workspace, c.req.param())),
  )
  .post(`${one}/replay`, write, async (c) => {
    const input = { ...c.req.param(), ...checkWith(ReplayBody, await readJson(c)) };
    return c.json(await replayIntegration(c.get("ctx"), c.get("key").workspace, input), 202);
  })
  .post(`${one}/retry`, write, async (c) =>
    c.json(await deliveries.retryParked(c.get("ctx"), c.get("key").workspace, c.req.param()), 202),
  )
  .post(`${one}/test`, write, async (c) =>
    c.json(await control.testIntegration(c.get("ctx"), c.get("key").workspace, c.req.param())),
  )
  .get(`${one}/deliveries`, read, async (c) => {
    const state = c.req.query("state");
    if (state !== undefined && state !== "parked") {
      throw new AppError("invalid_parameter", { detail: "`state` may be parked." });
    }
    const list = state === "parked" ? deliveries.listParked : deliveries.listDeliveries;
    return c.json(await list(c.get("ctx"), c.get("key").workspace, { ...c.req.param(), ...pageOf(c) }));
  })
  .get("/forms/:form/responses/:response/deliveries", read, async (c) => {
    const items = await listResponseDeliveries(c.get("ctx"), c.get("key").workspace, c.req.param());
    return c.json({ items, next: null });
  })
  .get("/deliveries/:delivery/attempts", read, async (c) => {
    const items = await deliveries.listAttempts(c.get("ctx"), c.get("key").workspace, c.req.param("delivery"));
    return c.json({ items, next: null });
  })
  .post("/deliveries/:delivery/retry", write, async (c) =>
    c.json(await deliveries.retryDelivery(c.get("ctx"), c.get("key").workspace, c.req.param("delivery")), 202),
  )
  .post("/deliveries/:delivery/skip", write, async (c) => {
    const input = { delivery: c.req.param("delivery"), ...checkWith(SkipBody, await readJson(c)) };
    return c.json(await deliveries.skipDelivery(c.get("ctx"), c.get("key").workspace, input));
  })
  .post("/connections", write, async (c) => {
    const input = checkWith(ConnectionInputSchema, await readJson(c));
    const made = await connections.createConnection(c.get("ctx"), c.get("key").workspace, input);
    return c.json(made, 201, { location: `/v1/connections/${made.id}` });
  })
  .get("/connections", read, async (c) =>
    c.json(listBody(await connections.listConnections(c.get("ctx"), c.get("key").workspace, numberedPage(c)))),
  )
  .get("/connections/:connection", read, async (c) =>
    c.json(await connections.getConnection(c.get("ctx"), c.get("key").workspace, c.req.param("connection"))),
  )
  .patch("/connections/:connection", write, async (c) => {
    const input = { ...c.req.param(), ...checkWith(ConnectionPatchSchema, await readJson(c)) };
    return c.json(await connections.updateConnection(c.get("ctx"), c.get("key").workspace, input));
  })
  .post("/connections/:connection/rotate", write, async (c) =>
    c.json(await connections.rotateConnection(c.get("ctx"), c.get("key").workspace, c.req.param("connection"))),
  )
  .delete("/connections/:connection", write, async (c) => {
    await connections.deleteConnection(c.get("ctx"), c.get("key").workspace, c.req.param("connection"));
    return c.body(null, 204);
  });
