import { beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../core/errors";
import { ask, createTestApp, type Fields, hidden, LINK, MemoryForms, postFields } from "./testing";

let forms: MemoryForms;
let app: ReturnType<typeof createTestApp>;
beforeEach(() => {
  forms = new MemoryForms();
  app = createTestApp(forms);
});

const get = (path: string) => app.request(path);
const post = (form: string, fields: Fields) => postFields(app, form, fields);

describe("what can't be shown or taken", () => {
  const questions = [ask("short_text")];

  it("an unknown form is 404", async () => {
    for (const answer of [await get("/f/none"), await post("none", {})]) {
      expect(answer.status).toBe(404);
      expect(await answer.text()).toContain("There is no form at this address");
    }
  });

  it("a closed form says so, and gives back what was typed", async () => {
    forms.publish("farm", { title: "Farm", questions }, { state: "closed" });
    const shown = await get("/f/farm");
    expect([shown.status, await shown.text()]).toEqual([200, expect.stringContaining("This form is closed")]);
    const sent = await post("farm", { q_short_text: "Asha" });
    expect([sent.status, await sent.text()]).toEqual([409, expect.stringContaining('<dd dir="auto">Asha</dd>')]);
    expect(forms.stored).toEqual([]);
  });

  it("a form for keys only is 403", async () => {
    forms.publish("farm", { title: "Farm", questions }, { access: "key" });
    expect((await get("/f/farm")).status).toBe(403);
    expect((await post("farm", { q_short_text: "Asha" })).status).toBe(403);
    expect(forms.stored).toEqual([]);
  });

  it("a filled trap is thanked without a receipt, counted, and nothing is stored", async () => {
    forms.publish("farm", { title: "Farm", questions });
    const answer = await post("farm", { q_short_text: "Asha", formlog_website: "https://spam.example" });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/f/farm/thanks"]);
    const thanks = await (await get("/f/farm/thanks")).text();
    expect(thanks).toContain("Thank you");
    expect(thanks).not.toMatch(/receipt/i);
    expect([forms.stored, forms.trapped]).toEqual([[], 1]);
  });

  it("the trap is out of sight of people, of screen readers, of the keyboard and of what fills in forms", async () => {
    forms.publish("farm", { title: "Farm", questions });
    const page = await (await get("/f/farm")).text();
    const [trap = ""] = /<div class="trap".*?<\/div>/s.exec(page) ?? [];
    expect(trap).toMatch(/^<div class="trap" aria-hidden="true">/);
    expect(trap).toContain('tabindex="-1"');
    expect(trap).toContain('autocomplete="off"');
    expect(trap).not.toMatch(/type="hidden"|display:| hidden/);
  });

  it("a form by link needs one that works, and what was typed with one that was withdrawn is kept", async () => {
    forms.publish("farm", { title: "Farm", questions }, { access: "link" });
    const without = await get("/f/farm");
    expect([without.status, await without.text()]).toEqual([401, expect.stringContaining("needs its link")]);
    const withdrawn = await get("/f/farm?link=other");
    expect([withdrawn.status, await withdrawn.text()]).toEqual([403, expect.stringContaining("was withdrawn")]);
    const sent = await post("farm?link=other", { q_short_text: "Asha" });
    const page = await sent.text();
    expect([sent.status, page]).toEqual([403, expect.stringContaining("Not sent yet: This link does not work")]);
    expect(page).toContain('value="Asha"');
    expect(forms.stored).toEqual([]);
  });

  it("a link goes along to the next response", async () => {
    forms.publish("farm", { title: "Farm", questions }, { access: "link" });
    expect(await (await get(`/f/farm?link=${LINK}`)).text()).toContain(`action="/f/farm?link=${LINK}"`);
    const location = (await post(`farm?link=${LINK}`, { q_short_text: "Asha" })).headers.get("location") ?? "";
    expect(location).toBe(`/f/farm/thanks/r0000001?link=${LINK}`);
    expect(await (await get(location)).text()).toContain(`href="/f/farm?link=${LINK}"`);
  });

  it("a store that is down keeps what was typed, and the key, so that trying again stores once", async () => {
    forms.publish("farm", { title: "Farm", questions });
    forms.failure = new AppError("store_unavailable", { retryAfterSeconds: 7 });
    const answer = await post("farm", { q_short_text: "Asha", formlog_key: "key-of-one-page" });
    const page = await answer.text();
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "7"]);
    expect(page).toContain('value="Asha"');
    expect(hidden(page, "formlog_key")).toBe("key-of-one-page");
  });

  it("a failure that nobody expected is left to the app", async () => {
    forms.publish("farm", { title: "Farm", questions });
    forms.failure = new TypeError("a bug");
    app.onError((error, c) => c.text(`seen: ${error.message}`, 500));
    expect(await (await post("farm", { q_short_text: "Asha" })).text()).toBe("seen: a bug");
  });

  it("more than 512 KB is 413, with or without a length", async () => {
    forms.publish("farm", { title: "Farm", questions });
    const body = `q_short_text=${"a".repeat(512 * 1024)}`;
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    expect((await app.request("/f/farm", { method: "POST", headers, body })).status).toBe(413);
    const stream = new Response(body).body;
    const request = new Request("http://localhost/f/farm", { method: "POST", headers, body: stream });
    expect((await app.request(request)).status).toBe(413);
  });

  it("only the two types of a form are read, and no files", async () => {
    forms.publish("farm", { title: "Farm", questions });
    const json = { method: "POST", headers: { "content-type": "application/json" }, body: '{"q_short_text":"Asha"}' };
    expect((await app.request("/f/farm", json)).status).toBe(415);
    const files = new FormData();
    files.append("q_short_text", new File(["hello"], "hello.txt"));
    expect((await app.request("/f/farm", { method: "POST", body: files })).status).toBe(415);
    const broken = { method: "POST", headers: { "content-type": "multipart/form-data; boundary=x" }, body: "nonsense" };
    expect((await app.request("/f/farm", broken)).status).toBe(400);
    expect(forms.stored).toEqual([]);
  });

  it("another method is 405", async () => {
    forms.publish("farm", { title: "Farm", questions });
    const answer = await app.request("/f/farm", { method: "DELETE" });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD, POST"]);
  });
});

