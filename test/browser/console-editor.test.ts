/**
 * The form editor in a real browser over the real workers: a form from nothing to its first response, with and without
 * script; a rule tried on a sample while it is written; questions moved by the keyboard.
 */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { flaws, pictures, type Site, unreached } from "../support/browser";
import { focusOf } from "../support/focus";
import type { Stack } from "../support/stack";
import { type Session, sessionOf, visitConsole } from "../support/visits";

let stack: Stack;
let site: Site;
let key: string;
let session: Session;

visitConsole(async (visits) => {
  ({ stack, site } = visits);
  key = await stack.workspace();
  session = await sessionOf(site, key);
});

/** For what follows a navigation. */
const PATIENT = { timeout: 20_000 };
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const done = (page: Page) => page.getByRole("main").locator("> .box.good").textContent();

async function add(page: Page, title: string, type: string): Promise<void> {
  const form = page.getByRole("region", { name: "Add a question" });
  await form.getByLabel("Title").fill(title);
  await form.getByLabel("Type").selectOption(type);
  await form.getByRole("button").click();
  await page.waitForURL("**/questions/*");
}

const back = (page: Page) => page.getByRole("link", { name: "Back to the form" }).click();

/** Fills the first row of a condition. */
async function condition(
  page: Page,
  legend: string,
  mode: string,
  row: { question: string; is: string; value?: string; other?: string },
) {
  const group = page.getByRole("group", { name: legend });
  await group.getByLabel(mode, { exact: true }).check();
  await group.getByLabel("Question 1", { exact: true }).selectOption(row.question);
  await group.getByLabel("Comparison 1").selectOption(row.is);
  if (row.value) await group.getByLabel("Value 1").fill(row.value);
  if (row.other) await group.getByLabel("Or the answer to, 1").selectOption(row.other);
}

describe.each([true, false])("with script: %s", (javaScriptEnabled) => {
  it("somebody who knows no JSON makes a form from nothing, publishes it, and a response comes", async () => {
    const page = await site.visit("/console/forms", { storageState: session, javaScriptEnabled });
    await page.getByRole("link", { name: "New form" }).click();
    await page.getByLabel("Title").fill("Household survey");
    await button(page, "Make the form").click();
    await add(page, "Name of the head", "Short text");
    await page.getByLabel("An answer is required").check();
    await button(page, "Save").click();
    expect(await done(page)).toBe("Saved.");
    await back(page);
    await add(page, "Kind of house", "One of several choices");
    await page.getByLabel("Add choices").fill("Brick\nWood\nTent");
    await button(page, "Save").click();
    await button(page, "Move up: Tent").click();
    await button(page, "Remove: Wood").click();
    const labels = page.getByRole("textbox", { name: /^Choice \d/ });
    await expect
      .poll(() => labels.evaluateAll((all) => all.map((one) => (one as { value?: string }).value)), PATIENT)
      .toEqual(["Brick", "Tent"]);
    await back(page);
    await add(page, "Rooms", "Whole number");
    await page.getByLabel("Smallest number").fill("1");
    await condition(page, "It is asked", "only if", { question: "Kind of house", is: "is", value: "Brick" });
    await button(page, "Save").click();
    await back(page);
    await page.getByRole("link", { name: "Add a rule" }).click();
    await condition(page, "A response is right", "if", { question: "Rooms", is: "is at most", value: "20" });
    await page.getByLabel("Message").fill("So many rooms? Please count again.");
    await button(page, "Add the rule").click();
    await back(page);
    await page.getByLabel("Language tag").fill("hi");
    await page.getByRole("region", { name: "Other languages" }).getByRole("button").click();
    await page.getByLabel("Household survey").fill("घर सर्वे");
    await button(page, "Save").click();
    await back(page);
    await page.getByRole("link", { name: "Preview" }).click();
    const frame = page.frameLocator("iframe");
    await frame.getByLabel("Name of the head").fill("Asha");
    await frame.getByLabel("Brick").check();
    await frame.getByLabel("Rooms").fill("40");
    await frame.getByRole("button", { name: "Send" }).click();
    await frame.getByText("So many rooms?").waitFor();
    await back(page);
    await page.getByRole("link", { name: "Publish…" }).click();
    await expect
      .poll(() => page.getByRole("main").textContent())
      .toMatch(/New questions.*Name of the head.*Kind of house.*Rooms/s);
    await button(page, "Publish").click();
    expect(await done(page)).toBe("The form is published.");
    await page.getByRole("link", { name: "Open the form" }).click();
    await page.getByLabel("Name of the head").fill("Asha");
    await page.getByLabel("Tent").check();
    await page.getByRole("button", { name: "Send" }).click();
    await page.waitForURL("**/thanks/*");
  });
});

