/**
 * The hosted form in a real browser: filled in, refused, corrected and sent, with and without script, on a phone and on
 * a desktop. The pages run over the services in memory, on a port of this machine. With SCREENSHOTS=1 it also takes the
 * pictures of docs/screenshots.
 */
import { mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { type ServerType, serve } from "@hono/node-server";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../src/core/errors";
import { createTestApp, MemoryForms } from "../../src/pages/form/testing";

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 900 };
const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
const PICTURES = path.join(import.meta.dirname, "../../docs/screenshots");

const VISIT = {
  title: "Farm visit, kharif season",
  description: "For field staff of the Tungabhadra programme. Takes about four minutes.",
  questions: [
    { ref: "name", type: "short_text", title: "Farmer's name", required: true },
    {
      ref: "phone",
      type: "phone_number",
      title: "Mobile number",
      description: "We send the receipt to this number.",
      required: true,
    },
    { ref: "email", type: "email", title: "E-mail address" },
    { ref: "about", type: "statement", title: "The field", description: "About the largest field of this farm." },
    { ref: "acres", type: "number", title: "Area in acres", min: 0.1, max: 500, required: true },
    {
      ref: "crop",
      type: "single_choice",
      title: "Main crop",
      required: true,
      choices: [
        { id: "paddy", label: "Paddy" },
        { id: "maize", label: "Maize" },
        { id: "cotton", label: "Cotton" },
        { id: "other", label: "Something else" },
      ],
    },
    {
      ref: "water",
      type: "multiple_choice",
      title: "Where does the water come from?",
      description: "Pick all that apply.",
      choices: [
        { id: "rain", label: "Rain" },
        { id: "canal", label: "Canal" },
        { id: "borewell", label: "Borewell" },
      ],
    },
    {
      ref: "district",
      type: "dropdown",
      title: "District",
      choices: [
        { id: "ballari", label: "Ballari" },
        { id: "koppal", label: "Koppal" },
      ],
    },
    { ref: "loan", type: "yes_no", title: "Is there a loan on the crop?" },
    { ref: "yield", type: "opinion_scale", title: "How does this season's harvest look?", required: true },
    { ref: "visited", type: "date", title: "Day of the visit" },
    { ref: "next", type: "datetime", title: "Next visit" },
    { ref: "place", type: "location", title: "Where is the field?" },
    { ref: "notes", type: "long_text", title: "Anything else?", maxLength: 2000 },
  ],
};

let browser: Browser;
let server: ServerType;
let origin: string;
const forms = new MemoryForms();

beforeAll(async () => {
  const app = createTestApp(forms);
  server = await new Promise<ServerType>((resolve) => {
    const started = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, () => resolve(started));
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", ...QUIET],
  });
});
afterAll(async () => {
  await browser?.close();
  await new Promise((resolve) => server.close(resolve));
});

const open: Page[] = [];
beforeEach(() => {
  forms.stored.length = 0;
  forms.publish("visit", VISIT);
});
afterEach(async () => {
  for (const page of open.splice(0)) await page.context().close();
});

async function visit(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: DESKTOP, locale: "en-GB", colorScheme: "light", ...options });
  const page = await context.newPage();
  open.push(page);
  const refused: string[] = [];
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) refused.push(message.text());
  });
  await page.goto(`${origin}/f/visit`);
  expect(refused).toEqual([]);
  return page;
}

async function picture(page: Page, name: string, fullPage = false): Promise<void> {
  if (!process.env.SCREENSHOTS) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: path.join(PICTURES, `${name}.png`), fullPage });
}

/** By its label, as a person finds it. */
async function fillIn(page: Page): Promise<void> {
  await page.getByLabel("Farmer's name").fill("Asha Gowda");
  await page.getByLabel("Mobile number").fill("+91 98765 43210");
  await page.getByLabel("Area in acres").fill("2.5");
  await page.getByLabel("Maize").check();
  await page.getByLabel("Canal").check();
  await page.getByLabel("Borewell").check();
  await page.getByLabel("District").selectOption("Koppal");
  await page.getByRole("radiogroup", { name: "loan" }).getByLabel("No", { exact: true }).check();
  await page.getByRole("radiogroup", { name: "harvest" }).getByLabel("8", { exact: true }).check({ force: true });
  await page.getByLabel("Day of the visit").fill("2026-11-23");
  await page.getByLabel("Next visit").fill("2026-12-01T09:30");
  await page.getByLabel("Latitude").fill("15.27");
  await page.getByLabel("Longitude").fill("76.39");
  await page.getByLabel("Anything else?").fill("Two pumps,\none broken");
}

const ANSWERS = {
  name: "Asha Gowda",
  phone: "+91 98765 43210",
  acres: 2.5,
  crop: "maize",
  water: ["canal", "borewell"],
  district: "koppal",
  loan: false,
  yield: 8,
  visited: "2026-11-23",
  place: { latitude: 15.27, longitude: 76.39 },
  notes: "Two pumps,\none broken",
};

const send = (page: Page) => page.getByRole("button", { name: "Send" }).click();

