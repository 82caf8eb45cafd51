/**
 * The manifest alone drives: what the API takes, hides, describes and shows of a kind follows from it, for each of
 * them.
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { JsonSchema, OpenApiDocument } from "../../src/core/openapi";
import { catalog } from "../../src/integrations/kinds";
import type { KindView } from "../../src/services/kinds";
import { call, newForm, newWorkspace } from "../support/api";

let key = "";
let items: readonly KindView[] = [];
beforeAll(async () => {
  key = await newWorkspace();
  items = (await call("GET", "/v1/kinds")).body.items;
});

/** The texts in a value, however deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The schemas of single values in a schema. */
function leavesOf(schema: JsonSchema): JsonSchema[] {
  const items = typeof schema.items === "object" ? [schema.items] : [];
  const values = typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : [];
  const inner = [...Object.values(schema.properties ?? {}), ...items, ...values];
  return inner.length === 0 ? [schema] : inner.flatMap(leavesOf);
}

it("lists every kind of the catalog, to everybody", async () => {
  const { status, headers, body } = await call("GET", "/v1/kinds");
  expect([status, body.next]).toEqual([200, null]);
  expect(headers.get("cache-control")).toBe("public, max-age=300, stale-while-revalidate=86400");
  expect(items.map(({ kind }) => kind)).toEqual(catalog.map(({ kind }) => kind));
});

describe.each(catalog)("the manifest of $kind", (manifest) => {
  const { kind, example } = manifest;
  const view = () => items.find((item) => item.kind === kind) as KindView;

  it("says how to set it up, and gives each field of the form a title and each variable a phrase", () => {
    const { title, summary, setup, config, secrets, settings } = view();
    for (const text of [title, summary, setup, ...settings.map(({ about }) => about)]) expect(text).toMatch(/\w/);
    expect(config.type).toBe("object");
    expect(config.additionalProperties, "a config with a typing mistake is refused").toBe(false);
    for (const [name, field] of Object.entries({ ...config.properties, ...secrets?.properties })) {
      expect(field.title, name).toMatch(/^[A-Z]/);
    }
    if (secrets) expect(config.properties?.connection).toMatchObject({ "x-input": "connection" });
  });

  it("checks a config: its example is taken, and what is not in it is named", async () => {
    const form = await newForm(key);
    const at = `/v1/forms/${form}/integrations`;
    const made = await call("POST", at, { key, body: { kind, config: example.config } });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(await call("GET", `${at}/${made.body.id}`, { key })).toMatchObject({ status: 200, body: { kind } });
    const wrong = await call("POST", at, { key, body: { kind, config: { ...example.config, cofnig: true } } });
    expect(wrong).toMatchObject({ status: 422, body: { code: "invalid_request", errors: [{ pointer: "/config" }] } });
    expect(wrong.body.errors[0].detail).toContain("cofnig");
  });

  it("keeps credentials: none of them is ever shown again", async () => {
    const { credentials, secrets } = view();
    if (secrets) for (const leaf of leavesOf(secrets)) expect(leaf.writeOnly).toBe(true);
    if (credentials === "none") return;
    expect(credentials === "made" || example.secrets !== undefined, "the example has no secrets").toBe(true);
    const body = { kind, name: "Ours", ...(example.secrets && { secrets: example.secrets }) };
    const made = await call("POST", "/v1/connections", { key, body });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const hidden = textsIn(example.secrets ?? made.body.secrets);
    expect(hidden.length).toBeGreaterThan(0);
    const address = `/v1/connections/${made.body.id}`;
    const answers = [
      ...(example.secrets ? [made] : []),
      await call("GET", address, { key }),
      await call("GET", "/v1/connections", { key }),
      await call("GET", "/v1/audit", { key }),
      await call("POST", "/v1/connections", { key, body: { kind, name: "Ours", secrets: { nonsense: hidden[0] } } }),
    ];
    for (const answer of answers) {
      for (const text of hidden) expect(JSON.stringify(answer.body)).not.toContain(JSON.stringify(text).slice(1, -1));
    }
  });

  it("is in the OpenAPI document: a body with its config, and one with its credentials", async () => {
    const document: OpenApiDocument = (await call("GET", "/openapi.json")).body;
    const { schemas } = document.components;
    const bodyOf = (id: string): JsonSchema => {
      const ref = schemas[id]?.discriminator?.mapping[kind];
      return schemas[ref?.split("/").at(-1) ?? ""] ?? {};
    };
    const inner = (body: JsonSchema, part: string) => schemas[body.properties?.[part]?.$ref?.split("/").at(-1) ?? ""];
    const { config, secrets, credentials } = view();
    const integration = bodyOf("NewIntegration");
    expect(integration.examples).toEqual([{ kind, config: example.config }]);
    expect(inner(integration, "config")).toMatchObject(config);
    const connection = bodyOf("NewConnection");
    if (secrets === null) return expect(connection).toEqual({});
    expect(inner(connection, "secrets")).toMatchObject(secrets);
    expect(connection.required?.includes("secrets")).toBe(credentials === "given");
  });

  it("has its row in the table of the docs page, with its variables", async () => {
    const { body: page } = await call("GET", "/docs");
    const [, table = ""] = /<h2 id="kinds">.*?<tbody>(.*?)<\/tbody>/s.exec(page) ?? [];
    const row = table.split("</tr>").find((one) => one.includes(`<code>${kind}</code>`));
    const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("'", "&#39;").replaceAll('"', "&quot;");
    for (const text of [manifest.title, manifest.summary, ...Object.keys(manifest.settings ?? {})]) {
      expect(row).toContain(escaped(text));
    }
  });
});
