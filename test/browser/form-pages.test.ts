/**
 * A form of several pages with questions that come and go, with and without script; what the pages say is what is
 * stored.
 */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { createTestApp, MemoryForms } from "../../src/pages/form/testing";
import { openSite, type Site } from "../support/browser";
import { focusOf } from "../support/focus";
import { LOAN } from "./forms";

let site: Site;
const forms = new MemoryForms();
/** What the script asked the server, as it was sent. */
const asked: string[] = [];

beforeAll(async () => {
  const app = createTestApp(forms);
  site = await openSite(async (request) => {
    if (request.url.includes("/check")) asked.push(await request.clone().text());
    return app.fetch(request);
  });
});
afterAll(() => site.close());
beforeEach(() => {
  forms.stored.length = 0;
  asked.length = 0;
  forms.publish("loan", LOAN);
});
afterEach(async () => {
  expect(site.refused).toEqual([]);
  await site.leave();
});

const next = (page: Page) => page.getByRole("button", { name: "Next" }).click();
const send = (page: Page) => page.getByRole("button", { name: "Send" }).click();
const pick = (page: Page, group: string, label: string) =>
  page.getByRole("radiogroup", { name: group }).getByLabel(label, { exact: true }).check();

async function fillFirst(page: Page): Promise<void> {
  await page.getByLabel("Name of the group").fill("Annapurna");
  await page.getByLabel("Members").fill("12");
}

async function fillLast(page: Page): Promise<void> {
  await page.getByLabel("Amount in rupees").fill("60000");
  await page.getByLabel("Months to pay it back").fill("24");
}

const MINIMUM = { group: "Annapurna", members: 12, had: false, amount: 60000, months: 24, monthly: 2500 };

it("pages come one at a time, those without a question are passed over, and the answers arrive together", async () => {
  const page = await site.visit("/f/loan");
  await expect.poll(() => page.getByText("Page 1 of 3").isVisible()).toBe(true);
  await expect.poll(() => page.getByLabel("Amount in rupees").isVisible()).toBe(false);
  await expect.poll(() => page.getByRole("button", { name: "Send" }).isVisible()).toBe(false);
  await fillFirst(page);
  await next(page);
  await page.getByRole("heading", { name: "Earlier loans" }).waitFor();
  await focusOf(page, "textContent").toBe("Earlier loans");
  await pick(page, "before", "No");
  await next(page);
  await page.getByText("Page 3 of 3").waitFor();
  await fillLast(page);
  await page.locator("output", { hasText: "2500" }).waitFor();
  await send(page);
  await page.waitForURL("**/thanks/*");
  expect(forms.stored.map((one) => one.answers)).toEqual([MINIMUM]);
});

it("a question comes when an answer asks for it, with its page, and goes again; what was typed in it is not stored", async () => {
  const page = await site.visit("/f/loan");
  await fillFirst(page);
  await next(page);
  await page.getByText("Page 2 of 3").waitFor();
  const bank = page.getByLabel("From which bank?");
  await expect.poll(() => bank.isVisible()).toBe(false);
  await pick(page, "before", "Yes");
  await bank.waitFor();
  await expect.poll(() => bank.getAttribute("aria-required")).toBe("true");
  await bank.fill("Canara");
  await pick(page, "late", "Yes");
  await page.getByText("Page 2 of 4").waitFor();
  await next(page);
  await page.getByLabel("What happened?").fill("A flood");
  await page.getByRole("button", { name: "Back" }).click();
  await page.getByText("Page 2 of 4").waitFor();
  await pick(page, "before", "No");
  await bank.waitFor({ state: "hidden" });
  await page.getByText("Page 2 of 3").waitFor();
  await next(page);
  await page.getByText("Page 3 of 3").waitFor();
  await fillLast(page);
  await send(page);
  await page.waitForURL("**/thanks/*");
  expect(forms.stored.map((one) => one.answers)).toEqual([MINIMUM]);
});

