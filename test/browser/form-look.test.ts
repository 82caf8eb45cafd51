/**
 * How the hosted pages look and what they cost: no barriers that axe knows in light, dark and right-to-left, all of it
 * by keyboard, under 30 KB in at most four requests. SCREENSHOTS=1 takes the pictures of docs/screenshots.
 */
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import decodeQr from "qr/decode.js";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { createTestApp, MemoryForms } from "../../src/pages/form/testing";
import { flaws, openSite, pictures, type Site } from "../support/browser";
import { LOAN, THEME, VISIT } from "./forms";

let site: Site;
const forms = new MemoryForms();

beforeAll(async () => {
  const app = createTestApp(forms);
  site = await openSite((request) => app.fetch(request));
  forms.publish("visit", VISIT);
  forms.publish("loan", LOAN, { settings: { theme: THEME, embedOn: ["https://jaldhara.example"] } });
  // A colour that nobody could read on white, nor on black.
  forms.publish("pale", LOAN, { settings: { theme: { color: "#ffe95c" } } });
  forms.publish("deep", LOAN, { settings: { theme: { color: "#1a0d40" } } });
  forms.publish("soon", LOAN, {
    settings: { theme: THEME, opensAt: "2099-12-01T09:00:00Z", closedMessage: "Loans for the summer crop." },
  });
});
afterAll(() => site.close());
afterEach(() => site.leave());

const next = (page: Page) => page.locator("[data-next]").click();

async function fillLoan(page: Page): Promise<void> {
  await page.locator("#q_group").fill("Annapurna");
  await page.locator("#q_members").fill("12");
  await next(page);
  await page.locator("#q_had").check();
  await page.locator("#q_bank").waitFor();
}

async function refuse(page: Page): Promise<void> {
  await page.getByLabel("Farmer's name").fill("Asha Gowda");
  await page.getByLabel("Mobile number").fill("98");
  await page.getByLabel("Area in acres").fill("900");
  await page.getByLabel("Canal").check();
  await page.getByRole("radiogroup", { name: "advice" }).getByLabel("4", { exact: true }).check({ force: true });
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("alert").waitFor();
}

interface Scene {
  readonly name: string;
  readonly path: string;
  readonly act?: (page: Page) => Promise<void>;
  /** Taken as pictures: light, or dark too. */
  readonly shown?: "light" | "dark";
}

const SCENES: readonly Scene[] = [
  { name: "form", path: "/f/visit", shown: "light" },
  { name: "form-error", path: "/f/visit", act: refuse, shown: "light" },
  { name: "form-pages", path: "/f/loan?lang=en", act: fillLoan, shown: "dark" },
  { name: "form-mistakes", path: "/f/loan?lang=en", act: next },
  { name: "form-hindi", path: "/f/loan?lang=hi", shown: "light" },
  { name: "form-urdu", path: "/f/loan?lang=ur", act: fillLoan, shown: "light" },
  { name: "form-thanks", path: "/f/loan/thanks/tv26n5xhnb", shown: "light" },
  { name: "form-kept", path: "/f/loan/kept/tv26n5xhnb" },
  { name: "form-closed", path: "/f/soon", shown: "light" },
  { name: "form-share", path: "/f/loan/share", shown: "light" },
  { name: "form-nowhere", path: "/f/nowhere?lang=ar" },
  { name: "form-pale", path: "/f/pale?lang=ur", act: fillLoan },
  { name: "form-deep", path: "/f/deep", act: fillLoan },
];
it.each(SCENES)("$name has no barriers and fits, on a phone and a desktop", async ({ name, path, act, shown }) => {
  const page = await site.visit(path, { bypassCSP: true, reducedMotion: "reduce" });
  await act?.(page);
  expect(await flaws(page)).toEqual([]);
  if (shown) await pictures(page, name, { dark: shown === "dark" });
});

it("a form is filled in and sent by keyboard alone", async () => {
  const page = await site.visit("/f/loan?lang=en");
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focused = () => page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()");
  await page.locator("nav a").last().focus();
  await press("Tab");
  expect(await focused()).toBe("q_group");
  await page.keyboard.type("Annapurna");
  await press("Tab");
  await page.keyboard.type("12");
  await press("Tab");
  expect(await focused()).toBe("Next");
  await press("Enter");
  await expect.poll(focused).toBe("part_2");
  // Right from "Yes" is "No".
  await press("Tab", "Space", "ArrowRight", "Tab");
  expect(await focused()).toBe("Back");
  await press("Tab", "Enter");
  await expect.poll(focused).toBe("part_4");
  await press("Tab");
  await page.keyboard.type("60000");
  await press("Tab");
  await page.keyboard.type("24");
  await press("Tab", "Tab", "Tab");
  expect(await focused()).toBe("Send");
  await press("Enter");
  await page.waitForURL("**/thanks/*");
  expect(forms.stored).toMatchObject([{ answers: { had: false, months: 24 } }]);
});

it("what has the focus is seen", async () => {
  const page = await site.visit("/f/visit");
  for (let i = 0; i < 24; i += 1) {
    await page.keyboard.press("Tab");
    const ring = `(() => {
      const one = document.activeElement;
      const seen = [one, one.closest("label")].filter(Boolean).map((element) => getComputedStyle(element));
      return seen.some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
    })()`;
    expect(await page.evaluate(ring), await page.evaluate<string>("document.activeElement.outerHTML")).toBe(true);
  }
});

it.each(["/f/visit", "/f/loan?lang=hi"])(
  "%s is under 30 KB in at most four requests, all of them ours",
  async (path) => {
    const context = await site.browser.newContext();
    const page = await context.newPage();
    const asked: { url: string; bytes: Promise<number> }[] = [];
    page.on("response", (answer) => {
      asked.push({ url: answer.url(), bytes: answer.body().then((body) => gzipSync(body).byteLength) });
    });
    await page.goto(site.origin + path, { waitUntil: "networkidle" });
    const sizes = await Promise.all(asked.map(({ bytes }) => bytes));
    const sum = sizes.reduce((all, bytes) => all + bytes, 0);
    if (process.env.SCREENSHOTS)
      console.log(
        path,
        asked.map(({ url }, i) => `${new URL(url).pathname} ${sizes[i]}`),
        sum,
      );
    expect(new Set(asked.map(({ url }) => new URL(url).origin))).toEqual(new Set([site.origin]));
    expect(asked.length).toBeLessThanOrEqual(4);
    expect(sum).toBeLessThan(30_000);
    await context.close();
  },
);

it("a camera reads the address of the form from its QR code, also in the dark", async () => {
  const page = await site.visit("/f/loan/share?lang=hi", { colorScheme: "dark" });
  const pixels = await page.evaluate<{ width: number; height: number; data: number[] }>(`(async () => {
    const image = document.querySelector("img.code");
    const [width, height] = [400, 400];
    const canvas = new OffscreenCanvas(width, height).getContext("2d");
    // What is not painted is black, as on a dark poster.
    canvas.fillRect(0, 0, width, height);
    await image.decode();
    canvas.drawImage(image, 0, 0, width, height);
    return { width, height, data: [...canvas.getImageData(0, 0, width, height).data] };
  })()`);
  expect(decodeQr({ ...pixels, data: Uint8Array.from(pixels.data) })).toBe(`${site.origin}/f/loan?lang=hi`);
});
