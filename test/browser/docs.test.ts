/** The docs page in a real browser, on a phone and on a desktop, light and dark, without script. SCREENSHOTS=1 takes pictures. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { type ServerType, serve } from "@hono/node-server";
import { Hono } from "hono";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeDocument } from "../../src/http/openapi/document";
import { OPERATIONS } from "../../src/http/openapi/operations";
import { createDocsPages } from "../../src/pages/docs/routes";
import { findAsset } from "../../src/pages/form/assets";
import { listKinds } from "../../src/services/kinds";

const PICTURES = path.join(import.meta.dirname, "../../docs/screenshots");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const VIEWS = [
  { name: "phone", width: 390, height: 844, colorScheme: "dark" },
  { name: "desktop", width: 1280, height: 900, colorScheme: "light" },
] as const;

let browser: Browser;
let server: ServerType;
let origin: string;

beforeAll(async () => {
  const app = new Hono()
    .route("/", createDocsPages(makeDocument(OPERATIONS), listKinds))
    .get("/f/assets/:name", (c) => {
      const found = findAsset(c.req.param("name"));
      return found ? c.body(found.asset.text, 200, { "content-type": found.asset.type }) : c.notFound();
    });
  server = await new Promise<ServerType>((resolve) => {
    const started = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, () => resolve(started));
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
});
afterAll(async () => {
  await browser?.close();
  await new Promise((resolve) => server.close(resolve));
});

describe.each(VIEWS)("the docs page on a $name", ({ name, colorScheme, ...viewport }) => {
  it("fits, loads nothing from elsewhere, leads to each operation, and has no barriers that axe knows", async () => {
    // The policy forbids script; axe comes in past it.
    const context = await browser.newContext({ viewport, colorScheme, bypassCSP: true });
    const page = await context.newPage();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).origin));
    await page.goto(`${origin}/docs`);
    expect(new Set(asked)).toEqual(new Set([origin]));
    await expect.poll(() => page.locator("article.operation").count()).toBe(OPERATIONS.length);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(viewport.width);
    if (name === "phone") await page.getByText("Contents").click();
    await page.getByRole("link", { name: "Edit a response", exact: true }).click();
    expect(await page.locator("#editResponse").evaluate((element) => element.getBoundingClientRect().top)).toBeLessThan(
      200,
    );
    await page.evaluate(AXE);
    const found = (await page.evaluate("axe.run()")) as { violations: { id: string; nodes: { html: string }[] }[] };
    expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    if (process.env.SCREENSHOTS) {
      await page.goto(`${origin}/docs`);
      await page.screenshot({ path: path.join(PICTURES, `docs-${name}.png`) });
    }
    await context.close();
  });
});

it("shows the same without script, under a policy that allows none", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const refused: string[] = [];
  page.on("console", (message) => refused.push(message.text()));
  const answer = await page.goto(`${origin}/docs`);
  const policy = answer?.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|script-src/);
  await expect.poll(() => page.getByText("curl -X POST").count()).toBeGreaterThan(10);
  // As it comes over the wire: Cloudflare compresses what it sends.
  expect(gzipSync((await answer?.body()) ?? "").byteLength).toBeLessThan(60_000);
  expect(refused).toEqual([]);
  await context.close();
});
