/** A workspace with one of everything that an address can name, all of it with texts that nobody else may see. */
import { env } from "cloudflare:workers";
import { deliveryId, parseResponseId } from "../../src/core/ids";
import { SCOPES, type Scope } from "../../src/services/access";
import { findIntegration } from "../../src/store/integrations";
import { call, newWorkspace } from "./api";
import { shardOf } from "./shards";

/** Stands in every text of the workspace. */
export const SECRET = "Zwetschgendatschi";

export type Stocked = Awaited<ReturnType<typeof stockWorkspace>>;

async function make(path: string, key: string, body: unknown) {
  const made = await call("POST", path, { key, body });
  if (made.status !== 201) throw new Error(`${path}: ${JSON.stringify(made.body)}`);
  return made.body;
}

/** `text` stands in every text of it, `names` has the ids by the parameters of addresses, `key` may do everything. */
export async function stockWorkspace(text = SECRET) {
  const key = await newWorkspace(text);
  const questions = [
    { ref: "name", type: "short_text", title: text, required: true },
    { ref: "phone", type: "phone_number", title: `${text} 2` },
  ];
  const rules = [{ name: "named", severity: "flag", expression: `name != "${text}"`, message: text }];
  const { id: form } = await make("/v1/forms", key, { title: text, questions, rules });
  const { id: response } = await make(`/v1/forms/${form}/responses`, key, { answers: { name: text } });
  const { id: parked, ...flagged } = await make(`/v1/forms/${form}/responses`, key, { answers: { name: text } });
  const correction: string = flagged.correction.url.split("/").at(-1);
  const config = { spreadsheetId: `1${text}`, sheet: text };
  const { id: integration } = await make(`/v1/forms/${form}/integrations`, key, { kind: "google-sheets", config });
  for (const kind of ["summary", "search"]) await make(`/v1/forms/${form}/integrations`, key, { kind, config: {} });
  const slang = { text: "name", city: "name" };
  await make(`/v1/forms/${form}/integrations`, key, { kind: "slang", config: slang });
  const secrets = { accountSid: `AC${"1".repeat(32)}`, authToken: text };
  const { id: connection } = await make("/v1/connections", key, { kind: "twilio-sms", name: text, secrets });
  const { id: keyId } = await make("/v1/keys", key, { name: text, scopes: ["forms:read"] });
  const delivery = await park({ form, integration, response: parked });
  const receipt = "AAAAAAAAAAAAAAAA0";
  const { id: link, url } = await make(`/v1/forms/${form}/links`, key, { name: text });
  const inbox = new URL(url).searchParams.get("link") ?? "";
  const choiceLists = { places: [{ id: "a", label: text }] };
  const draft = { title: text, questions, rules, choiceLists, translations: { fr: { title: text } } };
  await call("PUT", `/v1/forms/${form}/draft`, { key, body: draft });
  const { id: entry } = await make("/v1/lexicon", key, { term: text, language: "de" });
  const version = "1";
  const provider = "twilio";
  const kind = "google-sheets";
  const names = {
    shard: "0",
    letter: "none",
    object: "bak_20261129020000k3bt.000001-1.ndjson.gz",
    form,
    response,
    integration,
    connection,
    key: keyId,
    delivery,
    entry,
    link,
    inbox,
    receipt,
    correction,
    version,
    provider,
    question: "name",
    rule: "named",
    language: "fr",
    list: "places",
    deed: "close",
    kind,
  };
  return { key, names: names as Readonly<Record<string, string>> };
}

/** A parked delivery, as its worker would have left it. */
async function park(of: { form: string; integration: string; response: string }): Promise<string> {
  const row = await findIntegration(env.DB, of.form, of.integration);
  const address = parseResponseId(of.response);
  if (!row || !address) throw new Error("nothing to park");
  await shardOf(of.response)
    .prepare(
      "INSERT INTO deliveries (integration, feed, position, state, attempts, tried_at, reason) VALUES (?, 0, ?, 'parked', 1, 1, ?)",
    )
    .bind(row.no, address.position, SECRET)
    .run();
  return deliveryId({ ...address, integration: row.no, feed: 0 });
}

/**
 * Keys of a workspace that are refused, none of which was used before: an isolate honours for a while a key that it
 * met.
 */
export async function badKeys(admin: string, needed: Scope | "root" | null) {
  const revoked = await make("/v1/keys", admin, { name: "Revoked", scopes: ["admin"] });
  await call("DELETE", `/v1/keys/${revoked.id}`, { key: admin });
  const scopes = SCOPES.filter((scope) => scope !== needed && scope !== "admin");
  const lesser = await make("/v1/keys", admin, { name: "Lesser", scopes });
  return { revoked: revoked.key as string, lesser: lesser.key as string, expired: await expiredKey(admin) };
}

/** A key for everything, but of a form that has nothing in common with the rest of the workspace. */
export async function keyOfAnotherForm(admin: string): Promise<string> {
  const questions = [{ ref: "a", type: "short_text", title: "A" }];
  const { id } = await make("/v1/forms", admin, { title: "Another", questions });
  return (await make("/v1/keys", admin, { name: "Of a form", scopes: ["admin"], form: id })).key;
}

async function expiredKey(admin: string): Promise<string> {
  const { id, key } = await make("/v1/keys", admin, { name: "Expired", scopes: ["admin"] });
  await env.DB.prepare("UPDATE keys SET expires_at = ? WHERE id = ?").bind(1, id).run();
  return key;
}
