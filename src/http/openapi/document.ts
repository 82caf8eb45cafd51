/**
 * The OpenAPI 3.1 document, made from the operations. Called when the worker is built (scripts/generate.ts) and by
 * tests.
 */
import type * as z from "zod";
import { ERRORS, type ErrorCode } from "../../core/errors";
import type { Content, OpenApiDocument, OperationObject, ParameterObject, ResponseObject } from "../../core/openapi";
import { HEADERS_OF_PROBLEMS, REQUEST_HEADERS, RESPONSE_HEADERS, type ResponseHeader } from "./headers";
import { type Answer, followsWrites, type Operation, TAGS } from "./operation";
import { PATH_PARAMETERS } from "./parameters";
import { ProblemBody, problemsByStatus } from "./problems";
import { componentSchemas, parameterSchema, refTo } from "./schema";

const DESCRIPTION = `A form backend: each response is stored once, and delivered once to Google Sheets, SMS and the rest.

Send a key as \`Authorization: Bearer <key>\`. Bodies and answers are JSON in UTF-8. Mistakes are answered as \`application/problem+json\`
(RFC 9457): programs go by \`code\`, people by \`detail\`. What belongs to another workspace answers 404, as if it were not there.

A list is \`{"items", "next"}\`: send \`next\` as \`cursor\` to get the next page, until it is null. Every answer has \`X-Request-Id\`.

An answer to a request that changes something brings \`Formlog-Bookmark\`: send it with those that read, and they show that change. Without it they
may be behind by as much as a copy of the database lags; \`Formlog-Bookmark: primary\` reads what is newest. What a 201 named is found in any case.`;

/**
 * Throws when an operation names a parameter that nobody described, a schema without a name, or an id that is taken.
 */
export function makeDocument(operations: readonly Operation[]): OpenApiDocument {
  const paths: Record<string, Record<string, OperationObject>> = {};
  const ids = new Set<string>();
  for (const operation of operations) {
    const { path, method, operationId } = operation;
    if (ids.has(operationId)) throw new Error(`two operations are called ${operationId}`);
    ids.add(operationId);
    paths[path] = { ...paths[path], [method]: operationObject(operation) };
  }
  const document = {
    openapi: "3.1.1",
    info: {
      title: "Formlog",
      version: "1.0.0",
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: componentSchemas(),
      headers: Object.fromEntries(
        Object.entries(RESPONSE_HEADERS).map(([name, description]) => [
          name,
          { description, schema: { type: "string" } },
        ]),
      ),
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "A key of a workspace." },
        rootKey: { type: "http", scheme: "bearer", description: "The root key of the installation." },
      },
    },
  };
  return document;
}

function operationObject(operation: Operation): OperationObject {
  const { operationId, summary, description, tag, scope, keyOptional, deprecated } = operation;
  const parameters = parametersOf(operation);
  const problems = problemsByStatus(operation);
  const content = bodyOf(operation);
  const security = scope === null ? [] : [{ [scope === "root" ? "rootKey" : "key"]: [] }, ...(keyOptional ? [{}] : [])];
  return {
    operationId,
    summary,
    ...(description !== undefined && { description }),
    tags: [tag],
    ...(parameters.length > 0 && { parameters }),
    ...(content && { requestBody: { required: !operation.bodyOptional, content } }),
    responses: responsesOf(operation, problems),
    security,
    ...(scope !== null && { "x-scope": scope }),
    "x-problems": Object.fromEntries([...problems].map(([status, codes]) => [String(status), codes])),
    ...(deprecated && { deprecated: true as const, "x-deprecation": deprecated }),
  };
}

function parametersOf({ path, query, headers = [] }: Operation): ParameterObject[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]): ParameterObject => {
    const description = PATH_PARAMETERS[name];
    if (description === undefined) throw new Error(`parameters.ts does not describe {${name}}`);
    return { name, in: "path", required: true, description, schema: { type: "string" } };
  });
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, field]): ParameterObject => {
    const { description, ...schema } = parameterSchema(field as z.ZodType);
    return { name, in: "query", required: false, ...(description !== undefined && { description }), schema };
  });
  const inHeader = headers.map((name): ParameterObject => {
    return { name, in: "header", required: false, description: REQUEST_HEADERS[name], schema: { type: "string" } };
  });
  return [...inPath, ...inQuery, ...inHeader];
}

function bodyOf({ body, rawBody, example }: Operation): Content | null {
  if (body) return { "application/json": { schema: refTo(body), ...(example !== undefined && { example }) } };
  return rawBody === undefined ? null : { [rawBody]: {} };
}

function responsesOf(operation: Operation, problems: ReadonlyMap<number, readonly ErrorCode[]>) {
  const all: Record<string, ResponseObject> = {};
  const more = followsWrites(operation) ? (["Formlog-Bookmark"] as const) : [];
  for (const [status, answer] of Object.entries(operation.answers)) all[status] = responseOf(answer, more);
  for (const [status, codes] of problems) {
    const meant = codes.map((code) => `\`${code}\`: ${ERRORS[code][1]}.`).join(" ");
    const before = all[status]?.description;
    all[status] = {
      description: before === undefined ? meant : `${before} ${meant}`,
      headers: headersOf(["X-Request-Id", ...(HEADERS_OF_PROBLEMS[status] ?? [])]),
      content: { "application/problem+json": { schema: refTo(ProblemBody) } },
    };
  }
  return all;
}

function responseOf(
  { description, schema, type, headers = [], sometimes = [] }: Answer,
  more: readonly ResponseHeader[],
): ResponseObject {
  const content = schema ? { "application/json": { schema: refTo(schema) } } : type ? { [type]: {} } : null;
  return {
    description,
    headers: headersOf(["X-Request-Id", ...more, ...headers, ...sometimes]),
    ...(content && { content }),
  };
}

const headersOf = (names: readonly ResponseHeader[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
