/**
 * What the settings of a form change in its pages: colours, logo, sites that embed, words of thanks, and where it is
 * shared.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../core/errors";
import { EMBED } from "./assets";
import { ask, createTestApp, LINK, MemoryForms, postFields } from "./testing";

const SVG = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
const LOGO = { image: `data:image/svg+xml;base64,${btoa(SVG)}`, alt: "Jal & Co" };
const DEFINITION = { title: "Farm", language: "en", questions: [ask("short_text")] };

let forms: MemoryForms;
let app: ReturnType<typeof createTestApp>;
beforeEach(() => {
  forms = new MemoryForms();
  app = createTestApp(forms);
});

const get = (path: string) => app.request(path);
const policy = (answer: Response) => answer.headers.get("content-security-policy") ?? "";

describe("a theme", () => {
  it("is a stylesheet of its own colour, kept for good, and a logo from our own address", async () => {
    forms.publish("farm", DEFINITION, { settings: { theme: { color: "#6B2FA0", logo: LOGO } } });
    const page = await (await get("/f/farm")).text();
    const [, style = ""] = /rel="stylesheet" href="([^"]+)"/.exec(page) ?? [];
    expect(style).toMatch(/^\/f\/assets\/form-[0-9a-f]{8}-6b2fa0\.css$/);
    const css = await get(style);
    expect(css.headers.get("cache-control")).toContain("immutable");
    expect(await css.text()).toContain("--brand:#6b2fa0");
    const [, logo = ""] = /<img class="logo" src="([^"]+)" alt="Jal &amp; Co"/.exec(page) ?? [];
    const picture = await get(logo);
    expect([picture.status, picture.headers.get("content-type")]).toEqual([200, "image/svg+xml"]);
    expect(await picture.text()).toBe(SVG);
    // Opened by itself, an SVG is a document: nothing in it may run.
    expect(policy(picture)).toMatch(/default-src 'none'.*sandbox/);
    expect(policy(picture)).not.toMatch(/script-src|allow-/);
    expect(picture.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("has another address when the logo is another", async () => {
    const srcOf = async () => /class="logo" src="([^"]+)"/.exec(await (await get("/f/farm")).text())?.[1];
    forms.publish("farm", DEFINITION, { settings: { theme: { logo: LOGO } } });
    const first = await srcOf();
    const other = { ...LOGO, image: `data:image/svg+xml;base64,${btoa(`${SVG} `)}` };
    forms.publish("farm", DEFINITION, { settings: { theme: { logo: other } } });
    expect(await srcOf()).not.toBe(first);
  });

  it.each(["form-123-zzzzzz.css", "form-6b2fa0f.css", "form-00000000-6b2fa0.js", "form-00000000-6b2fa0.svg"])(
    "is not served as %s",
    async (name) => {
      expect((await get(`/f/assets/${name}`)).status).toBe(404);
    },
  );

  it("without a logo there is none", async () => {
    forms.publish("farm", DEFINITION);
    expect((await get("/f/farm/logo")).status).toBe(404);
    expect(await (await get("/f/farm")).text()).not.toContain("<img");
  });
});

describe("sites that embed", () => {
  it("are named in the policy of every page of the form, and X-Frame-Options, which can't name them, is left out", async () => {
    const embedOn = ["https://example.org", "https://*.example.net"];
    forms.publish("farm", DEFINITION, { settings: { embedOn } });
    for (const path of ["/f/farm?embed=1", "/f/farm", "/f/farm/thanks/r0000001", "/f/farm/share"]) {
      const answer = await get(path);
      expect(policy(answer), path).toContain("frame-ancestors https://example.org https://*.example.net");
      expect(answer.headers.get("x-frame-options"), path).toBeNull();
    }
    expect((await get("/f/assets/form.css")).headers.get("x-frame-options")).toBe("DENY");
  });

  it("nobody else may, whatever the address says", async () => {
    forms.publish("farm", DEFINITION);
    const answer = await get("/f/farm?embed=1");
    expect(policy(answer)).toContain("frame-ancestors 'none'");
    expect(answer.headers.get("x-frame-options")).toBe("DENY");
  });

  it("may load the script, and nothing else of ours", async () => {
    const script = await get(`/f/assets/${EMBED.name}`);
    expect(script.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    expect(script.headers.get("cache-control")).toBe("public, max-age=3600, stale-while-revalidate=86400");
    expect((await get("/f/assets/form.js")).headers.get("cross-origin-resource-policy")).toBe("same-origin");
  });

  it("a form in a frame stays in it, and leads on from the page of thanks", async () => {
    const redirectUrl = "https://example.org/thanks";
    forms.publish("farm", DEFINITION, { settings: { embedOn: ["https://example.org"], redirectUrl } });
    const body = new URLSearchParams({ q_short_text: "Asha", formlog_version: "1" });
    const sent = await app.request("/f/farm?embed=1", { method: "POST", body });
    expect(sent.headers.get("location")).toBe("/f/farm/thanks/r0000001?embed=1");
    const thanks = await (await get("/f/farm/thanks/r0000001?embed=1")).text();
    expect(thanks).toContain(`<a href="${redirectUrl}" target="_top">`);
    expect((await postFields(app, "farm", { q_short_text: "Asha" })).headers.get("location")).toBe(redirectUrl);
  });
});

describe("what people are told", () => {
  it("after sending, in the words of the owner and in the language of the form", async () => {
    const settings = { thanksMessage: "See you in spring." };
    forms.publish("farm", { ...DEFINITION, language: "fr" }, { settings });
    const page = await (await get("/f/farm/thanks/r0000001")).text();
    expect(page).toContain('<html lang="fr" dir="ltr"');
    expect(page).toContain("See you in spring.");
    expect(page).toContain("Vos réponses sont enregistrées.");
  });

  it.each([
    [{ opensAt: "2999-01-01T09:00:00Z" }, {}, "لم يُفتح هذا النموذج بعد"],
    [{ closesAt: "2000-01-01T09:00:00Z" }, {}, "هذا النموذج مغلق"],
    [{}, { state: "closed" as const }, "هذا النموذج مغلق"],
    [{}, { full: true }, "اكتمل هذا النموذج"],
  ])("while it is closed, full or not open yet (%j %j)", async (settings, state, text) => {
    forms.publish("farm", { ...DEFINITION, language: "ar" }, { settings, ...state });
    const page = await (await get("/f/farm")).text();
    expect(page).toContain('<html lang="ar" dir="rtl"');
    expect(page).toContain(`<strong>${text}.</strong>`);
    if ("opensAt" in settings) expect(page).toContain('<time datetime="2999-01-01T09:00:00.000Z">');
  });

  it("a form that became full meanwhile shows what was typed", async () => {
    forms.publish("farm", DEFINITION);
    forms.failure = new AppError("form_full");
    const sent = await postFields(app, "farm", { q_short_text: "Asha" });
    expect(sent.status).toBe(409);
    const page = await sent.text();
    expect(page).toContain("<strong>This form is full.</strong> Your response was not stored.");
    expect(page).toContain('<dd dir="auto">Asha</dd>');
  });
});

describe("sharing", () => {
  it("shows the link, with what it was opened by, and its QR code", async () => {
    forms.publish("farm", DEFINITION, { access: "link" });
    expect((await get("/f/farm/share")).status).toBe(401);
    expect((await get("/f/farm/qr.svg")).status).toBe(401);
    const page = await (await get(`/f/farm/share?link=${LINK}`)).text();
    expect(page).toContain(`http://localhost/f/farm?link=${LINK}`);
    expect(page).not.toContain("embed.js");
    const code = await get(`/f/farm/qr.svg?link=${LINK}`);
    expect(code.headers.get("content-type")).toBe("image/svg+xml");
    expect(await code.text()).toMatch(/^<svg /);
  });

  it("by the address that the installation is reached at from outside", async () => {
    forms.publicUrl = () => "https://forms.example";
    forms.publish("farm", DEFINITION, { settings: { embedOn: ["https://example.org"] } });
    const page = await (await get("/f/farm/share")).text();
    expect(page).toContain("https://forms.example/f/farm");
    const tag = '&lt;script src="https://forms.example/f/assets/embed.js" data-form="farm" async&gt;&lt;/script&gt;';
    expect(page.replaceAll("&quot;", '"')).toContain(tag);
  });

  it("a form that takes responses by key only has no such page", async () => {
    forms.publish("farm", DEFINITION, { access: "key" });
    expect((await get("/f/farm/share")).status).toBe(403);
  });
});
