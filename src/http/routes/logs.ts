/** /v1/logs: what happened in the last days. */
import { type Context, Hono } from "hono";
import type { AppEnv } from "../../context";
import { AUDIT_ACTIONS } from "../../core/audit";
import { AppError } from "../../core/errors";
import { LOG_EVENTS, LOG_LEVELS } from "../../core/log";
import { type LogInput, listLogs } from "../../services/logs";
import { withKey, withRoot } from "../auth";
import { pageOf } from "../list";
import { momentOf } from "./audit";

export const EVENTS = [...LOG_EVENTS, ...AUDIT_ACTIONS] as const;

function oneOf<T extends string>(name: string, all: readonly T[], text: string): T {
  const found = all.find((one) => one === text);
  if (found !== undefined) return found;
  throw new AppError("invalid_parameter", { detail: `\`${name}\` is one of ${all.join(", ")}.` });
}

/** Throws `invalid_parameter`. */
function inputOf(c: Context): LogInput {
  const { form, integration, level, event, request, response, since, until } = c.req.query();
  return {
    ...(form !== undefined && { form }),
    ...(integration !== undefined && { integration }),
    ...(level !== undefined && { level: oneOf("level", LOG_LEVELS, level) }),
    ...(event !== undefined && { event: oneOf("event", EVENTS, event) }),
    ...(request !== undefined && { request }),
    ...(response !== undefined && { response }),
    ...(since !== undefined && { since: momentOf("since", since) }),
    ...(until !== undefined && { until: momentOf("until", until) }),
    ...pageOf(c),
  };
}

export const logRoutes = new Hono<AppEnv>()
  .get("/logs", withKey("admin"), async (c) => c.json(await listLogs(c.get("ctx"), c.get("key").workspace, inputOf(c))))
  .get("/logs/installation", withRoot, async (c) => c.json(await listLogs(c.get("ctx"), null, inputOf(c))));
