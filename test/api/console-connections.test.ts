import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { call, newForm, newWorkspace } from "../support/api";
import { operator, type Page, textOf, type Visitor } from "../support/console";

const SID = `AC${"1".repeat(32)}`;
const TOKEN = "an-auth-token-that-nobody-sees";
const OTHER = "another-token-that-nobody-sees";
const NEW = "/console/connections/new";

let key = "";
let visitor: Visitor;

beforeEach(async () => {
  key = await newWorkspace();
  visitor = await operator(key);
});

const connect = (kind: string, fields: Readonly<Record<string, string>>) =>
  visitor.submit(`${NEW}/${kind}`, `${NEW}/${kind}`, fields);
const twilio = { name: "Ours", "secrets.accountSid": SID, "secrets.authToken": TOKEN };
const sealedOf = async (path: string) =>
  (
    await env.DB.prepare("SELECT sealed FROM connections WHERE id = ?")
      .bind(path.split("/").at(-1))
      .first<{ sealed: string }>()
  )?.sealed;
const all = async () => (await call("GET", "/v1/connections", { key })).body.items;

/** Fails where a secret is in what a page or the audit log says. */
async function expectNowhere(secret: string, paths: readonly string[]) {
  for (const path of [...paths, "/console/connections", "/console/audit"]) {
    const { body, headers } = await visitor.get(path);
    expect(body + JSON.stringify([...headers]), path).not.toContain(secret);
  }
  expect(JSON.stringify((await call("GET", "/v1/audit", { key })).body)).not.toContain(secret);
}

describe("connections", () => {
  it("are stored as the kind wants them, and their secrets are shown nowhere", async () => {
    const made = await connect("twilio-sms", twilio);
    expect(made.status).toBe(303);
    const path = made.headers.get("location") ?? "";
    expect(textOf((await visitor.follow(made)).body)).toContain("The connection is stored.");
    expect(await all()).toMatchObject([{ kind: "twilio-sms", name: "Ours" }]);
    await expectNowhere(TOKEN, [path, `${path}/edit`, `${path}/delete`]);
  });

  it("say what is wrong, and forget what was entered as a secret", async () => {
    const page = await connect("twilio-sms", { ...twilio, "secrets.accountSid": "nonsense" });
    expect(page.status).toBe(422);
    expect(textOf(page.body)).toMatch(/Account SID ?: ?The Account SID: AC and 32/i);
    expect(page.body).toContain('value="Ours"');
    expect(page.body).not.toContain(TOKEN);
    expect(page.body).not.toContain("nonsense");
    expect(await all()).toEqual([]);
  });

  it("are renamed with their secrets as they are, or get others", async () => {
    const made = await connect("twilio-sms", twilio);
    const path = made.headers.get("location") ?? "";
    const before = await sealedOf(path);
    const edit = (fields: Readonly<Record<string, string>>) => visitor.submit(`${path}/edit`, `${path}/edit`, fields);
    expect((await edit({ name: "Theirs" })).status).toBe(303);
    expect(await sealedOf(path)).toBe(before);
    const partly = await edit({ name: "Theirs", "secrets.authToken": OTHER });
    expect(partly.status).toBe(422);
    expect(await sealedOf(path)).toBe(before);
    expect((await edit({ ...twilio, name: "Theirs", "secrets.authToken": OTHER })).status).toBe(303);
    expect(await sealedOf(path)).not.toBe(before);
    expect(await all()).toMatchObject([{ name: "Theirs" }]);
    const { items } = (await call("GET", "/v1/audit?action=connection.updated", { key })).body;
    expect(items.map(({ detail }: { detail: unknown }) => detail)).toEqual([
      { kind: "twilio-sms", changed: ["name", "secrets"] },
      { kind: "twilio-sms", changed: ["name"] },
    ]);
    await expectNowhere(OTHER, [path, `${path}/edit`]);
  });

  it("of which Formlog makes the secrets show them once, also when they are renewed", async () => {
    const secretIn = ({ body }: Page) => /whsec_[\w+/=-]+/.exec(body)?.[0] ?? "";
    const made = await visitor.follow(await connect("webhook", { name: "Receiver" }));
    const [{ id }] = await all();
    const path = `/console/connections/${id}`;
    const renewed = await visitor.follow(await visitor.submit(`${path}/rotate`, `${path}/rotate`));
    expect(secretIn(made)).toMatch(/^whsec_/);
    expect(secretIn(renewed)).toMatch(/^whsec_/);
    expect(secretIn(renewed)).not.toBe(secretIn(made));
    for (const page of [made, renewed]) {
      expect(JSON.stringify([...page.headers])).not.toContain(secretIn(page));
      await expectNowhere(secretIn(page), [path, `${path}/edit`, `${path}/rotate`]);
    }
  });

  it("that integrations use are not deleted, and say which those are", async () => {
    const path = (await connect("twilio-sms", twilio)).headers.get("location") ?? "";
    const form = await newForm(key, { title: "Clinic" });
    const config = { to: "phone", body: "Thanks", connection: path.split("/").at(-1) };
    const { id } = (await call("POST", `/v1/forms/${form}/integrations`, { key, body: { kind: "twilio-sms", config } }))
      .body;
    expect(textOf((await visitor.get(path)).body)).toContain("SMS by Twilio of Clinic");
    expect(textOf((await visitor.get(`${path}/delete`)).body)).toContain("“Ours” is in use");
    const { formlog_token = "" } = await tokenOf();
    expect((await visitor.post(`${path}/delete`, { formlog_token })).status).toBe(409);
    await call("DELETE", `/v1/forms/${form}/integrations/${id}`, { key });
    expect((await visitor.submit(`${path}/delete`, `${path}/delete`)).status).toBe(303);
    expect(await all()).toEqual([]);
  });

  it("are there for kinds that have credentials", async () => {
    const page = textOf((await visitor.get(NEW)).body);
    expect(page).toContain("SMS by Twilio");
    expect(page).not.toContain("Summary");
    expect((await visitor.get(`${NEW}/summary`)).status).toBe(404);
  });
});

async function tokenOf(): Promise<Record<string, string>> {
  const { body } = await visitor.get("/console/connections");
  return { formlog_token: /name="formlog_token" value="([^"]*)"/.exec(body)?.[1] ?? "" };
}
