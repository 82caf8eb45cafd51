/**
 * The form in a frame of another site: as high as its content, told when it was sent, and only where its owner says.
 */
import type { ServerType } from "@hono/node-server";
import { Hono } from "hono";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { createTestApp, MemoryForms } from "../../src/pages/form/testing";
import { openSite, type Site, serveApp } from "../support/browser";
import { LOAN } from "./forms";

let site: Site;
let other: { server: ServerType; port: number };
const forms = new MemoryForms();

beforeAll(async () => {
  const app = createTestApp(forms);
  site = await openSite((request) => app.fetch(request));
  const host = new Hono().get("/:form", (c) => {
    const tag = `<script src="${site.origin}/f/assets/embed.js" data-form="${c.req.param("form")}" data-title="Our loans" async></script>`;
    // As a site with a policy of its own has it.
    c.header("Content-Security-Policy", `default-src 'none'; script-src ${site.origin}; frame-src ${site.origin}`);
    return c.html(`<!DOCTYPE html><html lang="en"><title>Site</title><h1>Our site</h1>${tag}<p>After</p></html>`);
  });
  other = await serveApp((request) => host.fetch(request));
  const settings = { embedOn: [`http://localhost:${other.port}`], redirectUrl: "https://example.org/thanks" };
  forms.publish("loan", LOAN, { settings });
  forms.publish("private", LOAN, { settings: { embedOn: ["https://other.example"] } });
  forms.publish("nowhere", LOAN);
});
afterEach(() => site.leave());
afterAll(async () => {
  await site.close();
  await new Promise((resolve) => other.server.close(resolve));
});

const visit = (form: string): Promise<Page> => site.visit(`http://localhost:${other.port}/${form}`);
const NO_BARS = "document.documentElement.scrollHeight <= document.documentElement.clientHeight";

it("is as high as what it shows, on every page, and hands a response over", async () => {
  const page = await visit("loan");
  const frame = page.frameLocator("iframe[title='Our loans']");
  const fits = () => page.frames()[1]?.evaluate(NO_BARS);
  await page.evaluate(`addEventListener("formlog:sent", (event) => { window.sent = event.detail.receipt; })`);
  await frame.getByLabel("Name of the group").fill("Annapurna");
  await frame.getByLabel("Members").fill("12");
  const height = () => page.locator("iframe").evaluate((element) => element.getBoundingClientRect().height);
  await expect.poll(fits).toBe(true);
  const first = await height();
  await frame.getByRole("button", { name: "Next" }).click();
  await frame.getByRole("radiogroup", { name: "before" }).getByLabel("Yes").check();
  await frame.getByLabel("From which bank?").waitFor();
  await expect.poll(fits).toBe(true);
  const second = await height();
  expect(second).not.toBe(first);
  await frame.getByRole("radiogroup", { name: "before" }).getByLabel("No").check();
  await expect.poll(height).toBeLessThan(second);
  await frame.getByRole("button", { name: "Next" }).click();
  await frame.getByLabel("Amount in rupees").fill("60000");
  await frame.getByLabel("Months to pay it back").fill("24");
  await frame.getByRole("button", { name: "Send" }).click();
  await frame.getByRole("heading", { name: "Thank you" }).waitFor();
  await expect.poll(() => page.evaluate("window.sent")).toBe(forms.stored[0]?.id);
  // It leads on, but out of the frame.
  await expect.poll(() => frame.getByRole("link", { name: "Continue" }).getAttribute("target")).toBe("_top");
  expect(site.refused).toEqual([]);
});

it.each(["private", "nowhere"])("is not shown on a site that its owner did not name (%s)", async (form) => {
  const page = await visit(form);
  await page.locator("iframe").waitFor();
  await expect.poll(() => page.frames()[1]?.url()).toMatch(/^chrome-error:/);
});

it("messages of others change nothing", async () => {
  const page = await visit("loan");
  await page.frameLocator("iframe").getByLabel("Members").waitFor();
  const height = () => page.locator("iframe").evaluate((element) => element.style.height);
  await expect.poll(height).not.toBe("600px");
  const before = await height();
  await page.evaluate(`new Promise((done) => {
    addEventListener("message", () => setTimeout(done));
    postMessage({ type: "formlog:height", height: 9999 }, "*");
  })`);
  expect(await height()).toBe(before);
});
