/** /v1/forms/{form}/integrations, /v1/connections, /v1/deliveries. */
import { Hono } from "hono";
import * as z from "zod";
import type { AppEnv } from "../../context";
import { AppError } from "../../core/errors";
import { checkWith } from "../../services/check";
import * as connections from "../../services/connections";
import * as deliveries from "../../services/deliveries";
import * as control from "../../services/integration-control";
import { previewIntegration } from "../../services/integration-preview";
import * as integrations from "../../services/integrations";
import { withKey } from "../auth";
import { readJson } from "../body";
import { listBody, numberedPage, pageOf } from "../list";

const Config = z.record(z.string(), z.unknown());
const Filter = z.string().min(1).max(2000).nullable();
const IntegrationBody = z.strictObject({
  kind: z.string(),
  config: Config,
  filter: Filter.optional(),
  start: z.enum(["now", "beginning"]).optional(),
});
const PreviewBody = z.strictObject({
  kind: z.string(),
  config: Config,
  answers: z.record(z.string(), z.unknown()).optional(),
});
const PatchBody = z.strictObject({ config: Config.optional(), filter: Filter.optional() });
const ReplayBody = z.strictObject({ from: z.string() });
const ConnectionBody = z.strictObject({
  kind: z.string(),
  name: z.string().trim().min(1).max(200),
  secrets: z.unknown(),
});

const one = "/forms/:form/integrations/:integration";
const read = withKey("forms:read");
const write = withKey("integrations:write");

export const integrationRoutes = new Hono<AppEnv>()
  .post("/forms/:form/integrations", write, async (c) => {
    const input = { form: c.req.param("form"), ...checkWith(IntegrationBody, await readJson(c)) };
    const made = await integrations.createIntegration(c.get("ctx"), c.get("key").workspace, input);
    return c.json(made, 201, { location: `/v1/forms/${made.form}/integrations/${made.id}` });
  })
  .post("/forms/:form/integrations/preview", write, async (c) => {
    const input = { form: c.req.param("form"), ...checkWith(PreviewBody, await readJson(c)) };
    return c.json(await previewIntegration(c.get("ctx"), c.get("key").workspace, input));
  })
  .get("/forms/:form/integrations", read, async (c) => {
    const items = await integrations.listIntegrations(c.get("ctx"), c.get("key").workspace, c.req.param("form"));
    return c.json({ items, next: null });
  })
  .get(one, read, async (c) =>
    c.json(await integrations.getIntegration(c.get("ctx"), c.get("key").workspace, c.req.param())),
  )
  .patch(one, write, async (c) => {
    const input = { ...c.req.param(), ...checkWith(PatchBody, await readJson(c)) };
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
    return c.json(await control.replayIntegration(c.get("ctx"), c.get("key").workspace, input), 202);
  })
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
  .post("/deliveries/:delivery/retry", write, async (c) =>
    c.json(await deliveries.retryDelivery(c.get("ctx"), c.get("key").workspace, c.req.param("delivery")), 202),
  )
  .post("/connections", write, async (c) => {
    const input = checkWith(ConnectionBody, await readJson(c));
    const made = await connections.createConnection(c.get("ctx"), c.get("key").workspace, input);
    return c.json(made, 201, { location: `/v1/connections/${made.id}` });
  })
  .get("/connections", read, async (c) =>
    c.json(listBody(await connections.listConnections(c.get("ctx"), c.get("key").workspace, numberedPage(c)))),
  )
  .get("/connections/:connection", read, async (c) =>
    c.json(await connections.getConnection(c.get("ctx"), c.get("key").workspace, c.req.param("connection"))),
  )
  .delete("/connections/:connection", write, async (c) => {
    await connections.deleteConnection(c.get("ctx"), c.get("key").workspace, c.req.param("connection"));
    return c.body(null, 204);
  });
