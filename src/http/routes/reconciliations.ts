/** …/integrations/{integration}/reconcile and /reconciliations. */
import { Hono } from "hono";
import type { AppEnv } from "../../context";
import * as reconciliations from "../../services/reconciliations";
import { withKey } from "../auth";
import { pageOf } from "../list";

const one = "/forms/:form/integrations/:integration";

export const reconciliationRoutes = new Hono<AppEnv>()
  .post(`${one}/reconcile`, withKey("integrations:write"), async (c) =>
    c.json(await reconciliations.reconcileIntegration(c.get("ctx"), c.get("key").workspace, c.req.param()), 202),
  )
  .get(`${one}/reconciliations`, withKey("forms:read"), async (c) => {
    const { limit } = pageOf(c);
    const input = { ...c.req.param(), limit };
    const items = await reconciliations.listReconciliations(c.get("ctx"), c.get("key").workspace, input);
    // A hundred are kept; what is older is gone, so there is no next page to ask for.
    return c.json({ items, next: null });
  });