it("a rule is tried while it is written, on answers that are typed and on responses that came", async () => {
  const { form } = await survey();
  const page = await site.visit(`/console/forms/${form}/edit/rules/enough`, { storageState: session });
  const verdict = page.locator("#live");
  await page.getByRole("textbox", { name: "Income" }).fill("100");
  await page.getByRole("textbox", { name: "Savings" }).fill("200");
  await verdict.getByText("The sample breaks the rule.").waitFor();
  await verdict.getByText("Of the newest 2 responses 1 would break it").waitFor();
  // The answer does not take the focus from what is being typed.
  await page.getByRole("textbox", { name: "Savings" }).pressSequentially("0");
  await page.getByRole("textbox", { name: "Savings" }).fill("20");
  await verdict.getByText("The sample is right").waitFor();
  const rule = page.getByRole("group", { name: "A response is right" });
  await rule.getByLabel("By an expression (CEL)").check();
  await rule.getByLabel("Expression", { exact: true }).fill("savings <= incomes");
  await verdict.getByText("incomes").waitFor();
  const { body } = await stack.call("GET", `/v1/forms/${form}/draft`, { key });
  expect(body.definition.rules[0].expression).toBe("savings <= income");
});

it("questions are moved by the keyboard, the button keeps the focus, and Enter in a text saves", async () => {
  const { form } = await survey();
  const page = await site.visit(`/console/forms/${form}/edit`, { storageState: session });
  const order = () => page.locator(".outline .what a").allInnerTexts();
  const before = await order();
  await button(page, "Move up: Crops").focus();
  for (const rest of [3, 2]) {
    await page.keyboard.press("Enter");
    await page.waitForURL("**/edit?at=crops&by=up");
    await expect.poll(async () => (await order().catch((): string[] => [])).indexOf("Crops"), PATIENT).toBe(rest);
    await focusOf(page, "ariaLabel").toBe("Move up: Crops");
  }
  expect((await order()).toSorted()).toEqual(before.toSorted());
  await page.getByRole("link", { name: "Crops", exact: true }).press("Enter");
  await page.getByRole("textbox", { name: "Title", exact: true }).fill("Which crops?");
  await page.getByRole("textbox", { name: "Title", exact: true }).press("Enter");
  expect(await done(page)).toBe("Saved.");
  await expect.poll(() => page.getByRole("heading", { level: 1 }).textContent()).toBe("Which crops?");
});

/** A form with one of everything, its draft changed and with a mistake, and two responses. */
async function survey() {
  const made = await stack.call("POST", "/v1/forms", {
    key,
    body: { ...SURVEY, access: "public", embedOn: ["https://example.org"] },
  });
  const form = made.body.id as string;
  for (const savings of [50, 500])
    await stack.call("POST", `/v1/forms/${form}/responses`, {
      key,
      body: { answers: { name: "Asha", income: 100, savings } },
    });
  const [first, ...rest] = SURVEY.questions;
  const questions = [
    { ...first, title: "Name of the head" },
    ...rest,
    { ref: "day", type: "date", title: "Day of the visit" },
  ];
  await stack.call("PUT", `/v1/forms/${form}/draft`, { key, body: { ...SURVEY, questions } });
  const { body } = await stack.call("POST", "/v1/forms", {
    key,
    body: {
      ...SURVEY,
      draft: true,
      title: "Not finished",
      questions: [...questions, { ref: "kind", type: "dropdown", title: "Kind of house", min: "x" }],
    },
  });
  return { form, draft: body.id as string };
}

