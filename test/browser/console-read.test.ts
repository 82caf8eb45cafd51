/**
 * The reading pages of the console in a real browser over the real workers: a summary fills as responses come, a search
 * finds a word, and a word that a city uses goes into the lexicon and is counted; all of it without script, too.
 */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { Site } from "../support/browser";
import { type Stack, until } from "../support/stack";
import { type Session, sessionOf, visitConsole } from "../support/visits";

let stack: Stack;
let site: Site;
let key = "";
let session: Session;

const FORM = {
  title: "How people talk",
  questions: [
    { ref: "about", type: "long_text", title: "How is life here?" },
    { ref: "city", type: "dropdown", title: "City", choices: ["Pune", "Delhi"].map((label) => ({ id: label, label })) },
    { ref: "stars", type: "rating", title: "How good?" },
  ],
};

visitConsole(async (visits) => {
  ({ stack, site } = visits);
  key = await stack.workspace();
  session = await sessionOf(site, key);
});

async function send(form: string, all: readonly object[]): Promise<void> {
  const responses = all.map((answers) => ({ answers }));
  const { status } = await stack.call("POST", `/v1/forms/${form}/responses/batch`, { key, body: { responses } });
  expect(status).toBe(207);
}

/** Until the indexes of a form know everything. */
const settled = (form: string) =>
  until(async () => {
    await stack.sweep();
    const { items } = (await stack.call("GET", `/v1/forms/${form}/integrations`, { key })).body;
    const behind = items.filter((one: { lag: { entries: number } }) => one.lag.entries > 0);
    if (behind.length > 0) throw new Error(JSON.stringify(behind));
  }, 60_000);

const said = (about: string, city: string) =>
  Array.from({ length: 60 }, (_, i) => ({ about, city, stars: 1 + (i % 5) }));
const tab = (page: Page, name: string) =>
  page.getByRole("navigation", { name: "Pages of this form" }).getByRole("link", { name });
const told = (page: Page) => page.getByRole("main").textContent();

describe.each([true, false])("with script: %s", (javaScriptEnabled) => {
  it("an operator reads a summary, finds a word, and takes a word of a city into the lexicon", async () => {
    const word = javaScriptEnabled ? "bhaari" : "zakaas";
    const { body } = await stack.call("POST", "/v1/forms", { key, body: FORM });
    const form: string = body.id;
    await send(form, said(`it was ${word} today`, "Pune"));
    const page = await site.visit(`/console/forms/${form}/responses`, { storageState: session, javaScriptEnabled });

    await tab(page, "Summary").click();
    await page.getByRole("button", { name: "Add a summary" }).click();
    await expect.poll(() => page.getByRole("status").first().textContent()).toContain("The summary is added");
    await settled(form);
    await tab(page, "Summary").click();
    await expect.poll(() => page.getByRole("table", { name: "City" }).textContent()).toMatch(/Pune\s*60\s*100 %/);
    await send(form, said("it was fine today", "Delhi"));
    await settled(form);
    await page.reload();
    await expect
      .poll(() => page.getByRole("table", { name: "City" }).textContent())
      .toMatch(/Pune\s*60\s*50 %\s*Delhi\s*60/);
    await expect.poll(() => page.getByRole("img", { name: /How good\?: most are at/ }).isVisible()).toBe(true);
    await page.getByText("As a table: How good?").click();
    await expect.poll(() => page.getByRole("table", { name: "How good?" }).getByRole("row").count()).toBe(6);

    await tab(page, "Search").click();
    await page.getByRole("button", { name: "Add a search" }).click();
    await settled(form);
    await tab(page, "Responses").click();
    await page.getByRole("searchbox", { name: "Words in answers" }).fill(`"${word} today"`);
    await page.getByRole("button", { name: "Search" }).click();
    await expect.poll(() => page.locator("mark").first().textContent()).toBe(`${word} today`);
    await expect.poll(() => page.getByRole("list", { name: "Found" }).getByRole("listitem").count()).toBe(20);
    await page.getByRole("list", { name: "Found" }).getByRole("link").first().click();
    await expect
      .poll(() => page.getByRole("region", { name: "Answers" }).textContent())
      .toContain(`it was ${word} today`);

    await page.goto(`/console/forms/${form}/slang`);
    await page.getByRole("button", { name: "Look for slang" }).click();
    await settled(form);
    await tab(page, "Slang").click();
    expect(await told(page)).toContain("None of the lexicon's terms");
    await page.getByRole("link", { name: "Discover words" }).click();
    await page.getByLabel("City").selectOption("Pune");
    await page.getByRole("button", { name: "Compare with the others" }).click();
    await expect.poll(() => page.getByRole("row", { name: word }).textContent()).toContain("Hardly chance");
    await page.getByRole("link", { name: new RegExp(`Add to the lexicon.*${word}`) }).click();
    await page.getByLabel("Language").fill("mr");
    await page.getByRole("button", { name: "Add to the lexicon" }).click();
    await page.getByRole("link", { name: word, exact: true }).waitFor();

    await page.getByRole("link", { name: "Slang" }).click();
    await page.getByRole("link", { name: "Apply it to old responses…" }).click();
    await page.getByRole("button", { name: "Look through all again" }).click();
    await settled(form);
    await tab(page, "Slang").click();
    await expect
      .poll(() => page.getByRole("table", { name: "By term" }).textContent())
      .toMatch(new RegExp(`${word}\\s*mr\\s*60`));
  }, 120_000);
});
