/**
 * The docs page in a real browser, on a phone and on a desktop, light and dark, without script. SCREENSHOTS=1 takes
 * pictures.
 */
import { gzipSync } from "node:zlib";
import { Hono } from "hono";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { makeDocument } from "../../src/http/openapi/document";
import { OPERATIONS } from "../../src/http/openapi/operations";
import { createDocsPages } from "../../src/pages/docs/routes";
import { findAsset } from "../../src/pages/form/assets";
import { listKinds } from "../../src/services/kinds";
import { barriers, DESKTOP, DRAWN, openSite, PHONE, picture, type Site } from "../support/browser";

/** All rules of axe and all operations once: in the other colours, what depends on how some of them are drawn. */
const VIEWS = [
  { name: "phone", viewport: PHONE, colorScheme: "dark", looked: "/docs", rules: undefined },
  { name: "desktop", viewport: DESKTOP, colorScheme: "light", looked: "/some/docs", rules: DRAWN },
] as const;
const SOME = OPERATIONS.slice(0, 12);

let site: Site;

beforeAll(async () => {
  const app = new Hono()
    .route("/", createDocsPages(makeDocument(OPERATIONS), listKinds))
    .route("/some", createDocsPages(makeDocument(SOME), listKinds))
    .get("/f/assets/:name", (c) => {
      const found = findAsset(c.req.param("name"));
      return found ? c.body(found.asset.text, 200, { "content-type": found.asset.type }) : c.notFound();
    });
  site = await openSite((request) => app.fetch(request));
});
afterAll(() => site?.close());
afterEach(() => site.leave());

describe.each(VIEWS)("the docs page on a $name", ({ name, viewport, colorScheme, looked, rules }) => {
  it("fits, loads nothing from elsewhere, leads to each operation, and has no barriers that axe knows", async () => {
    // The policy forbids script; axe comes in past it.
    const page = await site.visit("/f/assets/none", { viewport, colorScheme, bypassCSP: true });
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).origin));
    await page.goto("/docs");
    expect(new Set(asked)).toEqual(new Set([site.origin]));
    await expect.poll(() => page.locator("article.operation").count()).toBe(OPERATIONS.length);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(viewport.width);
    await picture(page, `docs-${name}`);
    if (name === "phone") await page.getByText("Contents").click();
    await page.getByRole("link", { name: "Edit a response", exact: true }).click();
    expect(await page.locator("#editResponse").evaluate((element) => element.getBoundingClientRect().top)).toBeLessThan(
      200,
    );
    await page.goto(looked);
    expect(await barriers(page, rules)).toEqual([]);
  }, 240_000);
});

it("shows the same without script, under a policy that allows none", async () => {
  const page = await site.visit("/f/assets/none", { javaScriptEnabled: false });
  const answer = await page.goto("/docs");
  const policy = answer?.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|script-src/);
  await expect.poll(() => page.getByText("curl -X POST").count()).toBeGreaterThan(10);
  // As it comes over the wire: Cloudflare compresses what it sends.
  expect(gzipSync((await answer?.body()) ?? "").byteLength).toBeLessThan(60_000);
  expect(site.refused).toEqual([]);
});
