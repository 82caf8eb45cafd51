/**
 * The hosted form in a real browser: filled in, refused, corrected and sent, with and without script, on a phone and on
 * a desktop. The pages run over the services in memory, on a port of this machine.
 */
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../src/core/errors";
import { createTestApp, MemoryForms } from "../../src/pages/form/testing";
import { DESKTOP, openSite, PHONE, type Site } from "../support/browser";
import { focusOf } from "../support/focus";
import { VISIT } from "./forms";

let site: Site;
const forms = new MemoryForms();

beforeAll(async () => {
  const app = createTestApp(forms);
  site = await openSite((request) => app.fetch(request));
});
afterAll(() => site.close());
beforeEach(() => {
  forms.stored.length = 0;
  forms.publish("visit", VISIT);
});
afterEach(async () => {
  expect(site.refused).toEqual([]);
  await site.leave();
});

const visit = (options: BrowserContextOptions = {}): Promise<Page> => site.visit("/f/visit", options);

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
  await page.getByRole("radiogroup", { name: "advice" }).getByLabel("4", { exact: true }).check({ force: true });
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
  advice: 4,
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
    await expect.poll(() => page.getByRole("main").textContent()).toContain(forms.stored[0]?.id);
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
    await expect.poll(() => summary.getByRole("link").count()).toBe(4);
    if (javaScriptEnabled) await focusOf(page, "id").toBe("summary");
    await expect.poll(() => page.getByLabel("Farmer's name").inputValue()).toBe("Asha Gowda");
    await expect.poll(() => page.getByLabel("Area in acres").inputValue()).toBe("900");
    await expect.poll(() => page.getByLabel("Canal").isChecked()).toBe(true);
    await expect.poll(() => page.getByLabel("Anything else?").inputValue()).toBe("\nkept");
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
    // Not by waitForURL, which fails when the second click ends what the first one began.
    await expect.poll(() => page.url()).toContain("/thanks/");
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

it("the widget's script and frame are let in, and its token is sent with the answers", async () => {
  forms.publish("visit", VISIT, { turnstile: { siteKey: "0x4A-site" } });
  const page = await site.visit("/f/none");
  // What the browser would load from Cloudflare: it writes a token where Turnstile's script does.
  const script = `for (const box of document.querySelectorAll(".cf-turnstile")) {
    const frame = Object.assign(document.createElement("iframe"), { src: "https://challenges.cloudflare.com/frame" });
    box.append(frame, Object.assign(document.createElement("input"),
      { type: "hidden", name: "cf-turnstile-response", value: "token of " + box.dataset.sitekey }));
  }`;
  await page.route("https://challenges.cloudflare.com/**", (route) =>
    route.request().url().endsWith("api.js")
      ? route.fulfill({ contentType: "text/javascript", body: script })
      : route.fulfill({ contentType: "text/html", body: "checked" }),
  );
  await page.goto(`${site.origin}/f/visit`);
  await page.frameLocator(".cf-turnstile iframe").getByText("checked").waitFor();
  await fillIn(page);
  await send(page);
  await page.waitForURL("**/thanks/*");
  expect(forms.stored).toMatchObject([{ answers: ANSWERS, turnstileToken: "token of 0x4A-site" }]);
});

it("half a date never leaves the browser unseen", async () => {
  const page = await visit();
  await page.getByLabel("Day of the visit").focus();
  await page.keyboard.type("23");
  await send(page);
  await page.getByRole("alert").getByRole("link", { name: "Day of the visit: This can't be read" }).click();
  await focusOf(page, "id").toBe("q_visited");
  await expect.poll(() => page.getByLabel("Day of the visit").getAttribute("aria-invalid")).toBe("true");
  expect(forms.stored).toEqual([]);
});

it("the place of the device is filled in on request, and its accuracy goes when a coordinate is typed", async () => {
  const geolocation = { latitude: 15.335, longitude: 76.46, accuracy: 12 };
  const page = await visit({ geolocation, permissions: ["geolocation"] });
  await page.getByRole("button", { name: "Use my location" }).click();
  await page.getByText("Found, to within 12 m.").waitFor();
  await expect.poll(() => page.getByLabel("Latitude").inputValue()).toBe("15.335000");
  await expect.poll(() => page.locator("[name='q_place.accuracy']").inputValue()).toBe("12");
  await page.getByLabel("Latitude").fill("15.4");
  await expect.poll(() => page.locator("[name='q_place.accuracy']").inputValue()).toBe("");
});

it("without script the location button is not there", async () => {
  const page = await visit({ javaScriptEnabled: false });
  await expect.poll(() => page.locator("button", { hasText: "Use my location" }).isVisible()).toBe(false);
});

describe.each([
  ["phone", PHONE],
  ["desktop", DESKTOP],
])("on a %s", (_name, viewport) => {
  it.each(["light", "dark"] as const)("nothing scrolls sideways (%s)", async (colorScheme) => {
    const page = await visit({ viewport, colorScheme, deviceScaleFactor: 1 });
    const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    expect(await page.evaluate(overflow)).toBe(0);
    await page.getByLabel("Farmer's name").fill("x".repeat(1500));
    await send(page);
    await page.getByRole("alert").waitFor();
    expect(await page.evaluate(overflow)).toBe(0);
  });

  it("every target is at least 44 px high", async () => {
    const page = await visit({ viewport });
    const targets = page.locator(
      "main label:has(input):visible, main input:visible:not(label input), select, textarea, button:visible, nav a",
    );
    for (const target of await targets.all()) {
      const box = await target.boundingBox();
      if (box && box.x >= 0) expect(box.height, await target.evaluate("e => e.outerHTML")).toBeGreaterThanOrEqual(44);
    }
  });
});
