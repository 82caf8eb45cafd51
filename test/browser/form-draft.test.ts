/** What is typed is kept on the device until it is sent, and not where somebody does not want it. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { createTestApp, MemoryForms } from "../../src/pages/form/testing";
import { openSite, type Site } from "../support/browser";
import { LOAN } from "./forms";

const FORM = {
  title: "Visit",
  questions: [
    { ref: "name", type: "short_text", title: "Name", required: true },
    { ref: "water", type: "yes_no", title: "Water?" },
    {
      ref: "crops",
      type: "multiple_choice",
      title: "Crops",
      choices: [
        { id: "rice", label: "Rice" },
        { id: "maize", label: "Maize" },
      ],
    },
  ],
};
const NOTICE = "What you typed before is here again";

let site: Site;
const forms = new MemoryForms();

beforeAll(async () => {
  const app = createTestApp(forms);
  site = await openSite((request) => app.fetch(request));
});
afterAll(() => site.close());
beforeEach(() => {
  forms.stored.length = 0;
  forms.publish("visit", FORM);
  forms.publish("loan", LOAN);
});
afterEach(() => site.leave());

const drafts = (page: Page) => page.evaluate("Object.keys(localStorage).filter((name) => name.includes(':draft:'))");
const saved = (page: Page) => expect.poll(() => drafts(page)).toHaveLength(1);

async function typed(page: Page): Promise<void> {
  await page.getByLabel("Name").fill("Asha");
  await page.getByLabel("Yes").check();
  await page.getByLabel("Maize").check();
  await saved(page);
}

it("comes back after the page was left, with its key, and is gone once it was sent", async () => {
  const page = await site.visit("/f/visit");
  const key = await page.locator("[name=formlog_key]").inputValue();
  await typed(page);
  await page.goto("about:blank");
  await page.goto(`${site.origin}/f/visit`);
  await page.getByText(NOTICE).waitFor();
  await expect.poll(() => page.getByLabel("Name").inputValue()).toBe("Asha");
  await expect.poll(() => page.getByLabel("Yes").isChecked()).toBe(true);
  await expect.poll(() => page.getByLabel("Maize").isChecked()).toBe(true);
  await expect.poll(() => page.getByLabel("Rice").isChecked()).toBe(false);
  // The same response, should the first sending have arrived without an answer.
  await expect.poll(() => page.locator("[name=formlog_key]").inputValue()).toBe(key);
  await page.getByRole("button", { name: "Send" }).click();
  await page.waitForURL("**/thanks/*");
  expect(await drafts(page)).toEqual([]);
  await page.getByRole("link", { name: "Send another response" }).click();
  await page.getByRole("button", { name: "Send" }).waitFor();
  await expect.poll(() => page.getByText(NOTICE).count()).toBe(0);
  await expect.poll(() => page.getByLabel("Name").inputValue()).toBe("");
  await expect.poll(() => page.locator("[name=formlog_key]").inputValue()).not.toBe(key);
});

it("is cleared on request", async () => {
  const page = await site.visit("/f/visit");
  await typed(page);
  await page.reload();
  await page.getByRole("button", { name: "Clear it" }).click();
  await expect.poll(() => page.getByLabel("Name").inputValue()).toBe("");
  await page.reload();
  await expect.poll(() => page.getByText(NOTICE).count()).toBe(0);
  expect(await drafts(page)).toEqual([]);
});

it("is gone once everything that was typed is taken away again", async () => {
  const page = await site.visit("/f/visit");
  await page.getByLabel("Name").fill("Asha");
  await saved(page);
  await page.getByLabel("Name").fill("");
  await expect.poll(() => drafts(page)).toEqual([]);
});

it("belongs to its version: of an older one nothing stays", async () => {
  const page = await site.visit("/f/visit");
  await typed(page);
  await page.goto("about:blank");
  forms.publish("visit", FORM);
  await page.goto(`${site.origin}/f/visit`);
  await expect.poll(() => page.getByLabel("Name").inputValue()).toBe("");
  expect(await drafts(page)).toEqual([]);
});

it("is not kept on a shared device, from the moment that somebody says so and for all forms", async () => {
  const page = await site.visit("/f/visit");
  await typed(page);
  await page.getByLabel("Keep what I type").uncheck();
  expect(await drafts(page)).toEqual([]);
  await page.getByLabel("Name").fill("Binu");
  await page.goto(`${site.origin}/f/loan`);
  expect(await drafts(page)).toEqual([]);
  await expect.poll(() => page.getByLabel("Keep what I type").isChecked()).toBe(false);
  await page.goto(`${site.origin}/f/visit`);
  await expect.poll(() => page.getByLabel("Name").inputValue()).toBe("");
});

it("is not kept, and not offered, where the form's owner does not want it", async () => {
  forms.publish("visit", FORM, { settings: { keepTyped: false } });
  const page = await site.visit("/f/visit");
  await page.getByLabel("Name").fill("Asha");
  await expect.poll(() => page.getByLabel("Keep what I type").count()).toBe(0);
  await page.goto("about:blank");
  await page.goto(`${site.origin}/f/visit`);
  await expect.poll(() => page.getByLabel("Name").inputValue()).toBe("");
  expect(await drafts(page)).toEqual([]);
});

it("is gone after a sending that leads to another site, which is no page of ours", async () => {
  forms.publish("visit", FORM, { settings: { redirectUrl: "/elsewhere" } });
  const page = await site.visit("/f/visit");
  await typed(page);
  await page.getByRole("button", { name: "Send" }).click();
  await page.waitForURL("**/elsewhere");
  expect(forms.stored).toHaveLength(1);
  expect(await drafts(page)).toEqual([]);
});

it("a refused page is kept as well", async () => {
  const page = await site.visit("/f/visit");
  await page.getByLabel("Yes").check();
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("alert").waitFor();
  await page.goto("about:blank");
  await page.goto(`${site.origin}/f/visit`);
  await expect.poll(() => page.getByLabel("Yes").isChecked()).toBe(true);
});

it("another language takes along what was typed, the page and the questions that came", async () => {
  const page = await site.visit("/f/loan");
  await page.getByLabel("Name of the group").fill("Annapurna");
  await page.getByLabel("Members").fill("12");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("radiogroup", { name: "before" }).getByLabel("Yes").check();
  await page.getByLabel("From which bank?").fill("Canara");
  await page.getByRole("link", { name: "हिन्दी" }).click();
  await page.getByRole("heading", { name: "पहले के ऋण" }).waitFor();
  await page.getByLabel("किस बैंक से?").waitFor();
  await expect.poll(() => page.getByLabel("किस बैंक से?").inputValue()).toBe("Canara");
  await page.getByRole("button", { name: "पीछे" }).click();
  await expect.poll(() => page.getByLabel("समूह का नाम").inputValue()).toBe("Annapurna");
  await expect.poll(() => page.locator(".notice").count()).toBe(0);
});
