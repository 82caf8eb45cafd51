import { describe, expect, it } from "vitest";
import * as z from "zod";
import { app } from "../../src/http/app";
import { makeDocument } from "../../src/http/openapi/document";
import type { Operation } from "../../src/http/openapi/operation";
import { OPERATIONS } from "../../src/http/openapi/operations";
import { call } from "../support/api";
import { complaintAbout, PAGES } from "../support/contract";

const ALL: readonly Operation[] = OPERATIONS;

/** The addresses of a route as the document has them: `:form` as `{form}`, one for each alternative of a pattern. */
function templatesOf(path: string): string[] {
  const [, before = "", literal = "", alternatives = ""] = /^(.*):\w+\{(.*)\(\?:(.*)\)\}$/.exec(path) ?? [];
  const paths = alternatives
    ? alternatives.split("|").map((one) => `${before}${literal.replaceAll("\\", "")}${one}`)
    : [path];
  return paths.map((one) => one.replaceAll(/:(\w+)/g, "{$1}"));
}

describe("the document", () => {
  it("has every route of the app, and no other", () => {
    const routes = app.routes
      .filter(({ method, path }) => method !== "ALL" && !PAGES.test(path))
      .flatMap(({ method, path }) => templatesOf(path).map((one) => `${method} ${one}`));
    const described = ALL.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect([...new Set(routes)].toSorted()).toEqual(described.toSorted());
  });

  it("is served as the operations have it, to pages of any site, and kept while it is the same", async () => {
    const { status, headers, body } = await call("GET", "/openapi.json");
    expect(status).toBe(200);
    expect(body).toEqual(JSON.parse(JSON.stringify(makeDocument(ALL))));
    expect(headers.get("access-control-allow-origin")).toBe("*");
    const tag = headers.get("etag") ?? "";
    expect(tag).toMatch(/^"[0-9a-f]{16}"$/);
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
      const again = await call("GET", "/openapi.json", { headers: { "if-none-match": known } });
      expect([again.status, again.body, again.headers.get("etag")]).toEqual([304, "", tag]);
    }
    expect((await call("GET", "/openapi.json", { headers: { "if-none-match": '"other"' } })).status).toBe(200);
  });

  it("has examples that its own schemas take", () => {
    const withBody = ALL.filter(({ body }) => body);
    expect(withBody.length).toBeGreaterThan(10);
    for (const { operationId, body, example } of withBody) {
      expect(body?.safeParse(example).error?.message, operationId).toBeUndefined();
    }
  });

  it("names every schema once, and refers to none that it does not have", () => {
    const text = JSON.stringify(makeDocument(ALL));
    const { components } = makeDocument(ALL);
    const referred = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect([...new Set(referred)].toSorted()).toEqual(Object.keys(components.schemas).toSorted());
  });

  it("is not made of what it can't describe", () => {
    const one: Operation = {
      method: "get",
      path: "/v1/a",
      operationId: "a",
      summary: "A",
      tag: "Forms",
      scope: null,
      answers: {},
    };
    expect(() => makeDocument([{ ...one, path: "/v1/{nobody}" }])).toThrow("does not describe {nobody}");
    expect(() => makeDocument([one, one])).toThrow("two operations are called a");
    const answers = { 200: { description: "A", schema: z.strictObject({}) } };
    expect(() => makeDocument([{ ...one, answers }])).toThrow("without a name");
  });
});

describe("an answer that the document does not have", () => {
  const headers = (more: Record<string, string> = {}) =>
    new Headers({ "x-request-id": "req_1", "content-type": "application/json", ...more });
  const health = { method: "GET", path: "/healthz", status: 200, headers: headers(), body: { status: "ok" } };
  const problem = (code: string, status: number) => ({
    ...health,
    path: "/v1/forms",
    status,
    headers: headers({ "content-type": "application/problem+json" }),
    body: { type: "t", title: "t", status, code, requestId: "req_1" },
  });

  it.each([
    ["as it is", health, null],
    ["a status", { ...health, status: 201 }, "getHealth has no answer 201"],
    ["a field", { ...health, body: { status: "ok", more: 1 } }, "not as described"],
    ["a field that is missing", { ...health, body: {} }, "not as described"],
    ["a header", { ...health, headers: headers({ "x-more": "1" }) }, "does not describe the headers x-more"],
    ["a content type", { ...health, headers: headers({ "content-type": "text/plain" }) }, "content type is text/plain"],
    ["no request id", { ...health, headers: new Headers() }, "no X-Request-Id"],
    ["a path", { ...health, path: "/v1/nothing" }, "no such operation"],
    ["a method", { ...health, method: "PUT" }, "no such operation"],
    ["a problem as it is", problem("invalid_parameter", 400), null],
    ["a problem's code", problem("conflict", 400), "listForms has no problem conflict"],
    ["a problem's status", problem("conflict", 409), "listForms has no problem 409"],
  ])("is a failure: %s", (_, exchange, complaint) => {
    const found = complaintAbout(exchange);
    if (complaint === null) expect(found).toBeNull();
    else expect(found).toContain(complaint);
  });
});