it("Next says what is wrong on this page and stays; the summary leads there; nothing of other pages is complained about", async () => {
  const page = await site.visit("/f/loan");
  await page.getByLabel("Members").fill("1000");
  await next(page);
  const summary = page.getByRole("alert");
  await summary.waitFor();
  await focusOf(page, "id").toBe("summary");
  await expect
    .poll(() => summary.getByRole("link").allTextContents())
    .toEqual(["Name of the group: Please answer this question.", "Members: This number can't be taken. From 2 to 50."]);
  await summary.getByRole("link", { name: "Members" }).click();
  await focusOf(page, "id").toBe("q_members");
  const described = await page.getByLabel("Members").getAttribute("aria-describedby");
  expect(described).toBe("error_members hint_members");
  await fillFirst(page);
  await next(page);
  await page.getByRole("heading", { name: "Earlier loans" }).waitFor();
  await expect.poll(() => page.locator(".wrong, #summary").count()).toBe(0);
  await expect.poll(() => page.getByLabel("Members").getAttribute("aria-describedby")).toBe("hint_members");
});

it("a refusal of the whole form opens the page with the first mistake", async () => {
  const page = await site.visit("/f/loan");
  await fillFirst(page);
  await next(page);
  await pick(page, "before", "No");
  await next(page);
  await page.getByText("Page 3 of 3").waitFor();
  await page.getByLabel("Amount in rupees").fill("60000");
  await page.getByLabel("Months to pay it back").fill("48");
  await page.getByText("Why so long? (required)").waitFor();
  await send(page);
  await page.getByRole("alert").getByRole("link", { name: "Why so long?" }).click();
  await focusOf(page, "id").toBe("q_reason");
  await expect.poll(() => page.getByText("Page 3 of 3").isVisible()).toBe(true);
  await page.getByLabel("Why so long?").fill("Buffaloes");
  await send(page);
  await page.waitForURL("**/thanks/*");
  expect(forms.stored).toMatchObject([{ answers: { months: 48, reason: "Buffaloes" } }]);
});

it("the browser's Back goes to the page before, and Enter in a text goes on", async () => {
  const page = await site.visit("/f/loan");
  await fillFirst(page);
  await page.getByLabel("Members").press("Enter");
  await page.getByRole("heading", { name: "Earlier loans" }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "The group" }).waitFor();
  await expect.poll(() => page.getByLabel("Name of the group").inputValue()).toBe("Annapurna");
  await page.goForward();
  await page.getByRole("heading", { name: "Earlier loans" }).waitFor();
});

it("while a form is filled in, only answers that decide about questions go out, and only when they change", async () => {
  const page = await site.visit("/f/loan");
  await fillFirst(page);
  await next(page);
  await page.getByRole("heading", { name: "Earlier loans" }).waitFor();
  expect(asked).toHaveLength(1);
  await pick(page, "before", "Yes");
  await page.getByLabel("From which bank?").fill("Canara");
  await page.getByRole("radiogroup", { name: "late" }).waitFor();
  expect(asked).toHaveLength(2);
  expect(asked[1]).toContain("q_had=yes");
  expect(asked[1]).not.toMatch(/Annapurna|Canara|formlog_key/);
});

it("without the server's word the form still goes on, and is checked when it is sent", async () => {
  const page = await site.visit("/f/loan");
  await page.route("**/check*", (route) => route.abort());
  await page.getByLabel("Members").fill("12");
  await next(page);
  await page.getByRole("heading", { name: "Earlier loans" }).waitFor();
  await pick(page, "before", "No");
  await next(page);
  await fillLast(page);
  await send(page);
  await page.getByRole("alert").getByRole("link", { name: "Name of the group" }).waitFor();
  await expect.poll(() => page.getByText("Page 1 of 3").isVisible()).toBe(true);
  expect(forms.stored).toEqual([]);
});

it("without script all pages stand below each other, and what is not asked is dropped", async () => {
  const page = await site.visit("/f/loan", { javaScriptEnabled: false });
  await expect.poll(() => page.getByText("Page 4 of 4").isVisible()).toBe(true);
  await expect.poll(() => page.getByRole("button", { name: "Next" }).isVisible()).toBe(false);
  await expect.poll(() => page.locator("output").isVisible()).toBe(false);
  await fillFirst(page);
  await pick(page, "before", "No");
  await page.getByLabel("From which bank?").fill("Canara");
  await fillLast(page);
  await send(page);
  await page.waitForURL("**/thanks/*");
  expect(forms.stored.map((one) => one.answers)).toEqual([MINIMUM]);
});
