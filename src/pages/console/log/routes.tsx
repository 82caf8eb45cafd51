/** /console/log: the log. */
import { Hono } from "hono";
import { isAuditAction } from "../../../core/audit";
import { parseResponseId } from "../../../core/ids";
import { LOG_EVENTS, LOG_LEVELS } from "../../../core/log";
import { type LogInput, listLogs } from "../../../services/logs";
import { actorNames, formTitles } from "../../../services/names";
import { DAY_MS, dayIn } from "../audit/routes";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { LOG, withQuery } from "../paths";
import { typedIn } from "../sent";
import { show } from "../show";
import { LogPage } from "./page";

const PAGE = 50;

export const logPages = new Hono<ConsoleEnv>().get("/log", may("admin"), async (c) => {
  const [ctx, { workspace }] = [c.get("ctx"), c.get("key")];
  const query = new URL(c.req.url).searchParams;
  const empty = [...query].filter(([, value]) => value === "").map(([name]) => [name, undefined] as const);
  if (empty.length > 0) return c.redirect(withQuery(LOG, query, Object.fromEntries(empty)), 303);
  const { items, next } = await listLogs(ctx, workspace, { ...wantedIn(query), limit: PAGE });
  const forms = items.flatMap(({ form }) => form ?? []);
  const actors = items.map(({ actor }) => actor);
  const known = await Promise.all([actorNames(ctx, workspace, actors), formTitles(ctx, workspace, forms)]);
  const names = new Map(known.flatMap((some) => [...some]));
  const cut = next !== null && items.length < PAGE;
  return show(
    c,
    <LogPage query={query} entries={items} next={next} cut={cut} names={names} days={ctx.config.logDays} />,
  );
});

/** What the address asks for; what is no level, event, day or response narrows nothing. */
function wantedIn(query: URLSearchParams): Omit<LogInput, "limit"> {
  const typed = (name: "form" | "integration" | "request" | "cursor") => {
    const value = typedIn(query, name);
    return value === undefined ? {} : { [name]: value };
  };
  const level = LOG_LEVELS.find((one) => one === query.get("level"));
  const asked = query.get("event") ?? "";
  const event = LOG_EVENTS.find((one) => one === asked) ?? (isAuditAction(asked) ? asked : undefined);
  const response = query.get("response") ?? "";
  const [from, to] = [dayIn(query, "from"), dayIn(query, "to")];
  return {
    ...typed("form"),
    ...typed("integration"),
    ...typed("request"),
    ...typed("cursor"),
    ...(level !== undefined && { level }),
    ...(event !== undefined && { event }),
    ...(parseResponseId(response) && { response }),
    ...(from !== undefined && { since: from }),
    ...(to !== undefined && { until: to + DAY_MS }),
  };
}
