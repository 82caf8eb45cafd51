/**
 * Which problems an operation may answer with: those it names, and those that follow from its key, parameters and body.
 */
import * as z from "zod";
import { ERRORS, type ErrorCode } from "../../core/errors";
import { answer } from "./components";
import type { RequestHeader } from "./headers";
import type { Operation } from "./operation";

const codes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

export const Mistake = answer(
  "Mistake",
  z.strictObject({
    severity: z.literal("error"),
    pointer: z.string().describe("Where it stands in the body: a JSON Pointer (RFC 6901)."),
    question: z.string().optional().describe("Ref of the question that it concerns."),
    rule: z.string().optional().describe("Name of the form's rule that does not hold."),
    code: z.string().describe("For programs; such as `required`, `wrong_type`, `out_of_range`."),
    detail: z.string().describe("For people: what to do about it. Never repeats an answer."),
  }),
);

export const ProblemBody = answer(
  "Problem",
  z.strictObject({
    type: z.string().describe("`urn:formlog:problem:` and the code."),
    title: z.string(),
    status: z.int(),
    code: z.enum(codes).describe("What programs go by."),
    detail: z.string().optional().describe("What to do about it."),
    errors: z.array(Mistake).optional().describe("Every mistake of a body, up to 100."),
    requestId: z.string().describe("Names the request in the log, as the header X-Request-Id does."),
  }),
  { description: "An error as RFC 9457 has it, `application/problem+json`." },
);

const OF_A_KEY: readonly ErrorCode[] = ["unauthorized", "store_unavailable"];
const OF_A_BODY: readonly ErrorCode[] = ["malformed_body", "too_large"];
const REFUSED_WHEN_BAD: ReadonlySet<RequestHeader> = new Set(["Idempotency-Key", "If-Match", "If-None-Match"]);
const OF_JSON: readonly ErrorCode[] = ["malformed_json", "unsupported_media_type", "invalid_request"];

/** All codes of an operation, in the order of the table of errors. */
export function problemsOf(operation: Operation): ErrorCode[] {
  const { scope, tag, path, query, headers, body, rawBody, problems = [] } = operation;
  const all = new Set<ErrorCode>(["internal", ...problems]);
  const add = (when: unknown, more: readonly ErrorCode[]) => {
    if (when) for (const code of more) all.add(code);
  };
  add(scope !== null, OF_A_KEY);
  // A key may come with a bookmark, good or bad.
  add(scope !== null && scope !== "root", ["forbidden", "invalid_parameter"]);
  add(path.includes("{"), ["not_found"]);
  // What stands under a form needs a published one; its versions and drafts are how it becomes one.
  add(path.startsWith("/v1/forms/{form}/") && tag !== "Forms", ["form_draft"]);
  add(query ?? headers?.some((name) => REFUSED_WHEN_BAD.has(name)), ["invalid_parameter"]);
  add(body ?? rawBody, OF_A_BODY);
  add(body, OF_JSON);
  return codes.filter((code) => all.has(code));
}

/** The same by status. */
export function problemsByStatus(operation: Operation): Map<number, ErrorCode[]> {
  return Map.groupBy(problemsOf(operation), (code) => ERRORS[code][0]);
}
