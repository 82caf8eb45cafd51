/** /v1/alerts: what needs somebody, and where that is told. */
import { Hono } from "hono";
import type { AppEnv } from "../../context";
import { addDestination, listAlerts, listDestinations } from "../../services/alerts";
import { withKey } from "../auth";
import { readJson } from "../body";

export const alertRoutes = new Hono<AppEnv>()
  .get("/alerts", withKey("forms:read", { narrows: true }), async (c) => {
    const { workspace, form } = c.get("key");
    return c.json({ items: await listAlerts(c.get("ctx"), workspace, form), next: null });
  })
  .get("/alerts/destinations", withKey("forms:read"), async (c) =>
    c.json({ items: await listDestinations(c.get("ctx"), c.get("key").workspace), next: null }),
  )
  .post("/alerts/destinations", withKey("integrations:write"), async (c) => {
    const made = await addDestination(c.get("ctx"), c.get("key").workspace, await readJson(c));
    return c.json(made, 201, { location: `/v1/forms/${made.form}/integrations/${made.id}` });
  });
