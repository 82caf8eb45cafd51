/**
 * Pages in a real browser (Debian's Chromium): a server on a port of this machine that compresses as the edge does, contexts
 * that nothing is left of, axe, pictures. Used by test/browser/.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { type ServerType, serve } from "@hono/node-server";
import { Hono } from "hono";
import { compress } from "hono/compress";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 900 };

const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
const PICTURES = path.join(import.meta.dirname, "../../docs/screenshots");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

type Fetch = (request: Request) => Response | Promise<Response>;

export interface Site {
  readonly browser: Browser;
  /** `http://127.0.0.1:port`; `localhost` with the same port is another site to a browser. */
  readonly origin: string;
  /** A page in a context of its own. What its console says about refused code is in `refused`. */
  visit(address: string, options?: BrowserContextOptions): Promise<Page>;
  readonly refused: string[];
  /** Ends the contexts of a test. */
  leave(): Promise<void>;
  close(): Promise<void>;
}

export function serveApp(fetch: Fetch): Promise<{ server: ServerType; port: number }> {
  const app = new Hono().use(compress()).all("*", (c) => fetch(c.req.raw));
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, () =>
      resolve({ server, port: (server.address() as AddressInfo).port }),
    );
  });
}

/** The app, served and ready to be visited. */
export async function openSite(fetch: Fetch): Promise<Site> {
  const { server, port } = await serveApp(fetch);
  const site = await browse(`http://127.0.0.1:${port}`);
  return {
    ...site,
    async close() {
      await site.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A browser for pages that are served already. */
export async function browse(origin: string): Promise<Site> {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", ...QUIET],
  });
  const open: Page[] = [];
  const refused: string[] = [];
  const leave = async () => {
    refused.length = 0;
    for (const page of open.splice(0)) await page.context().close();
  };
  return {
    browser,
    origin,
    refused,
    leave,
    async visit(address, options = {}) {
      const context = await browser.newContext({
        viewport: DESKTOP,
        locale: "en-GB",
        colorScheme: "light",
        baseURL: origin,
        ...options,
      });
      const page = await context.newPage();
      open.push(page);
      page.on("console", (message) => {
        if (message.text().includes("Content Security Policy")) refused.push(message.text());
      });
      await page.goto(address);
      return page;
    },
    async close() {
      await leave();
      await browser.close();
    },
  };
}

/** What axe finds, one line each. The context must let its script in: `bypassCSP`. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = (await page.evaluate("axe.run()")) as { violations: { id: string; nodes: { html: string }[] }[] };
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}

/** With SCREENSHOTS=1, a picture in docs/screenshots. */
export async function picture(page: Page, name: string, { fullPage = false } = {}): Promise<void> {
  if (!process.env.SCREENSHOTS) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: path.join(PICTURES, `${name}.png`), fullPage });
}