describe.each([true, false])("with script: %s", (javaScriptEnabled) => {
  it("a filled-in form is stored and answered with a receipt", async () => {
    const page = await visit({ javaScriptEnabled, timezoneId: "Asia/Kolkata" });
    await fillIn(page);
    await send(page);
    await page.waitForURL("**/thanks/*");
    const next = javaScriptEnabled ? "2026-12-01T09:30:00+05:30" : "2026-12-01T09:30:00Z";
    expect(forms.stored.map((one) => one.answers)).toEqual([{ ...ANSWERS, next }]);
    expect(await page.getByRole("main").textContent()).toContain(forms.stored[0]?.id);
    if (javaScriptEnabled) await picture(page, "form-thanks");
  });

  it("the page says which time zone a time is taken in", async () => {
    const page = await visit({ javaScriptEnabled, timezoneId: "Asia/Kolkata" });
    const note = await page.locator("[data-zone-note]").textContent();
    expect(note).toContain(javaScriptEnabled ? "time zone of this device" : "UTC");
  });

  it("mistakes are shown together, what was typed stays, and the corrected form is stored once", async () => {
    const page = await visit({ javaScriptEnabled });
    await page.getByLabel("Farmer's name").fill("Asha Gowda");
    await page.getByLabel("Mobile number").fill("98");
    await page.getByLabel("Area in acres").fill("900");
    await page.getByLabel("Canal").check();
    await page.getByLabel("Anything else?").fill("\nkept");
    await send(page);
    const summary = page.getByRole("alert");
    await summary.waitFor();
    expect(await summary.getByRole("link").count()).toBe(4);
    if (javaScriptEnabled) {
      expect(await page.evaluate("document.activeElement.id")).toBe("summary");
      await picture(page, "form-error");
    }
    expect(await page.getByLabel("Farmer's name").inputValue()).toBe("Asha Gowda");
    expect(await page.getByLabel("Area in acres").inputValue()).toBe("900");
    expect(await page.getByLabel("Canal").isChecked()).toBe(true);
    expect(await page.getByLabel("Anything else?").inputValue()).toBe("\nkept");
    await summary.getByRole("link", { name: "Mobile number" }).click();
    expect(new URL(page.url()).hash).toBe("#q_phone");
    expect(forms.stored).toEqual([]);
    await fillIn(page);
    await send(page);
    await page.waitForURL("**/thanks/*");
    expect(forms.stored).toHaveLength(1);
  });

  it("a double click is stored once", async () => {
    const page = await visit({ javaScriptEnabled });
    await fillIn(page);
    await page.getByRole("button", { name: "Send" }).dblclick();
    await page.waitForURL("**/thanks/*");
    expect(forms.stored).toHaveLength(1);
  });

  it("a store that was down for a moment takes the same page when it is sent again", async () => {
    const page = await visit({ javaScriptEnabled });
    await fillIn(page);
    forms.failure = new AppError("store_unavailable", { retryAfterSeconds: 1 });
    await send(page);
    await page.getByRole("alert").waitFor();
    await send(page);
    await page.waitForURL("**/thanks/*");
    expect(forms.stored).toMatchObject([{ answers: ANSWERS }]);
  });
});

it("half a date never leaves the browser unseen", async () => {
  const page = await visit();
  await page.getByLabel("Day of the visit").focus();
  await page.keyboard.type("23");
  await send(page);
  expect(await page.locator(":invalid").count()).toBeGreaterThan(0);
  expect(new URL(page.url()).pathname).toBe("/f/visit");
  expect(await page.getByRole("alert").count()).toBe(0);
});

it("the place of the device is filled in on request, and its accuracy goes when a coordinate is typed", async () => {
  const geolocation = { latitude: 15.335, longitude: 76.46, accuracy: 12 };
  const page = await visit({ geolocation, permissions: ["geolocation"] });
  await page.getByRole("button", { name: "Use my location" }).click();
  await page.getByText("Found, to within 12 m.").waitFor();
  expect(await page.getByLabel("Latitude").inputValue()).toBe("15.335000");
  expect(await page.locator("[name='q_place.accuracy']").inputValue()).toBe("12");
  await page.getByLabel("Latitude").fill("15.4");
  expect(await page.locator("[name='q_place.accuracy']").inputValue()).toBe("");
});

it("without script the location button is not there", async () => {
  const page = await visit({ javaScriptEnabled: false });
  expect(await page.locator("button", { hasText: "Use my location" }).isVisible()).toBe(false);
});

describe.each([
  ["phone", PHONE],
  ["desktop", DESKTOP],
])("on a %s", (name, viewport) => {
  it.each(["light", "dark"] as const)("nothing scrolls sideways (%s)", async (colorScheme) => {
    const page = await visit({ viewport, colorScheme, deviceScaleFactor: 1 });
    const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    expect(await page.evaluate(overflow)).toBe(0);
    if (colorScheme === "light") await picture(page, `form-${name}`, true);
    await page.getByLabel("Farmer's name").fill("x".repeat(1500));
    await send(page);
    await page.getByRole("alert").waitFor();
    expect(await page.evaluate(overflow)).toBe(0);
  });

  it("every target is at least 44 px high", async () => {
    const page = await visit({ viewport });
    const targets = page.locator(
      "label.option:visible, main input:visible:not(.option input), select, textarea, button:visible",
    );
    for (const target of await targets.all()) {
      const box = await target.boundingBox();
      if (box && box.x >= 0) expect(box.height, await target.evaluate("e => e.outerHTML")).toBeGreaterThanOrEqual(44);
    }
  });
});
