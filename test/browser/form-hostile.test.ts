/**
 * Whatever stands in the texts of a form, or is typed into it, is shown as a text. The content security policy is
 * switched off here: it is the second line, and must have nothing to do.
 */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestApp, MemoryForms } from "../../src/pages/form/testing";
import { openSite, type Site } from "../support/browser";
import { HOSTILE, HOSTILE_TEXT, TRAP } from "../support/hostile";

const texts = { title: HOSTILE_TEXT.slice(0, 290), description: HOSTILE_TEXT };
const choices = HOSTILE.map((label, i) => ({ id: `c${i}`, label }));
const page = (n: number) => ({ title: HOSTILE.slice(n, n + 6).join(" "), description: HOSTILE_TEXT });

const DEFINITION = {
  ...texts,
  language: "en",
  questions: [
    ...HOSTILE.map((title, i) => ({ ref: `q${i}`, type: "short_text", title, description: title })),
    { ref: "about", type: "statement", title: HOSTILE_TEXT, description: HOSTILE_TEXT },
    { ref: "one", type: "single_choice", title: HOSTILE_TEXT, choices, required: true },
    { ref: "many", type: "multiple_choice", title: HOSTILE_TEXT, choices, page: page(0) },
    { ref: "down", type: "dropdown", title: HOSTILE_TEXT, choices, required: true },
    { ref: "long", type: "long_text", title: HOSTILE_TEXT, page: page(6) },
    { ref: "echo", type: "long_text", title: HOSTILE_TEXT, calculated: "long", shown: true },
  ],
  translations: { hi: { ...texts, questions: { about: { title: HOSTILE_TEXT, page: undefined } } } },
};
const PNG = "data:image/png;base64,iVBORw0KGgo=";
const SETTINGS = {
  closedMessage: HOSTILE_TEXT,
  thanksMessage: HOSTILE_TEXT,
  theme: { logo: { image: PNG, alt: HOSTILE_TEXT.slice(0, 200) } },
};

let site: Site;
const forms = new MemoryForms();

beforeAll(async () => {
  const app = createTestApp(forms);
  site = await openSite((request) => app.fetch(request));
  forms.publish("hostile", DEFINITION, { settings: SETTINGS });
  forms.publish("closed", DEFINITION, { settings: SETTINGS, state: "closed" });
});
afterAll(() => site.close());

async function open(address: string): Promise<Page> {
  const opened = await site.visit("about:blank", { bypassCSP: true });
  await opened.addInitScript(TRAP);
  await opened.goto(new URL(address, site.origin).href);
  return opened;
}

/** Nothing ran, and there is no element that we did not make. */
async function expectInert(opened: Page): Promise<void> {
  await opened.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))");
  expect(await opened.evaluate("window.pwnedCalls")).toBe(0);
  const foreign =
    "body script, iframe, svg, math, mglyph, style, b, [onerror], [onfocus], [onload], a[href^=javascript]";
  await expect.poll(() => opened.locator(foreign).count()).toBe(0);
}

it("on the form, in each language, in what its script says, and in what it brings back", async () => {
  const opened = await open("/f/hostile");
  await expectInert(opened);
  for (const [i, text] of HOSTILE.entries()) await opened.locator(`#q_q${i}`).fill(text);
  await opened.getByRole("button", { name: "Next" }).click();
  await opened.getByRole("alert").getByRole("link").waitFor();
  await expectInert(opened);
  await opened.locator("#q_one").check();
  await opened.getByRole("button", { name: "Next" }).click();
  await opened.locator("#q_down").selectOption("c1");
  await opened.getByRole("button", { name: "Next" }).click();
  await opened.locator("#q_long").fill(HOSTILE_TEXT);
  await opened.locator("output", { hasText: "pwned" }).waitFor();
  await expectInert(opened);
  await opened.goto(`${site.origin}/f/hostile?lang=hi`);
  await opened.locator(".notice").waitFor();
  await expect.poll(() => opened.locator("#q_q0").inputValue()).toBe(HOSTILE[0]);
  await expectInert(opened);
});

it("on the form that comes back with its mistakes, and in texts that have no place any more", async () => {
  const fields: Record<string, string> = { formlog_version: "0", q_gone: HOSTILE_TEXT, q_down: HOSTILE_TEXT };
  for (const [i, text] of HOSTILE.entries()) fields[`q_q${i}`] = text.repeat(i === 0 ? 60 : 1);
  const opened = await open("/f/hostile");
  const inputs = JSON.stringify(fields);
  await opened.evaluate(`(() => {
    const form = Object.assign(document.createElement("form"), { method: "post", action: "/f/hostile" });
    for (const [name, value] of Object.entries(${inputs})) {
      form.append(Object.assign(document.createElement("input"), { name, value }));
    }
    document.body.append(form);
    form.submit();
  })()`);
  await opened.getByRole("alert").getByText("The form has changed").waitFor();
  await expectInert(opened);
});

it.each(["/f/closed", "/f/hostile/thanks/r0000001", "/f/hostile/kept/r0000001", "/f/hostile/share"])(
  "on %s",
  async (address) => {
    const opened = await open(address);
    expect(await opened.content()).toContain("pwned()");
    await expectInert(opened);
  },
);

it("in what is flagged, and in the answers that are to be mended", async () => {
  forms.publish("flagged", {
    ...texts,
    questions: [{ ref: "long", type: "long_text", title: HOSTILE_TEXT }],
    rules: [{ name: "never", severity: "flag", expression: "long == ''", message: HOSTILE_TEXT.slice(0, 990) }],
  });
  const body = new URLSearchParams({ q_long: HOSTILE_TEXT, formlog_version: "1" });
  const sent = await fetch(`${site.origin}/f/flagged`, { method: "POST", body, redirect: "manual" });
  const opened = await open(sent.headers.get("location") ?? "");
  await opened.getByRole("status").getByText("pwned()").waitFor();
  await expectInert(opened);
  await opened.getByRole("link", { name: "Correct your answers" }).click();
  await expect.poll(() => opened.locator("#q_long").inputValue()).toBe(HOSTILE_TEXT);
  await expectInert(opened);
});

it("in the address", async () => {
  const opened = await open("/f/hostile");
  for (const text of [HOSTILE_TEXT, "__proto__"]) {
    const query = new URLSearchParams({ lang: text, link: text, embed: text });
    const segment = encodeURIComponent(text);
    for (const path of ["hostile", "hostile/share", segment, `hostile/thanks/${segment}`, `${segment}/kept/abcd`]) {
      await opened.goto(`${site.origin}/f/${path}?${query}`);
      await expectInert(opened);
    }
  }
});
