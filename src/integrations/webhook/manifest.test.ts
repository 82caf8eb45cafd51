import { describe, expect, it } from "vitest";
import type { Definition } from "../../core/form";
import { ConfigSchema, manifest, SecretsSchema } from "./manifest";
import { makePayloads } from "./payload";
import { DEFINITION, entry, makeWorld, response, SECRET, START } from "./testing";

const installation = { settings: {}, publicUrl: null };
const check = (config: Record<string, unknown>) =>
  manifest.checkConfig?.(ConfigSchema.parse({ url: "https://example.com/", ...config }), DEFINITION, installation);

describe("headers", () => {
  it.each([
    "Host",
    "content-length",
    "Content-Type",
    "connection",
    "Transfer-Encoding",
    "cookie",
    "CF-Connecting-IP",
    "X-Forwarded-For",
    "webhook-id",
    "Webhook-Signature",
    "proxy-authorization",
    "sec-fetch-mode",
    "user-agent",
    "x-formlog-hop",
    "bad name",
    "",
  ])("%s is not a user's", (name) => {
    expect(ConfigSchema.safeParse({ url: "https://example.com/", headers: { [name]: "x" } }).success).toBe(false);
    expect(SecretsSchema.safeParse({ secret: SECRET, headers: { [name]: "x" } }).success).toBe(false);
  });

  it("have values without ends of lines, and are 20 at most", () => {
    const fits = (headers: Record<string, string>) =>
      ConfigSchema.safeParse({ url: "https://example.com/", headers }).success;
    expect(fits({ "X-Tenant": "a b" })).toBe(true);
    for (const value of ["a\r\nX-B: c", "a\nb", "", " a", "ä", "x".repeat(1001)])
      expect(fits({ "X-A": value })).toBe(false);
    expect(fits(Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`x-${i}`, "v"])))).toBe(false);
  });

  it("that are secret stand in a connection, not in a config", () => {
    const headers = { Authorization: "Bearer of-the-receiver" };
    expect(ConfigSchema.safeParse({ url: "https://example.com/", headers }).success).toBe(false);
    expect(SecretsSchema.safeParse({ secret: SECRET, headers }).success).toBe(true);
  });
});

describe("the payload", () => {
  it("is the standard's, with the response as it is", () => {
    const { deps } = makeWorld();
    const { receivedAt, ...one } = response(1);
    expect(JSON.parse(makePayloads(deps)(entry(1)))).toEqual({
      type: "response.created",
      timestamp: new Date(receivedAt).toISOString(),
      data: {
        form: { id: "form_1" },
        response: {
          id: one.id,
          version: 1,
          revision: 1,
          receivedAt: new Date(receivedAt).toISOString(),
          answers: one.answers,
          flags: [],
          review: { state: "received" },
          metadata: {},
        },
      },
    });
  });

  it("of a change has the time of the change; of an erased response no answers", () => {
    const { deps } = makeWorld();
    const erased = { ...response(1, {}), erasedAt: START + 9_000, revision: 2 };
    const body = JSON.parse(
      makePayloads(deps)(entry(1, { event: "erased", changedAt: START + 9_000, response: erased })),
    );
    expect(body).toMatchObject({ type: "response.erased", timestamp: "2026-11-23T10:00:09.000Z" });
    expect(body.data.response).toMatchObject({ answers: {}, erasedAt: "2026-11-23T10:00:09.000Z" });
  });

  it("of one's own is nothing that would count as an answer when a receiver echoes it", () => {
    for (const payload of [{ flags: [] }, { metadata: { name: "{{name}}" }, revision: 1 }]) {
      expect(check({ payload })).toMatchObject([{ path: "payload", message: /sent back as it is/ }]);
    }
    expect(check({ payload: { metadata: {}, text: "New" } })).toEqual([]);
  });

  it("of one's own has templates as texts, each in its place whatever was answered", () => {
    const payload = { text: "New: {{name}} from {{city}}", n: 1, list: ["{{response_id}}", null], deep: { a: true } };
    const { deps } = makeWorld({}, { payload });
    const answers = { name: '"},{"injected":"', city: "pune" };
    expect(JSON.parse(makePayloads(deps)(entry(1, { response: response(1, answers) })))).toEqual({
      text: 'New: "},{"injected":" from Pune',
      n: 1,
      list: ["resp1", null],
      deep: { a: true },
    });
    expect(check({ payload })).toEqual([]);
    expect(check({ payload: { a: ["{{nobody}}"] } })).toMatchObject([{ path: "payload/a/0" }]);
  });
});

it("the address is checked when it is configured", () => {
  expect(check({ url: "https://169.254.169.254/" })).toMatchObject([{ path: "url", message: /link-local/ }]);
  expect(check({})).toEqual([]);
  const config = ConfigSchema.parse({ url: "http://127.0.0.1:9000/" });
  const definition: Definition = DEFINITION;
  const settings = { FORMLOG_WEBHOOK_ALLOW_LOCAL: "1" };
  expect(manifest.checkConfig?.(config, definition, { settings, publicUrl: null })).toEqual([]);
});

describe("events", () => {
  const wanted = (config: Record<string, unknown>) => {
    const parsed = ConfigSchema.parse({ url: "x", ...config });
    return { events: manifest.eventsOf?.(parsed), notices: manifest.noticesOf?.(parsed) };
  };

  it("are all of them unless told", () => {
    const [events, notices] = [
      ["created", "updated", "flagged", "reviewed", "erased"],
      ["blocked", "recovered"],
    ];
    expect(wanted({})).toEqual({ events, notices });
    expect(wanted({ events: ["response.erased"] })).toEqual({ events: ["erased"], notices: [] });
    expect(wanted({ events: ["integration.blocked"] })).toEqual({ events: [], notices: ["blocked"] });
    expect(ConfigSchema.safeParse({ url: "x", events: ["response.eaten"] }).success).toBe(false);
  });

  it("of integrations do not fit into a payload of one's own, which is about a response", () => {
    const payload = { text: "New: {{name}}" };
    expect(wanted({ payload })).toMatchObject({ notices: [] });
    const events = ["response.created", "integration.blocked"];
    expect(check({ payload, events })).toMatchObject([{ path: "events", message: /about a response/ }]);
    expect(check({ events })).toEqual([]);
  });
});