describe("headers and files", () => {
  it("every page, errors too, forbids inline code and framing, and is not kept", async () => {
    forms.publish("farm", { title: "Farm", questions: [ask("short_text", { required: true })] });
    for (const answer of [
      await get("/f/farm"),
      await post("farm", {}),
      await get("/f/none"),
      await get("/f/farm/thanks/r0000001"),
    ]) {
      const policy = answer.headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("unsafe");
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("x-frame-options")).toBe("DENY");
      expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
      expect(answer.headers.get("cache-control")).toBe("no-store");
      const page = await answer.text();
      expect(page).toMatch(/^<!DOCTYPE html><html lang="en" dir="ltr">/);
      expect(page).not.toMatch(/ style=| on[a-z]+="/);
    }
  });

  it("only the page of a form with Turnstile lets its host in", async () => {
    forms.publish("farm", { title: "Farm", questions: [ask("short_text")] }, { turnstile: { siteKey: "0x4A-site" } });
    const host = "https://challenges.cloudflare.com";
    const answer = await get("/f/farm");
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toContain(`script-src 'self' ${host};`);
    expect(policy).toContain(`frame-src ${host}`);
    expect(policy).toContain("default-src 'none'");
    expect(answer.headers.get("referrer-policy")).toBe("strict-origin");
    const page = await answer.text();
    expect(page).toContain('data-sitekey="0x4A-site"');
    expect(page).toContain(`<script src="${host}/turnstile/v0/api.js"`);
    forms.publish("plain", { title: "Plain", questions: [ask("short_text")] });
    for (const other of [await get("/f/plain"), await get("/f/farm/thanks/r0000001"), await get("/f/none")]) {
      expect(other.headers.get("content-security-policy")).not.toContain("cloudflare");
      expect(await other.text()).not.toContain("cloudflare");
    }
  });

  it("a page with the widget lets its redirect through as well, also when it is shown again", async () => {
    const settings = { redirectUrl: "https://example.org/thanks" };
    const definition = { title: "Farm", questions: [ask("short_text", { required: true })] };
    forms.publish("farm", definition, { turnstile: { siteKey: "0x4A-site" }, settings });
    for (const answer of [await get("/f/farm"), await post("farm", {})]) {
      const policy = answer.headers.get("content-security-policy") ?? "";
      expect(policy).toContain("script-src 'self' https://challenges.cloudflare.com;");
      expect(policy).toContain("form-action 'self' https://example.org;");
    }
    const sent = await post("farm", { q_short_text: "Asha" });
    expect([sent.status, sent.headers.get("location")]).toEqual([303, "https://example.org/thanks"]);
    expect(sent.headers.get("content-security-policy")).not.toContain("example.org");
  });

  it("files that pages name may be kept for good; others may not", async () => {
    forms.publish("farm", { title: "Farm", questions: [ask("short_text")] });
    const page = await (await get("/f/farm")).text();
    const paths = [...page.matchAll(/(?:href|src)="(\/f\/assets\/[^"]+)"/g)].map((match) => match[1] ?? "");
    expect(paths).toHaveLength(3);
    for (const path of paths) {
      const answer = await get(path);
      expect([answer.status, answer.headers.get("cache-control")]).toEqual([
        200,
        "public, max-age=31536000, immutable",
      ]);
    }
    for (const path of ["/f/assets/form.css", "/f/assets/form.js", "/f/assets/form-00000000.css"]) {
      const answer = await get(path);
      expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-cache"]);
    }
    expect((await get("/f/assets/other.css")).status).toBe(404);
  });

  it("the thank-you page needs no form, shows the receipt, and nothing that is not one", async () => {
    expect(await (await get("/f/farm/thanks/r0000001")).text()).toContain(`<code dir="ltr">r0000001</code>`);
    expect((await get("/f/farm/thanks/You%20won")).status).toBe(404);
  });
});
