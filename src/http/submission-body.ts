/**
 * The bodies of submissions, checked by hand: that is done for each response, and the gateway has no zod
 * (docs/decisions/030). openapi/schemas/submission-bodies.ts describes the same bodies; a test holds the two together,
 * down to the words.
 */
import type { Problem } from "../core/errors";
import type { Submission } from "../services/prepare";
import { MISSING, pointer, refuseBody } from "../services/refuse-body";

const TOKEN_MAX = 2048;
const KEY = /^[\x21-\x7e]{1,255}$/;

/** Whether a text may be an idempotency key: 1 to 255 visible ASCII characters. */
export const isIdempotencyKey = (text: string): boolean => KEY.test(text);

type Fields = Pick<Submission, "answers" | "metadata" | "submittedAt">;
type Path = readonly (string | number)[];
/** What a field must be, besides those that anything may be. */
type Rule = (value: unknown, at: Path) => Problem | null;

const SUBMISSION: Readonly<Record<string, Rule>> = {
  turnstileToken: (value, at) => {
    if (typeof value !== "string") return wrongType(at, "string", value);
    return value.length <= TOKEN_MAX
      ? null
      : problem(at, "too_big", `Too big: expected string to have <=${TOKEN_MAX} characters`);
  },
};
const ITEM: Readonly<Record<string, Rule>> = {
  idempotencyKey: (value, at) => {
    if (typeof value !== "string") return wrongType(at, "string", value);
    return isIdempotencyKey(value) ? null : problem(at, "invalid_format", "1 to 255 visible ASCII characters");
  },
};
const ANYTHING = ["answers", "metadata", "submittedAt"];

/** The body of a submission. Throws `invalid_request` with a pointer to each mistake. */
export function readSubmission(value: unknown): Fields & { readonly turnstileToken?: string } {
  const problems = findMistakes(value, [], SUBMISSION);
  if (problems.length > 0) throw refuseBody(problems);
  return value as Fields;
}

/** The submissions of a batch, one at least. Throws `invalid_request` with a pointer to each mistake. */
export function readBatch(value: unknown): readonly (Fields & { readonly idempotencyKey?: string })[] {
  const problems = isObject(value) ? findBatchMistakes(value) : [wrongType([], "object", value)];
  if (problems.length > 0) throw refuseBody(problems);
  return (value as { responses: Fields[] }).responses;
}

function findBatchMistakes(value: Readonly<Record<string, unknown>>): Problem[] {
  const { responses, ...others } = value;
  return [...findItemMistakes(responses), ...unknownKeys(Object.keys(others), [])];
}

function findItemMistakes(items: unknown): Problem[] {
  const at = ["responses"];
  if (!Array.isArray(items)) return [wrongType(at, "array", items)];
  if (items.length === 0) return [problem(at, "too_small", "Too small: expected array to have >=1 items")];
  return items.flatMap((item, i) => findMistakes(item, [...at, i], ITEM));
}

function findMistakes(value: unknown, at: Path, rules: Readonly<Record<string, Rule>>): Problem[] {
  if (!isObject(value)) return [wrongType(at, "object", value)];
  const problems: Problem[] = [];
  if (!Object.hasOwn(value, "answers")) problems.push(wrongType([...at, "answers"], "nonoptional", undefined));
  for (const [name, rule] of Object.entries(rules)) {
    const mistake = Object.hasOwn(value, name) ? rule(value[name], [...at, name]) : null;
    if (mistake) problems.push(mistake);
  }
  const unknown = Object.keys(value).filter((name) => !ANYTHING.includes(name) && !Object.hasOwn(rules, name));
  return [...problems, ...unknownKeys(unknown, at)];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const problem = (at: Path, code: string, detail: string): Problem => ({ pointer: pointer(at), code, detail });

function wrongType(at: Path, wanted: string, value: unknown): Problem {
  if (value === undefined) return problem(at, "invalid_type", MISSING);
  const given = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  return problem(at, "invalid_type", `Invalid input: expected ${wanted}, received ${given}`);
}

function unknownKeys(names: readonly string[], at: Path): Problem[] {
  if (names.length === 0) return [];
  const list = names.map((name) => `"${name}"`).join(", ");
  return [problem(at, "unrecognized_keys", `Unrecognized key${names.length > 1 ? "s" : ""}: ${list}`)];
}