const SURVEY = {
  title: "Household survey, Krishna valley",
  description: "Once a season",
  language: "en",
  questions: [
    { ref: "name", type: "short_text", title: "Name", required: true, maxLength: 80 },
    { ref: "income", type: "number", title: "Income", min: 0, page: { title: "Money" } },
    { ref: "savings", type: "number", title: "Savings", min: 0, visibleIf: "income > 0" },
    { ref: "about", type: "statement", title: "About the farm" },
    {
      ref: "crops",
      type: "multiple_choice",
      title: "Crops",
      visibleIf: 'income >= 10 && name != null || name == "x"',
      choices: [
        { id: "rice", label: "Rice" },
        { id: "maize", label: "Maize" },
        { id: "cane", label: "Sugar cane" },
      ],
    },
    { ref: "water", type: "dropdown", title: "Water", choiceList: "sources", requiredIf: '"rice" in crops' },
  ],
  choiceLists: {
    sources: [
      { id: "well", label: "Well" },
      { id: "canal", label: "Canal" },
    ],
  },
  rules: [
    { name: "enough", severity: "flag", expression: "savings <= income", message: "Savings are more than the income." },
    { name: "named", severity: "error", expression: "size(name) > 1", message: "Give the whole name." },
  ],
  translations: {
    hi: { title: "घर सर्वे", questions: { name: { title: "नाम" }, crops: { choices: { rice: "चावल" } } } },
  },
};

/** Every page of the editor, by name. */
const PAGES: Readonly<Record<string, (form: string, draft: string) => string>> = {
  "new-form": () => "/console/forms/new",
  edit: (form) => `/console/forms/${form}/edit?at=crops&by=up`,
  "edit-to-mend": (_, draft) => `/console/forms/${draft}/edit`,
  question: (form) => `/console/forms/${form}/edit/questions/crops`,
  "question-to-mend": (_, draft) => `/console/forms/${draft}/edit/questions/kind`,
  "question-remove": (form) => `/console/forms/${form}/edit/questions/crops/remove`,
  rule: (form) => `/console/forms/${form}/edit/rules/enough`,
  language: (form) => `/console/forms/${form}/edit/languages/hi`,
  "choice-list": (form) => `/console/forms/${form}/edit/lists/sources`,
  json: (form) => `/console/forms/${form}/edit/json`,
  preview: (form) => `/console/forms/${form}/edit/preview`,
  publish: (form) => `/console/forms/${form}/edit/publish`,
  settings: (form) => `/console/forms/${form}/settings`,
  "form-delete": (form) => `/console/forms/${form}/settings/delete`,
  share: (form) => `/console/forms/${form}/share`,
  versions: (form) => `/console/forms/${form}/versions`,
  version: (form) => `/console/forms/${form}/versions/1`,
  "put-back": (form) => `/console/forms/${form}/versions/1/put-back`,
  recheck: (form) => `/console/forms/${form}/recheck`,
};

it("no page of it has barriers that axe knows, scrolls sideways, or keeps anything from the keyboard", async () => {
  const { form, draft } = await survey();
  // The policy forbids foreign script; axe comes in past it.
  const page = await site.visit("/console", { storageState: session, bypassCSP: true });
  const found: Record<string, string[]> = {};
  for (const [called, at] of Object.entries(PAGES)) {
    await page.goto(at(form, draft));
    // What is in the frame of the preview is the hosted form.
    const wrong = [...(await flaws(page)), ...(called === "preview" ? [] : await unreached(page))];
    if (wrong.length > 0) found[called] = wrong;
    await pictures(page, `console-${called}`);
  }
  expect(found).toEqual({});
}, 240_000);
