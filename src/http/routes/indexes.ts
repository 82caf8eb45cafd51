/** /v1/forms/{form}/summary, /search, /slang: what the indexes of a form hold. */
import { Hono, type Context as HonoContext } from "hono";
import * as z from "zod";
import type { AppEnv } from "../../context";
import { AppError } from "../../core/errors";
import type { Summary } from "../../core/summary";
import { askFormIndex } from "../../services/index-query";
import { searchResponses } from "../../services/search";
import { discoverSlang, readSlang } from "../../services/slang";
import { withKey } from "../auth";
import { pageOf } from "../list";
import { conditionsQuery } from "../list-query";

const SEARCH_NAMES = ["q", "question", "integration", "limit", "cursor", "review", "fields"];
/** Responses of a page: each is returned whole, and read for it. */
export const SEARCH_LIMIT_MAX = 100;

export const SummaryQuery = z.strictObject({ integration: z.string().optional() });

export const SlangQuery = z.strictObject({
  city: z.string().min(1).optional().describe("The id or label of a choice, or the name as it is typed."),
  term: z.string().min(1).max(100).optional().describe("A term of the lexicon, in any of its spellings."),
  question: z.string().optional().describe("The ref of the only question whose answers count."),
  integration: z.string().optional().describe("Where the form has several of the kind."),
  limit: z.string().optional().describe(`1 to ${SEARCH_LIMIT_MAX}; 50 unless told.`),
  cursor: z.string().optional().describe("The `next` of the page before."),
});

export const DiscoverQuery = SlangQuery.pick({ integration: true, limit: true }).extend({ city: z.string().min(1) });

const read = withKey("responses:read");

/** The parameters of a query. Throws `invalid_parameter` for what is not known, or given twice. */
function parametersOf<T>(c: HonoContext, schema: z.ZodObject & z.ZodType<T>): T {
  const refuse = (detail: string) => new AppError("invalid_parameter", { detail });
  const twice = Object.entries(c.req.queries()).find(([, values]) => values.length > 1);
  if (twice) throw refuse(`\`${twice[0].slice(0, 80)}\` is given once.`);
  const parsed = schema.safeParse(c.req.query());
  if (parsed.success) return parsed.data;
  const known = Object.keys(schema.shape).join(", ");
  const [issue] = parsed.error.issues;
  if (issue?.code === "unrecognized_keys") {
    throw refuse(`\`${issue.keys[0]?.slice(0, 80)}\` is not known here. There is: ${known}.`);
  }
  throw refuse(`\`${String(issue?.path[0])}\`: ${issue?.message}.`);
}

export const indexRoutes = new Hono<AppEnv>()
  .get("/forms/:form/summary", read, async (c) => {
    const { integration, ...parameters } = parametersOf(c, SummaryQuery);
    const input = { form: c.req.param("form"), kind: "summary", name: "summary", integration, parameters };
    return c.json(await askFormIndex<Summary>(c.get("ctx"), c.get("key").workspace, input));
  })
  .get("/forms/:form/search", read, async (c) => {
    const { q, question, integration } = c.req.query();
    const input = {
      form: c.req.param("form"),
      q: q ?? "",
      question,
      integration,
      ...conditionsQuery(c, SEARCH_NAMES),
      ...pageOf(c, SEARCH_LIMIT_MAX),
    };
    return c.json(await searchResponses(c.get("ctx"), c.get("key").workspace, input));
  })
  .get("/forms/:form/slang", read, async (c) => {
    const input = { form: c.req.param("form"), ...parametersOf(c, SlangQuery), ...pageOf(c, SEARCH_LIMIT_MAX) };
    return c.json(await readSlang(c.get("ctx"), c.get("key").workspace, input));
  })
  .get("/forms/:form/slang/discover", read, async (c) => {
    const input = { form: c.req.param("form"), ...parametersOf(c, DiscoverQuery), ...pageOf(c, SEARCH_LIMIT_MAX) };
    return c.json(await discoverSlang(c.get("ctx"), c.get("key").workspace, input));
  });
