/** /v1/audit: who changed what. */
import { Hono } from "hono";
import * as z from "zod";
import type { AppEnv } from "../../context";
import { AUDIT_ACTIONS, type AuditAction, isAuditAction } from "../../core/audit";
import { AppError } from "../../core/errors";
import { listAudit } from "../../services/audit";
import { withKey } from "../auth";
import { pageOf } from "../list";

export const Moment = z.iso.datetime({ offset: true });

function actionOf(text: string): AuditAction {
  if (isAuditAction(text)) return text;
  throw new AppError("invalid_parameter", { detail: `\`action\` is one of ${AUDIT_ACTIONS.join(", ")}.` });
}

/** Milliseconds since the epoch. Throws `invalid_parameter`. */
export function momentOf(name: string, text: string): number {
  if (Moment.safeParse(text).success) return Date.parse(text);
  throw new AppError("invalid_parameter", { detail: `\`${name}\` is a time as 2026-11-23T20:00:00Z.` });
}

export const auditRoutes = new Hono<AppEnv>().get("/audit", withKey("admin"), async (c) => {
  const { object, action, actor, since, until } = c.req.query();
  const filter = {
    ...(object !== undefined && { object }),
    ...(action !== undefined && { action: actionOf(action) }),
    ...(actor !== undefined && { actor }),
    ...(since !== undefined && { since: momentOf("since", since) }),
    ...(until !== undefined && { until: momentOf("until", until) }),
  };
  return c.json(await listAudit(c.get("ctx"), c.get("key").workspace, { ...filter, ...pageOf(c) }));
});
