import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { createOutage } from "../support/failing-d1";
import { SECRET } from "../support/verifier";

const TURNSTILE = { siteKey: "0x4AAAAAAA-site", secret: SECRET };

let key = "";
let form = "";
let tokens = 0;
beforeAll(async () => {
  key = await newWorkspace();
  form = await newForm(key, { turnstile: TURNSTILE });
});

const good = () => `good-${++tokens}`;
const send = (turnstileToken?: string, headers: Record<string, string> = {}, name = "a") =>
  call("POST", `/v1/forms/${form}/responses`, { body: { answers: { name }, turnstileToken }, headers });
const stored = async () => (await call("GET", `/v1/forms/${form}/responses?limit=500`, { key })).body.items.length;
const typed = (fields: Record<string, string>, headers: Record<string, string> = {}) => ({
  body: new URLSearchParams(fields).toString(),
  headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
});

describe("a form with Turnstile", () => {
  it("takes a response with a token that the verifier takes, and no other", async () => {
    const before = await stored();
    const token = good();
    expect((await send(token)).status).toBe(201);
    for (const refused of [await send(token), await send("made-up"), await send(undefined), await send("")]) {
      expect([refused.status, refused.body.code]).toEqual([403, "not_human"]);
    }
    expect(await stored()).toBe(before + 1);
  });

  it("passes the sender's address on", async () => {
    const headers = { "cf-connecting-ip": "203.0.113.7" };
    expect((await send(`${good()}@203.0.113.7`, headers)).status).toBe(201);
    expect((await send(`${good()}@203.0.113.8`, headers)).status).toBe(403);
  });

  it("sent again with its Idempotency-Key is answered as at first; the token serves nothing else", async () => {
    const token = good();
    const headers = { "idempotency-key": "once" };
    const first = await send(token, headers);
    expect([first.status, (await send(token, headers)).body]).toEqual([201, first.body]);
    expect((await send(token, headers, "other")).body.code).toBe("idempotency_key_reused");
    expect((await send(token, { "idempotency-key": "another" })).body.code).toBe("not_human");
  });

  it("answers 503 when the verifier can't be asked, and stores nothing", async () => {
    const before = await stored();
    for (const token of ["down-1", "page-1"]) {
      const { status, headers, body } = await send(token);
      expect([status, body.code, headers.get("retry-after")]).toEqual([503, "turnstile_unavailable", "5"]);
    }
    const unreachable = createOutage({ TURNSTILE_URL: "http://nobody.test/siteverify" });
    const body = { answers: { name: "a" }, turnstileToken: good() };
    expect((await unreachable.call("POST", `/v1/forms/${form}/responses`, { body })).status).toBe(503);
    expect(await stored()).toBe(before);
  });

  it("answers 503 when its secret is not the widget's: that is not the sender's doing", async () => {
    const wrong = await newForm(key, { turnstile: { ...TURNSTILE, secret: "0x4AAAAAAA-other" } });
    const body = { answers: { name: "a" }, turnstileToken: good() };
    expect((await call("POST", `/v1/forms/${wrong}/responses`, { body })).status).toBe(503);
  });

  it("needs no token with a key, also for a batch, which it takes in no other way", async () => {
    expect((await submit(form, { name: "a" }, { key })).status).toBe(201);
    const body = { responses: [{ answers: { name: "a" } }] };
    expect((await call("POST", `/v1/forms/${form}/responses/batch`, { body, key })).status).toBe(207);
    const refused = await call("POST", `/v1/forms/${form}/responses/batch`, { body });
    expect([refused.status, refused.body.detail]).toEqual([401, expect.stringContaining("only with a key")]);
  });
});

describe("a copy of a form with Turnstile", () => {
  it("is protected as its original is, and shows the secret to nobody", async () => {
    const copy = (await call("POST", `/v1/forms/${form}/duplicate`, { key })).body;
    expect(copy.turnstile).toEqual({ siteKey: TURNSTILE.siteKey });
    const to = (turnstileToken?: string) =>
      call("POST", `/v1/forms/${copy.id}/responses`, { body: { answers: { name: "a" }, turnstileToken } });
    expect([(await to()).status, (await to(good())).status]).toEqual([403, 201]);
    expect(JSON.stringify(copy)).not.toContain(SECRET);
    const without = await call("PATCH", `/v1/forms/${copy.id}`, { key, body: { turnstile: null } });
    expect([without.body.turnstile, (await to()).status]).toEqual([null, 201]);
    expect((await send()).status, "the original keeps its own").toBe(403);
  });
});

