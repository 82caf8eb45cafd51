/** Holds answers against the operations that the document is made of: whatever is not described there is a failure. */
import type * as z from "zod";
import { HEADERS_OF_PROBLEMS } from "../../src/http/openapi/headers";
import { type Answer as Described, followsWrites, type Operation } from "../../src/http/openapi/operation";
import { OPERATIONS } from "../../src/http/openapi/operations";
import { ProblemBody, problemsByStatus } from "../../src/http/openapi/problems";

export interface Exchange {
  readonly method: string;
  /** With its query, if there is one. */
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  /** Parsed when it is JSON. */
  readonly body: unknown;
}

/** Pages for people and their files: HTML, tested in a browser. A route that is none of these needs an operation. */
export const PAGES = /^\/((f|docs|console)(\/|$)|$)/;

/** Headers that any answer may have; all others are described with their operation. */
const EVERYWHERE = new Set([
  "x-request-id",
  // `no-store`, unless the operation says otherwise.
  "cache-control",
  "content-type",
  "content-length",
  "content-encoding",
  "date",
  "vary",
  "access-control-allow-origin",
  "access-control-expose-headers",
  "deprecation",
  "sunset",
  // src/http/secure-headers.ts
  "cross-origin-resource-policy",
  "strict-transport-security",
  "x-content-type-options",
  "x-frame-options",
]);

interface Matcher {
  readonly operation: Operation;
  readonly pattern: RegExp;
  /** Addresses with fewer parameters go first, as `…/integrations/preview` before `…/integrations/{integration}`. */
  readonly parameters: number;
}

const MATCHERS: readonly Matcher[] = (OPERATIONS as readonly Operation[])
  .map((operation) => {
    const parts = operation.path.split(/\{\w+\}/);
    const pattern = parts.map((part) => part.replaceAll(".", "\\.")).join("[^/]+");
    return { operation, pattern: new RegExp(`^${pattern}$`), parameters: parts.length - 1 };
  })
  .toSorted((a, b) => a.parameters - b.parameters);

/** The operation that answers a call, and the methods of all that share its address. */
export function findOperation(method: string, path: string): { operation: Operation | null; methods: string[] } {
  const [address = ""] = path.split("?");
  const here = MATCHERS.filter(({ pattern }) => pattern.test(address)).map(({ operation }) => operation);
  const asked = method === "HEAD" ? "get" : method.toLowerCase();
  return { operation: here.find((one) => one.method === asked) ?? null, methods: here.map((one) => one.method) };
}

/** What is wrong with an answer; null: the document has it. */
export function complaintAbout(exchange: Exchange): string | null {
  const { method, path, status, headers, body } = exchange;
  if (!headers.get("x-request-id")) return "it has no X-Request-Id";
  if (PAGES.test(path)) return null;
  const { operation, methods } = findOperation(method, path);
  if (!operation) return complaintElsewhere(exchange, methods);
  if (isProblem(headers)) return complaintAboutProblem(operation, exchange);
  const described = (operation.answers as Readonly<Record<number, Described>>)[status];
  if (!described) return `${operation.operationId} has no answer ${status}`;
  const bookmark = followsWrites(operation) ? ["Formlog-Bookmark"] : [];
  const unknown = unknownHeaders(headers, [...bookmark, ...(described.headers ?? []), ...(described.sometimes ?? [])]);
  if (unknown.length > 0) return `${operation.operationId} does not describe the headers ${unknown.join(", ")}`;
  const missing = (described.headers ?? []).filter((name) => !headers.has(name));
  if (missing.length > 0) return `the headers ${missing.join(", ")} are missing`;
  return complaintAboutBody(described, { ...exchange, body: method === "HEAD" ? null : body });
}

const isProblem = (headers: Headers) => headers.get("content-type")?.startsWith("application/problem+json") === true;

function unknownHeaders(headers: Headers, described: readonly string[]): string[] {
  const known = new Set([...EVERYWHERE, ...described.map((name) => name.toLowerCase())]);
  return [...headers.keys()].filter((name) => !known.has(name));
}

/** Where no operation answers: what says so, and OPTIONS. */
function complaintElsewhere({ method, status, headers, body }: Exchange, methods: readonly string[]): string | null {
  if (method === "OPTIONS" && status === 204) return headers.has("allow") ? null : "OPTIONS without Allow";
  const wanted = methods.length === 0 ? ["not_found"] : ["method_not_allowed"];
  if (method === "HEAD") return status === (methods.length === 0 ? 404 : 405) ? null : `no operation answers ${status}`;
  const problem = ProblemBody.safeParse(body);
  if (!isProblem(headers) || !problem.success) return `the document has no such operation, and the answer is ${status}`;
  return wanted.includes(problem.data.code) ? null : `the document has no such operation; ${problem.data.code}`;
}

function complaintAboutProblem(operation: Operation, { method, status, headers, body }: Exchange): string | null {
  const codes = problemsByStatus(operation).get(status) ?? [];
  if (codes.length === 0) return `${operation.operationId} has no problem ${status}`;
  const unknown = unknownHeaders(headers, HEADERS_OF_PROBLEMS[status] ?? []);
  if (unknown.length > 0) return `its problem has the headers ${unknown.join(", ")}`;
  if (method === "HEAD") return null;
  const problem = ProblemBody.safeParse(body);
  if (!problem.success) return `the problem is not as described: ${problem.error.message}`;
  return codes.includes(problem.data.code) ? null : `${operation.operationId} has no problem ${problem.data.code}`;
}

function complaintAboutBody(described: Described, { method, headers, body }: Exchange): string | null {
  const { schema, type } = described;
  if (described.minimal && headers.has("preference-applied")) return body === "" ? null : "the body is to be empty";
  const given = headers.get("content-type")?.split(";")[0] ?? null;
  const wanted = schema ? "application/json" : (type?.split(";")[0] ?? null);
  if (given !== wanted) return `the content type is ${given} instead of ${wanted}`;
  if (wanted === null) return body === "" || body === null ? null : "the body is to be empty";
  if (!schema || method === "HEAD") return null;
  const parsed = (schema as z.ZodType).safeParse(body);
  return parsed.success ? null : `the body is not as described: ${parsed.error.message}`;
}

/** Throws when the document does not have this answer. */
export function holdToContract(exchange: Exchange): void {
  const complaint = complaintAbout(exchange);
  if (complaint === null) return;
  const { method, path, status, body } = exchange;
  throw new Error(`${method} ${path} answered ${status}: ${complaint}\n${JSON.stringify(body)?.slice(0, 1000)}`);
}
