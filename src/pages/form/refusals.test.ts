import { beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../core/errors";
import { ask, createTestApp, type Fields, hidden, MemoryForms, postFields } from "./testing";

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

  it("a filled trap is refused aloud, and the same page can be sent again", async () => {
    forms.publish("farm", { title: "Farm", questions });
    const fields = { q_short_text: "Asha", formlog_key: "key-of-one-page" };
    const answer = await post("farm", { ...fields, formlog_website: "https://spam.example" });
    const page = await answer.text();
    expect(answer.status).toBe(422);
    expect(page).toContain("this looked automatic");
    expect(page).not.toContain("spam.example");
    expect(page).toContain('value="Asha"');
    expect(forms.stored).toEqual([]);
    expect((await post("farm", fields)).status).toBe(303);
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
      expect(page).toMatch(/^<!DOCTYPE html><html lang="en">/);
      expect(page).not.toMatch(/ style=| on[a-z]+="/);
    }
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
    expect(await (await get("/f/farm/thanks/r0000001")).text()).toContain("<code>r0000001</code>");
    expect((await get("/f/farm/thanks/You%20won")).status).toBe(404);
  });
});
