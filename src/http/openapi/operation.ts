/**
 * An operation of the API as data. The document, the docs page, the check of every answer in the tests and the access
 * matrix are made from these; they stand beside their routes, in `routes/*.operations.ts`. The worker itself imports
 * none of them.
 */
import type * as z from "zod";
import type { ErrorCode } from "../../core/errors";
import type { DeprecationObject } from "../../core/openapi";
import type { Scope } from "../../services/access";
import type { RequestHeader, ResponseHeader } from "./headers";

export const METHODS = ["get", "post", "put", "patch", "delete"] as const;
export type Method = (typeof METHODS)[number];

export const TAGS = {
  Responses: "What people and devices submit, and what became of it.",
  Export: "All responses of a form as one file, streamed.",
  Indexes: "What is kept ready about a form's responses, so that reading it costs little.",
  Forms: "What is asked. A version is never changed: publish the next one.",
  Integrations: "What happens to each response afterwards, and how to stop, start and repeat it.",
  Deliveries: "What became of one response at one integration.",
  Lexicon: "The slang that is looked for in answers, by language and city.",
  Alerts: "What needs somebody, and where that is told.",
  Connections: "Credentials of providers. They go in and are never shown again.",
  Reviews: "What people make of a response, and what happened to it.",
  Corrections: "Flagged responses that whoever collected them mends, by a link.",
  Links: "Collector links: whoever has one may submit to its form.",
  Access: "Workspaces and keys.",
  Audit: "Who changed what.",
  Callbacks: "What providers report. Signed by them; not for anybody else.",
  Service: "The installation itself.",
} as const;
export type Tag = keyof typeof TAGS;

/** An answer that is no problem. */
export interface Answer {
  readonly description: string;
  /** Of its JSON; none: the body is empty, or no JSON. */
  readonly schema?: z.ZodType;
  /** Content types of a body that is no JSON. */
  readonly type?: string;
  /** Headers that it always has, and those that it may have. */
  readonly headers?: readonly ResponseHeader[];
  readonly sometimes?: readonly ResponseHeader[];
  /** Without the body when the client prefers that (`return=minimal`). */
  readonly minimal?: true;
}

export interface Operation {
  readonly method: Method;
  /** With parameters as `{form}`; each is described in parameters.ts. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: Tag;
  /** What the key must be allowed; `root`: the root key of the installation; null: no key is read. */
  readonly scope: Scope | "root" | null;
  /** It may be called without a key too. */
  readonly keyOptional?: true;
  readonly query?: z.ZodObject;
  readonly headers?: readonly RequestHeader[];
  /** The JSON body, by the schema that the route reads it with. */
  readonly body?: z.ZodType;
  /** It may be left out. */
  readonly bodyOptional?: true;
  /** A body that is no JSON: its content type. */
  readonly rawBody?: string;
  /** A body that is taken. */
  readonly example?: unknown;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Codes of problems besides those that follow from key, parameters and body (problems.ts). */
  readonly problems?: readonly ErrorCode[];
  readonly deprecated?: DeprecationObject;
}

/** Whether its answers bring a bookmark: it changes something, for somebody who has a key and could read it. */
export const followsWrites = ({ method, scope, keyOptional }: Operation): boolean =>
  method !== "get" && scope !== null && scope !== "root" && !keyOptional;

/** Checks a list of operations and keeps its types as they are: the typed client is made from them (client.ts). */
export const operations = <const List extends readonly Operation[]>(...list: List): List => list;
