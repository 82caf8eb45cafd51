import { Hono } from "hono";
import { beforeAll, describe, expect, it } from "vitest";
import type { AppEnv } from "../../src/context";
import { noticeDeprecated } from "../../src/http/conventions";
import { makeDocument } from "../../src/http/openapi/document";
import type { Operation } from "../../src/http/openapi/operation";
import { OPERATIONS } from "../../src/http/openapi/operations";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { findOperation } from "../support/contract";

let key = "";
let form = "";

beforeAll(async () => {
  key = await newWorkspace();
  form = await newForm(key);
});

describe("an address that there is", () => {
  const templates = [...new Set((OPERATIONS as readonly Operation[]).map(({ path }) => path))];

  it.each(templates)("%s answers 405 with Allow to another method, and OPTIONS", async (template) => {
    const path = template.replaceAll(/\{(\w+)\}/g, "x");
    const found = findOperation("PROPFIND", path).methods.map((method) => method.toUpperCase());
    const methods = [...new Set(found)];
    expect(methods.length).toBeGreaterThan(0);
    const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].toSorted().join(", ");
    const wrong = await call("PROPFIND", path, { key });
    expect([wrong.status, wrong.body.code, wrong.headers.get("allow")]).toEqual([405, "method_not_allowed", allow]);
    const options = await call("OPTIONS", path);
    expect([options.status, options.headers.get("allow"), options.body]).toEqual([204, allow, ""]);
    expect(options.headers.get("x-request-id")).toMatch(/^req_/);
  });

  it("has HEAD wherever it has GET: the same headers and no body", async () => {
    const { id } = (await submit(form, { name: "Asha" })).body;
    for (const path of [
      "/healthz",
      "/openapi.json",
      "/docs",
      `/v1/forms/${form}`,
      `/v1/forms/${form}/responses/${id}`,
    ]) {
      const [get, head] = [await call("GET", path, { key }), await call("HEAD", path, { key })];
      expect([head.status, head.body], path).toEqual([200, ""]);
      for (const name of ["content-type", "etag", "cache-control"]) {
        expect(head.headers.get(name), `${path} ${name}`).toBe(get.headers.get(name));
      }
    }
    expect((await call("HEAD", `/v1/forms/${form}`)).status).toBe(401);
  });

  it("takes no callback for what can't be an id", async () => {
    for (const id of ["%00", "a%0D%0Ab", "%F0%9F%A6%86", "x".repeat(65)]) {
      for (const path of [`/hooks/twilio/${id}`, `/hooks/twilio/inbound/${id}`]) {
        expect((await call("POST", path, { body: "a=b" })).body.code, path).toBe("not_found");
      }
    }
  });

  it("is none: 404, whatever the method", async () => {
    for (const method of ["GET", "POST", "OPTIONS", "DELETE"]) {
      expect((await call(method, "/v1/nothing/here")).body.code, method).toBe("not_found");
    }
  });
});

describe("the request id", () => {
  it("is the client's when it is well-formed, and ours otherwise; problems and headers agree", async () => {
    const ask = (id: string) => call("GET", "/v1/nothing", { headers: { "x-request-id": id } });
    const ours = await ask("trace-0017.Ab_9");
    expect([ours.headers.get("x-request-id"), ours.body.requestId]).toEqual(["trace-0017.Ab_9", "trace-0017.Ab_9"]);
    for (const bad of ["short", "a".repeat(65), "with space in it", '{"level":"error"}', "<script>alert(1)</script>"]) {
      const { headers, body } = await ask(bad);
      expect(headers.get("x-request-id"), bad).toMatch(/^req_[0-9a-z]{16}$/);
      expect(body.requestId).toBe(headers.get("x-request-id"));
    }
    expect((await call("GET", "/v1/nothing")).headers.get("x-request-id")).toMatch(/^req_/);
  });
});

describe("a deprecated operation", () => {
  it("says so in its headers, in the document and for no other method", async () => {
    const one = OPERATIONS.find(({ operationId }) => operationId === "getForm") as Operation;
    const about = { since: "2027-01-01T00:00:00Z", sunset: "2027-07-01T00:00:00Z", instead: "Use `/v2`." };
    const document = makeDocument([{ ...one, deprecated: about }]);
    expect(document.paths["/v1/forms/{form}"]?.get).toMatchObject({ deprecated: true, "x-deprecation": about });
    const app = new Hono<AppEnv>()
      .use(noticeDeprecated(document))
      .get("/v1/forms/:form", (c) => c.json({}, 200, { link: '<a>; rel="next"' }))
      .patch("/v1/forms/:form", (c) => c.json({}));
    for (const method of ["GET", "HEAD"]) {
      const { headers } = await app.request("/v1/forms/f", { method });
      expect(headers.get("deprecation"), method).toBe("@1798761600");
      expect(headers.get("sunset")).toBe("Thu, 01 Jul 2027 00:00:00 GMT");
      expect(headers.get("link")).toBe('<a>; rel="next", </docs#getForm>; rel="deprecation"');
    }
    expect((await app.request("/v1/forms/f", { method: "PATCH" })).headers.has("deprecation")).toBe(false);
  });
});