describe("the hosted form with Turnstile", () => {
  it("shows the widget, and stores what comes with its token", async () => {
    const page = await call("GET", `/f/${form}`);
    expect(page.body).toContain(`data-sitekey="${TURNSTILE.siteKey}"`);
    expect(page.headers.get("content-security-policy")).toContain("https://challenges.cloudflare.com");
    const sent = await call("POST", `/f/${form}`, typed({ q_name: "Mira", "cf-turnstile-response": good() }));
    expect([sent.status, sent.headers.get("location")]).toEqual([303, expect.stringContaining("/thanks/")]);
  });

  it("shows the form again with what was typed when the token is missing or the verifier is down", async () => {
    const without = await call("POST", `/f/${form}`, typed({ q_name: "Mira" }));
    expect([without.status, without.body]).toEqual([403, expect.stringContaining("One more check")]);
    const down = await call("POST", `/f/${form}`, typed({ q_name: "Mira", "cf-turnstile-response": "down-2" }));
    expect([down.status, down.headers.get("retry-after")]).toEqual([503, "5"]);
    for (const { body } of [without, down]) {
      expect(body).toContain('value="Mira"');
      expect(body).toContain(`data-sitekey="${TURNSTILE.siteKey}"`);
    }
  });

  it("a double click is stored once", async () => {
    const before = await stored();
    const fields = { q_name: "Mira", formlog_key: "key-of-one-page", "cf-turnstile-response": good() };
    const [first, again] = [
      await call("POST", `/f/${form}`, typed(fields)),
      await call("POST", `/f/${form}`, typed(fields)),
    ];
    expect(again.headers.get("location")).toBe(first.headers.get("location"));
    expect(await stored()).toBe(before + 1);
  });
});

describe("the secret", () => {
  it("is sealed, and never shown; the site key is", async () => {
    const views = [
      await call("GET", `/v1/forms/${form}`, { key }),
      await call("GET", "/v1/forms", { key }),
      await call("PATCH", `/v1/forms/${form}`, { key, body: { turnstile: TURNSTILE } }),
    ];
    for (const view of views) expect(JSON.stringify(view.body)).not.toContain(SECRET);
    expect(views[0]?.body.turnstile).toEqual({ siteKey: TURNSTILE.siteKey });
    const { results } = await env.DB.prepare("SELECT * FROM forms").all();
    expect(JSON.stringify(results)).not.toContain(SECRET);
  });

  it("can be set later, stays when something else is changed, and null takes Turnstile off", async () => {
    const own = await newForm(key);
    const patch = (body: unknown) => call("PATCH", `/v1/forms/${own}`, { key, body });
    const status = async () => (await submit(own, { name: "a" })).status;
    expect(await status()).toBe(201);
    expect((await patch({ turnstile: TURNSTILE })).body.turnstile).toEqual({ siteKey: TURNSTILE.siteKey });
    expect(await status()).toBe(403);
    await patch({ metadata: { a: 1 } });
    expect(await status()).toBe(403);
    expect((await patch({ turnstile: null })).body.turnstile).toBeNull();
    expect(await status()).toBe(201);
  });

  it("needs a site key beside it, and an encryption key", async () => {
    const alone = await call("PATCH", `/v1/forms/${form}`, { key, body: { turnstile: { secret: SECRET } } });
    expect([alone.status, alone.body.errors[0].pointer]).toEqual([422, "/turnstile/siteKey"]);
    const keyless = createOutage({ FORMLOG_ENCRYPTION_KEY: "" });
    const headers = { authorization: `Bearer ${key}` };
    const refused = await keyless.call("PATCH", `/v1/forms/${form}`, { headers, body: { turnstile: TURNSTILE } });
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining("FORMLOG_ENCRYPTION_KEY")]);
  });
});
