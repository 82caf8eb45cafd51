/** /console/audit: the audit log. */
import { Hono } from "hono";
import { isDate } from "../../../core/answer-formats";
import { isAuditAction } from "../../../core/audit";
import { type AuditView, listAudit } from "../../../services/audit";
import { listKeys } from "../../../services/keys";
import { actorNames, formTitles } from "../../../services/names";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { AUDIT, withQuery } from "../paths";
import { typedIn } from "../sent";
import { show } from "../show";
import { AuditPage } from "./page";

const PAGE = 50;
/** Keys to choose from: the newest. Others are led to by their entries. */
const KEYS_MAX = 100;
export const DAY_MS = 86_400_000;

export const auditPages = new Hono<ConsoleEnv>().get("/audit", may("admin"), async (c) => {
  const [ctx, { workspace }] = [c.get("ctx"), c.get("key")];
  const query = new URL(c.req.url).searchParams;
  const empty = [...query].filter(([, value]) => value === "").map(([name]) => [name, undefined] as const);
  if (empty.length > 0) return c.redirect(withQuery(AUDIT, query, Object.fromEntries(empty)), 303);
  const [{ items, next }, { items: keys }] = await Promise.all([
    listAudit(ctx, workspace, { ...wantedIn(query), limit: PAGE }),
    listKeys(ctx, workspace, { before: Number.MAX_SAFE_INTEGER, limit: KEYS_MAX }),
  ]);
  const ids = idsIn(items);
  const named = [...ids, query.get("actor")];
  const names = await Promise.all([actorNames(ctx, workspace, named), formTitles(ctx, workspace, ids)]);
  const props = { query, keys, entries: items, names: new Map(names.flatMap((some) => [...some])) };
  return show(c, <AuditPage {...props} next={next} cut={next !== null && items.length < PAGE} />);
});

/** What the address asks for; what is no day or no action narrows nothing. */
function wantedIn(query: URLSearchParams) {
  const [object, action, actor, cursor] = [
    typedIn(query, "object"),
    typedIn(query, "action"),
    typedIn(query, "actor"),
    typedIn(query, "cursor"),
  ];
  const [from, to] = [dayIn(query, "from"), dayIn(query, "to")];
  return {
    ...(object !== undefined && { object }),
    ...(action !== undefined && isAuditAction(action) && { action }),
    ...(actor !== undefined && { actor }),
    ...(cursor !== undefined && { cursor }),
    ...(from !== undefined && { since: from }),
    ...(to !== undefined && { until: to + DAY_MS }),
  };
}

/** The begin of a day in UTC, in milliseconds. */
export function dayIn(query: URLSearchParams, name: string): number | undefined {
  const day = typedIn(query, name);
  return day !== undefined && isDate(day) ? Date.parse(`${day}T00:00:00Z`) : undefined;
}

/** Keys and forms that the entries speak of. */
const idsIn = (entries: readonly AuditView[]): string[] =>
  entries.flatMap(({ actor, object, detail }) =>
    [actor, object, detail.form, detail.key].filter((id) => typeof id === "string"),
  );
