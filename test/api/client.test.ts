import { exports } from "cloudflare:workers";
import createClient from "openapi-fetch";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { Paths } from "../../src/http/openapi/client";
import { newForm, newWorkspace } from "../support/api";

describe("the typed client", () => {
  it("knows paths, bodies and answers", async () => {
    const key = await newWorkspace();
    const form = await newForm(key);
    const client = createClient<Paths>({
      baseUrl: "http://formlog.test",
      headers: { Authorization: `Bearer ${key}` },
      fetch: (request: Request) => exports.default.fetch(request),
    });
    const sent = await client.POST("/v1/forms/{form}/responses", {
      params: { path: { form }, header: { "Idempotency-Key": "visit-17" } },
      body: { answers: { name: "Asha", city: "pune" } },
    });
    expect(sent.response.status).toBe(201);
    expect(sent.data && "id" in sent.data).toBe(true);

    const { data, error } = await client.GET("/v1/forms/{form}/responses", {
      params: { path: { form }, query: { limit: 10 } },
    });
    expect(error).toBeUndefined();
    expect(data?.items.map((one) => one.answers.name)).toEqual(["Asha"]);
    expectTypeOf<NonNullable<typeof data>["next"]>().toEqualTypeOf<string | null>();

    const refused = await client.GET("/v1/forms/{form}", { params: { path: { form: "form_of_nobody" } } });
    expect(refused.error?.code).toBe("not_found");

    // @ts-expect-error there is no such path
    const wrongPath = () => client.GET("/v1/forms/{form}/nothing", { params: { path: { form } } });
    // @ts-expect-error a form is needed
    const noForm = () => client.GET("/v1/forms/{form}", {});
    const wrongBody = () =>
      // @ts-expect-error a key has scopes
      client.POST("/v1/keys", { body: { name: "Reader" } });
    expect([wrongPath, noForm, wrongBody]).toHaveLength(3);
  });
});
