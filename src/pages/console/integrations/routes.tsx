/** /console/integrations and /console/forms/{form}/integrations: how they are. */
import { Hono } from "hono";
import { pageToken, parsePageToken } from "../../../core/ids";
import { listAlerts } from "../../../services/alerts";
import { getFormView } from "../../../services/form-verbs";
import { stopsOfDay } from "../../../services/integration-story";
import { listIntegrations, listWorkspaceIntegrations } from "../../../services/integrations";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { show } from "../show";
import { FormIntegrationsPage, HealthPage } from "./page";

/** So many that the worst of most workspaces stand first on one page. */
const PAGE = 200;

export const integrationPages = new Hono<ConsoleEnv>()
  .get("/integrations", may("forms:read", { narrows: true }), async (c) => {
    const [ctx, key] = [c.get("ctx"), c.get("key")];
    const [before] = parsePageToken(c.req.query("cursor") ?? "", 1) ?? [];
    const page = { before: before ?? Number.MAX_SAFE_INTEGER, limit: PAGE, only: key.form };
    const { items, last } = await listWorkspaceIntegrations(ctx, key.workspace, page);
    const next = last === null ? null : pageToken([last]);
    const stops = await stopsOfDay(ctx, key.workspace, items);
    const alerts = await listAlerts(ctx, key.workspace, key.form);
    const shared = { alerts, integrations: items, stops, now: ctx.now() };
    return show(c, <HealthPage {...shared} next={next} first={before === undefined} />);
  })
  .get("/forms/:form/integrations", may("forms:read"), async (c) => {
    const [ctx, { workspace }] = [c.get("ctx"), c.get("key")];
    const form = await getFormView(ctx, workspace, c.req.param());
    const integrations = form.version === 0 ? [] : await listIntegrations(ctx, workspace, form.id);
    const stops = await stopsOfDay(ctx, workspace, integrations);
    return show(c, <FormIntegrationsPage form={form} integrations={integrations} stops={stops} now={ctx.now()} />);
  });
