/**
 * Pages in a real browser (Debian's Chromium): a server on a port of this machine that compresses as the edge does,
 * contexts that nothing is left of, axe, pictures. Used by test/browser/.
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { type ServerType, serve } from "@hono/node-server";
import { Hono } from "hono";
import { compress } from "hono/compress";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 900 };

/** The same engine without windows: a page takes a third of the CPU. */
const HEADLESS = "/usr/bin/chromium-headless-shell";
const CHROMIUM = existsSync(HEADLESS) ? HEADLESS : "/usr/bin/chromium";
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
    executablePath: CHROMIUM,
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

/**
 * Rules of axe that look at how a page is drawn. All others look at what it is made of, which colours and directions do
 * not change.
 */
export const DRAWN = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"];

/** What axe finds, one line each. The context must let its script in: `bypassCSP`. */
export async function barriers(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (await page.evaluate("typeof axe === 'undefined'")) await page.evaluate(AXE);
  const options = JSON.stringify(rules ? { runOnly: rules } : {});
  const found = (await page.evaluate(`axe.run(${options})`)) as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}

/**
 * What scrolls sideways and should not: the page, and a table whose rows become blocks where there is no room
 * (parts/table.tsx).
 */
const SIDEWAYS = `[document.documentElement, ...document.querySelectorAll(".table.stack")]
  .map((one) => [one, one.scrollWidth - one.clientWidth])
  .filter(([, over]) => over > 0)
  .map(([one, over]) => (one.className || "page") + " scrolls sideways by " + over + " px")`;

/** Ticks and radio buttons of the console that a rule for other inputs has made wide. */
const STRETCHED = `[...document.querySelectorAll(".check > input")]
  .filter((one) => one.offsetWidth > 40)
  .map((one) => one.name + " is stretched to " + one.offsetWidth + " px")`;

/**
 * What is wrong with how a page looks, without loading it again: what axe finds light and dark, in its own direction
 * and the other, on a phone and on a desktop (each once: colours do not depend on the direction), where it scrolls
 * sideways, and what is stretched. It is left light, on the desktop, in its own direction.
 */
export async function flaws(page: Page): Promise<string[]> {
  const own = await page.evaluate<string>("document.documentElement.dir || 'ltr'");
  const other = own === "rtl" ? "ltr" : "rtl";
  const found: string[] = [];
  for (const [name, viewport, colorScheme, dir, rules] of [
    ["phone", PHONE, "light", own, undefined],
    ["phone", PHONE, "light", other, null],
    ["desktop", DESKTOP, "dark", other, DRAWN],
    ["desktop", DESKTOP, "dark", own, null],
  ] as const) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.evaluate(`document.documentElement.dir = "${dir}"`);
    const more = rules === null ? [] : await barriers(page, rules);
    for (const look of [SIDEWAYS, STRETCHED]) more.push(...(await page.evaluate<string[]>(look)));
    found.push(...more.map((one) => `${name}, ${colorScheme}, ${dir}: ${one}`));
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.evaluate(`document.documentElement.dir = "${own}"`);
  return found;
}

/** Presses at most; a table has more links than that. */
const TABS_MAX = 60;

/**
 * Notes each element that gets the focus, and whether one sees that it has it. Returns how often Tab must be pressed
 * for all.
 */
const WATCH = `(() => {
  const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled && one.tabIndex >= 0);
  const groups = new Set();
  window.tabbed = { left: [], unseen: [] };
  window.tabbed.left = all.filter((one) => {
    if (one.type !== "radio") return true;
    const first = !groups.has(one.name);
    groups.add(one.name);
    return first;
  });
  addEventListener("focusin", ({ target }) => {
    const { left, unseen } = window.tabbed;
    const at = left.findIndex((one) => one === target || (one.type === "radio" && one.name === target.name));
    if (at >= 0) left.splice(at, 1);
    const near = [target, target.closest("label"), target.nextElementSibling].filter(Boolean);
    const styles = [...near.map((one) => getComputedStyle(one)), getComputedStyle(target, "::after")];
    const seen = styles.some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
    if (!seen) unseen.push(target.outerHTML.slice(0, 120));
  });
  document.activeElement.blur();
  const parts = { date: 3, "datetime-local": 6, time: 3 };
  return window.tabbed.left.reduce((sum, one) => sum + 1 + (parts[one.type] ?? 0), 0);
})()`;

/** What can't be reached by Tab, and where one does not see the focus: of the first sixty stops of a page. */
export async function unreached(page: Page): Promise<string[]> {
  const stops = await page.evaluate<number>(WATCH);
  const all = await page.evaluate<number>("window.tabbed.left.length");
  // What scrolls is a stop of its own in some versions of Chromium.
  for (let i = 0; i < Math.min(stops + 5, TABS_MAX); i += 1) await page.keyboard.press("Tab");
  const { left, unseen } = await page.evaluate<{ left: string[]; unseen: string[] }>(
    "({ unseen: window.tabbed.unseen, left: window.tabbed.left.map((one) => one.outerHTML.slice(0, 120)) })",
  );
  // Beyond the sixty, what counts is that the focus went on all the time.
  const trapped = stops > TABS_MAX ? all - left.length < TABS_MAX / 2 : left.length > 0;
  return [
    ...(trapped ? left.slice(0, 3).map((one) => `not reached: ${one}`) : []),
    ...unseen.map((one) => `no focus to be seen: ${one}`),
  ];
}

/** With SCREENSHOTS=1, a picture in docs/screenshots. */
export async function picture(page: Page, name: string, { fullPage = false } = {}): Promise<void> {
  if (!process.env.SCREENSHOTS) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: path.join(PICTURES, `${name}.png`), fullPage });
}

/** With SCREENSHOTS=1, pictures on a phone and on a desktop, no longer than so many screens; dark ones too if told. */
export async function pictures(page: Page, name: string, { dark = false } = {}): Promise<void> {
  if (!process.env.SCREENSHOTS) return;
  mkdirSync(PICTURES, { recursive: true });
  for (const colorScheme of dark ? (["light", "dark"] as const) : (["light"] as const)) {
    await page.emulateMedia({ colorScheme });
    for (const [view, viewport] of [
      ["phone", PHONE],
      ["desktop", DESKTOP],
    ] as const) {
      await page.setViewportSize(viewport);
      await page.evaluate("document.activeElement.blur(); scrollTo(0, 0)");
      const file = `${name}-${view}${colorScheme === "dark" ? "-dark" : ""}.png`;
      await page.screenshot({ path: path.join(PICTURES, file) });
    }
  }
}
