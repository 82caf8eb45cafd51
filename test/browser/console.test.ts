/**
 * The console in a real browser over the real workers: with and without script, on a phone and on a desktop, light and
 * dark, by keyboard. With SCREENSHOTS=1 it also takes the pictures of docs/screenshots.
 */
import type { BrowserContextOptions, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { consolePages } from "../../src/pages/console/routes";
import { barriers, flaws, PHONE, picture, pictures, type Site, unreached } from "../support/browser";
import { TRAP } from "../support/hostile";
import { type Scene, setScene } from "../support/scene";
import { setHostileScene } from "../support/scene-hostile";
import type { Stack } from "../support/stack";
import { type Session, sessionOf, signIn, visitConsole } from "../support/visits";

let stack: Stack;
let scene: Scene;
let site: Site;
/** Of a visitor who is signed in with the key of the scene. */
let session: Session;

visitConsole(async (visits) => {
  ({ stack, site } = visits);
  scene = await setScene(stack);
  session = await sessionOf(site, scene.key);
});

const visit = (at: string, options: BrowserContextOptions = {}): Promise<Page> =>
  site.visit(at, { storageState: session, ...options });

const OUTSIDE: Session = { cookies: [], origins: [] };

const responses = () => `/console/forms/${scene.form}/responses`;
/** Every page, by name. */
const PAGES: Readonly<Record<string, () => string>> = {
  "sign-in": () => "/console/sign-in",
  forms: () => "/console/forms",
  "forms-none": () => "/console/forms?list=archived",
  draft: () => `/console/forms/${scene.draft}/responses`,
  responses: () => `${responses()}?filter%5Bcity%5D%5Beq%5D=pune`,
  response: () => `${responses()}/${scene.reviewed}`,
  erase: () => `${responses()}/${scene.reviewed}/erase`,
  inbox: () => `/console/forms/${scene.form}/inbox`,
  "response-edit": () => `${responses()}/${scene.reviewed}/edit`,
  correction: () => `${responses()}/${scene.reviewed}/correction`,
  export: () => `/console/forms/${scene.form}/export`,
  links: () => `/console/forms/${scene.form}/links`,
  "new-link": () => `/console/forms/${scene.form}/links/new`,
  link: () => `/console/forms/${scene.form}/links/${scene.link}`,
  robots: () => `/console/forms/${scene.form}/robots`,
  keys: () => "/console/keys",
  "new-key": () => "/console/keys/new",
  revoke: () => `/console/keys/${scene.keyId}/revoke`,
  audit: () => "/console/audit",
  log: () => "/console/log",
  alerts: () => "/console/alerts",
  "new-alert": () => "/console/alerts/new?type=email",
  connections: () => "/console/connections",
  "new-connection": () => "/console/connections/new",
  "connect-twilio": () => "/console/connections/new/twilio-sms",
  "connect-google": () => "/console/connections/new/google-sheets",
  connection: () => `/console/connections/${scene.connection}`,
  "connection-edit": () => `/console/connections/${scene.connection}/edit`,
  "connection-delete": () => `/console/connections/${scene.connection}/delete`,
  summary: () => `/console/forms/${scene.form}/summary`,
  search: () => `/console/forms/${scene.form}/search?q=jugaad`,
  slang: () => `/console/forms/${scene.form}/slang`,
  "slang-term": () => `/console/forms/${scene.form}/slang?term=yaar&city=pune`,
  discover: () => `/console/forms/${scene.form}/slang/discover?city=pune`,
  "slang-apply": () => `/console/forms/${scene.form}/slang/apply`,
  "no-summary": () => `/console/forms/${scene.other}/summary`,
  "no-slang": () => `/console/forms/${scene.other}/slang`,
  lexicon: () => "/console/lexicon",
  entry: () => `/console/lexicon/${scene.entry}`,
  import: () => "/console/lexicon/import",
  integrations: () => "/console/integrations",
  "form-integrations": () => `/console/forms/${scene.form}/integrations`,
  "add-integration": () => `/console/forms/${scene.form}/add-integration`,
  "add-sms": () => `/console/forms/${scene.form}/add-integration/twilio-sms`,
  "add-webhook": () => `/console/forms/${scene.form}/add-integration/webhook`,
  integration: () => scene.sms,
  "integration-blocked": () => scene.blocked,
  "integration-edit": () => `${scene.sms}/edit`,
  "integration-replay": () => `${scene.sms}/replay`,
  delivery: () => scene.parked,
  refused: () => `${responses()}?filter%5Bcity%5D%5Beq%5D=atlantis`,
  error: () => "/console/forms/form_0000000000000000/responses",
};

/** Those with pictures in the dark, too. */
const DARK = new Set(["responses", "response", "summary", "integration-blocked"]);

const text = (page: Page) => page.getByRole("main").textContent();

describe.each([true, false])("with script: %s", (javaScriptEnabled) => {
  it("an operator signs in, finds a response, reviews it, erases another one and signs out", async () => {
    const page = await visit("/console", { storageState: OUTSIDE, javaScriptEnabled });
    await page.getByLabel("Key").fill("fl_wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect.poll(() => page.getByRole("alert").textContent()).toContain("This key is not known");
    await signIn(page, scene.key);
    await page.getByRole("searchbox", { name: "Title" }).fill("krishna");
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByRole("link", { name: "Clinic visit, Krishna valley" }).click();

    await page.getByLabel("Where").selectOption("City");
    await page.getByLabel("Comparison", { exact: true }).selectOption("is");
    await page.getByLabel("Value").fill("sangli");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.waitForURL("**/responses?filter*");
    await expect.poll(() => page.getByRole("list", { name: "Conditions" }).textContent()).toContain("City is Sangli");
    const table = page.getByRole("table", { name: "Responses" });
    const rows = await table.getByRole("rowheader").count();
    expect(rows).toBeGreaterThan(30);
    await expect.poll(() => table.getByRole("cell", { name: "Sangli", exact: true }).count()).toBe(rows);

    await table.getByRole("rowheader").nth(1).getByRole("link").click();
    await page.getByLabel("State").selectOption("Flagged");
    await page.getByLabel("Comment").fill("Is the number right?");
    await page.getByRole("button", { name: "Save the review" }).click();
    await expect.poll(() => page.getByRole("status").textContent()).toBe("The review is saved.");
    const history = page.getByRole("region", { name: "History" });
    await expect
      .poll(() => history.textContent())
      .toMatch(/Reviewed by First key[\s\S]*Flagged[\s\S]*Is the number right\?/);

    await page.getByRole("link", { name: "Erase…" }).click();
    await page.getByRole("link", { name: "Cancel" }).click();
    await page.getByRole("link", { name: "Erase…" }).click();
    await page.getByRole("button", { name: "Erase for good" }).click();
    await expect.poll(() => page.getByRole("status").textContent()).toBe("The response is erased.");
    await expect.poll(() => page.getByRole("region", { name: "Answers" }).textContent()).toContain("They were erased.");
    await expect.poll(() => page.getByRole("button", { name: "Save the review" }).count()).toBe(0);

    await page.getByRole("button", { name: "Sign out" }).click();
    expect(await text(page)).toContain("You are signed out.");
    await page.goto(responses());
    expect(new URL(page.url()).pathname).toBe("/console/sign-in");
  });

  it("leafs to older and back to newer responses, with the columns and filters of the address", async () => {
    const page = await visit(responses(), { javaScriptEnabled });
    const first = () => page.getByRole("rowheader").first().textContent();
    const front = await first();
    if (javaScriptEnabled) {
      await page.getByRole("button", { name: "Columns" }).click();
      await page.getByLabel("Anything to add?").check();
      await page.getByRole("button", { name: "Show these" }).click();
    } else {
      await page.goto(`${responses()}?fields=name&fields=comment`);
    }
    await page.waitForURL("**/responses?fields=*");
    await expect.poll(() => page.getByRole("columnheader", { name: "Anything to add?" }).count()).toBe(1);
    await page.getByRole("link", { name: "Older" }).click();
    await page.getByRole("link", { name: "Older" }).click();
    await expect.poll(() => page.getByRole("rowheader").count()).toBe(20);
    await expect.poll(() => page.getByRole("link", { name: "Older" }).count()).toBe(0);
    await page.getByRole("link", { name: "Newer" }).click();
    await expect.poll(() => page.getByRole("rowheader").count()).toBe(50);
    await page.getByRole("link", { name: "Newer" }).click();
    expect(await first()).toBe(front);
    await expect.poll(() => page.getByRole("link", { name: "Newer" }).count()).toBe(0);
    await expect.poll(() => page.getByRole("columnheader", { name: "Anything to add?" }).count()).toBe(1);
  });
});

it("the script offers what goes with the chosen question", async () => {
  const page = await visit(responses());
  await page.getByLabel("Where").selectOption("City");
  const operators = page.getByLabel("Comparison", { exact: true }).locator("option:not([hidden])");
  await expect.poll(() => operators.allInnerTexts()).toEqual(["is", "is not", "is one of"]);
  await expect.poll(() => page.getByLabel("Value").getAttribute("list")).toBe("choices_city");
  await expect.poll(() => page.getByLabel("Metadata entry").isVisible()).toBe(false);
  await page.getByLabel("Where").selectOption("Metadata");
  await page.getByLabel("Metadata entry").fill("device");
  await page.getByLabel("Value").fill("tablet-2");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.waitForURL("**/responses?metadata*");
  // Thirty, and those that other tests erased.
  const rows = await page.getByRole("rowheader").count();
  expect(rows).toBeGreaterThan(25);
  expect(rows).toBeLessThanOrEqual(30);
});

it("everything is within reach of the keyboard", async () => {
  const page = await visit("/console/sign-in", { storageState: OUTSIDE, viewport: PHONE });
  const focused = () =>
    page.evaluate(
      "document.activeElement.innerText || document.activeElement.name || document.activeElement.ariaLabel",
    );
  await page.keyboard.press("Tab");
  expect(await focused()).toBe("Skip to the content");
  await page.keyboard.press("Tab");
  await page.keyboard.type(scene.key);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/console/forms");
  const seen: string[] = [];
  for (let i = 0; i < 10; i += 1) {
    await page.keyboard.press("Tab");
    seen.push(String(await focused()));
  }
  expect(seen).toEqual([
    "Skip to the content",
    "Journey",
    "Menu",
    "New form",
    "In use",
    "Archived",
    "Deleted",
    "search",
    "Find",
    "Clinic visit, Krishna valley",
  ]);
  await page.getByRole("button", { name: "Menu" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  expect(await focused()).toBe("Integrations");
  await page.keyboard.press("Escape");
  await expect.poll(() => page.getByRole("link", { name: "Integrations" }).isVisible()).toBe(false);
  await page.getByRole("link", { name: "Clinic visit, Krishna valley" }).press("Enter");
  await page.getByRole("button", { name: "Columns" }).press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.keyboard.press("Escape");
  await expect.poll(() => page.getByRole("button", { name: "Show these" }).isVisible()).toBe(false);
  // What scrolls sideways does so by arrow keys.
  await page.getByRole("region", { name: "Responses" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect
    .poll(() => page.locator(".table").evaluate((table) => table.scrollLeft), { timeout: 10_000 })
    .toBeGreaterThan(0);
});

it("no page has barriers that axe knows, scrolls sideways, or keeps anything from the keyboard", async () => {
  // The policy forbids foreign script; axe comes in past it.
  const page = await visit("/console", { bypassCSP: true });
  const found: Record<string, string[]> = {};
  for (const [called, at] of Object.entries(PAGES)) {
    await page.goto(at());
    const wrong = [...(await flaws(page)), ...(await unreached(page))];
    if (wrong.length > 0) found[called] = wrong;
    await pictures(page, `console-${called}`, { dark: DARK.has(called) });
  }
  expect(found).toEqual({});
  await page.setViewportSize(PHONE);
  await page.goto(responses());
  for (const button of ["Menu", "Filter", "Columns"]) {
    await page.getByRole("button", { name: button, exact: true }).click();
    expect(await barriers(page), button).toEqual([]);
    await picture(page, `console-${button.toLowerCase()}-phone`);
    await page.keyboard.press("Escape");
  }
}, 400_000);

/** Routes that show no page: files, and addresses that lead on. */
const NO_PAGE = /^\/(console\/?)?$|\/assets\/|\/export\.(csv|json)$|\/definition\.json$/;

/** The pages of the console that none of these addresses is of. */
function without(addresses: readonly string[]): string[] {
  const gets = consolePages.routes.filter(({ method, path: at }) => method === "GET" && !NO_PAGE.test(at));
  // An address is of the route that has the fewest parameters.
  const patterns = [...new Set(gets.map((route) => route.path))].toSorted((a, b) => params(a) - params(b));
  const fits = (pattern: string, at: string) => new RegExp(`^${pattern.replaceAll(/:\w+/g, "[^/]+")}$`).test(at);
  const visited = addresses.map((at) => patterns.find((pattern) => fits(pattern, at.split("?")[0] ?? "")));
  return patterns.filter((pattern) => !visited.includes(pattern));
}
const params = (pattern: string) => pattern.split(":").length;

it("texts that would run as script are shown, and run nowhere", async () => {
  const hostile = await setHostileScene(stack);
  expect(without(hostile.pages)).toEqual([]);
  const page = await visit("/console", { storageState: await sessionOf(site, hostile.key) });
  await page.addInitScript(TRAP);
  const asked = new Set<string>();
  page.on("request", (request) => asked.add(new URL(request.url()).origin));
  for (const at of hostile.pages) {
    await page.goto(at);
    expect(await page.evaluate("window.pwnedCalls"), at).toBe(0);
    expect(await page.getByRole("heading", { level: 1 }).isVisible(), at).toBe(true);
  }
  expect([...asked]).toEqual([site.origin]);
});
