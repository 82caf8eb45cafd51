/**
 * The query of a list of responses, as the address has it. A name that is not known is refused: a filter that is
 * misspelt would find everything.
 */
import type { Context as HonoContext } from "hono";
import { isDatetime } from "../core/answer-formats";
import { AppError } from "../core/errors";
import { conditionsIn } from "../core/filter-query";
import { REVIEW_STATES } from "../core/review";
import type { ListConditions, ListInput } from "../services/list-responses";
import { pageOf } from "./list";

const NAMES = ["limit", "cursor", "order", "since", "review", "fields"];

const refuse = (detail: string) => new AppError("invalid_parameter", { detail });

/** Everything but the form. Throws `invalid_parameter`. */
export const listQuery = (c: HonoContext): Omit<ListInput, "form"> => ({ ...placeOf(c), ...conditionsQuery(c, NAMES) });

/** What responses must be, from an address that may have these names besides. Throws `invalid_parameter`. */
export function conditionsQuery(c: HonoContext, names: readonly string[]): Omit<ListConditions, "since"> {
  const query = c.req.queries();
  const { filters, metadata, others } = conditionsIn(query);
  for (const name of others) {
    if (!names.includes(name)) throw unknown(name, names);
    if ((query[name] ?? []).length > 1) throw refuse(`\`${name}\` may be sent once.`);
  }
  const review = REVIEW_STATES.find((state) => state === query.review?.[0]);
  if (query.review && !review) throw refuse(`\`review\` is one of ${REVIEW_STATES.join(", ")}.`);
  const fields = query.fields?.[0]?.split(",").filter((ref) => ref !== "");
  return { filters, metadata, ...(review && { review }), ...(fields && { fields }) };
}

const unknown = (name: string, names: readonly string[]) =>
  refuse(
    `\`${name.slice(0, 80)}\` is not known here. There are ${names.join(", ")}, filter[question][operator] and metadata[key][operator].`,
  );

/** Where the page starts and in which direction: `since` is a time, or what an earlier page gave as `since`. */
function placeOf(c: HonoContext): Pick<ListInput, "limit" | "order" | "cursor" | "since"> {
  const { limit, cursor } = pageOf(c);
  const since = c.req.query("since");
  const order = c.req.query("order") ?? (since === undefined ? "desc" : "asc");
  if (order !== "asc" && order !== "desc") throw refuse("`order` is asc (oldest first) or desc.");
  const time = since !== undefined && isDatetime(since) ? Date.parse(since.toUpperCase()) : undefined;
  if (since !== undefined && /[-:]/.test(since) && time === undefined) {
    throw refuse(
      "`since` is a time, such as 2026-11-23T14:05:00Z (a + is %2B), or what an earlier page gave as `since`.",
    );
  }
  const token = cursor ?? (time === undefined ? since : undefined);
  if (since !== undefined && time === undefined && order === "desc") {
    throw refuse("The `since` of an earlier page goes on in ascending order: leave `order` out.");
  }
  return { limit, order, ...(token !== undefined && { cursor: token }), ...(time !== undefined && { since: time }) };
}
