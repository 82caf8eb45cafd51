/** A response that a rule flags: what people see of it, and how they mend it, with and without script. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestApp, LINK, MemoryForms } from "../../src/pages/form/testing";
import { flaws, openSite, PHONE, pictures, type Site, unreached } from "../support/browser";
import { focusOf } from "../support/focus";

const SAVINGS = {
  title: "Savings of a household",
  language: "en",
  questions: [
    { ref: "name", type: "short_text", title: "Name", required: true, page: { title: "You" } },
    { ref: "income", type: "number", title: "Monthly income", page: { title: "Money" } },
    { ref: "savings", type: "number", title: "Monthly savings" },
  ],
  rules: [
    {
      name: "savings_within_income",
      severity: "flag",
      expression: "savings <= income",
      message: "Savings are more than the income.",
    },
  ],
  translations: { ur: { title: "گھر کی بچت", questions: { savings: { title: "ماہانہ بچت" } } } },
};

let site: Site;
const forms = new MemoryForms();

beforeAll(async () => {
  const app = createTestApp(forms);
  site = await openSite((request) => app.fetch(request));
  forms.publish("savings", SAVINGS);
});
afterAll(() => site.close());
beforeEach(() => {
  forms.stored.length = 0;
});
afterEach(() => site.leave());

/** Sends a flagged response as a browser does; returns where it is led. */
async function collect(query = ""): Promise<string> {
  const body = new URLSearchParams({ q_name: "Asha", q_income: "100", q_savings: "500", formlog_version: "1" });
  const sent = await fetch(`${site.origin}/f/savings${query}`, { method: "POST", body, redirect: "manual" });
  return sent.headers.get("location") ?? "";
}

describe.each([true, false])("with script: %s", (javaScriptEnabled) => {
  it("a collector is led from the form to what was sent back, mends it, and comes back to an empty inbox", async () => {
    await collect(`?link=${LINK}`);
    const page = await site.visit(`/f/savings?link=${LINK}`, { javaScriptEnabled, viewport: PHONE });
    await page.getByRole("link", { name: "Sent back to you: 1" }).click();
    await page.getByRole("heading", { name: "Asha · 100 · 500" }).waitFor();
    await page.getByText("Savings are more than the income.").waitFor();
    await page.getByRole("link", { name: "Correct your answers Asha" }).click();
    await page.getByLabel("Monthly savings").fill("50");
    await page.getByRole("button", { name: "Send the correction" }).click();
    await page.getByRole("link", { name: "Your inbox" }).click();
    await page.getByText("Nothing needs another look.").waitFor();
    await page.getByRole("link", { name: "Back to the form" }).click();
    await page.getByLabel("Name").waitFor();
    await expect.poll(() => page.getByText("Sent back to you").count()).toBe(0);
  });

  it("the thanks say what was flagged and lead to the answers, which are mended and sent again", async () => {
    const page = await site.visit(await collect(), { javaScriptEnabled });
    await page.getByRole("status").getByText("Savings are more than the income.").waitFor();
    await page.getByRole("link", { name: "Correct your answers" }).click();
    // All of it on one page, each flagged answer marked.
    await expect.poll(() => page.getByLabel("Name").inputValue()).toBe("Asha");
    await expect.poll(() => page.getByLabel("Monthly savings").getAttribute("aria-invalid")).toBe("true");
    await page.getByRole("alert").getByRole("link", { name: "Savings are more" }).click();
    if (javaScriptEnabled) await focusOf(page, "id").toBe("q_income");
    await page.getByLabel("Monthly savings").fill("200");
    await page.getByRole("button", { name: "Send the correction" }).click();
    await page.getByRole("heading", { name: "Still not right" }).waitFor();
    await page.getByLabel("Monthly savings").fill("50");
    await page.getByRole("button", { name: "Send the correction" }).click();
    await page.getByText("nothing is left to correct").waitFor();
    expect(forms.stored).toMatchObject([
      { answers: { name: "Asha", income: 100, savings: 50 }, revision: 3, flags: [] },
    ]);
  });

  it("what can't be taken stays typed and is explained", async () => {
    await collect();
    const page = await site.visit("/f/savings/corrections/cr0000001", { javaScriptEnabled });
    await page.getByLabel("Monthly savings").fill("much");
    await page.getByRole("button", { name: "Send the correction" }).click();
    await page.getByRole("alert").getByRole("link", { name: "Monthly savings: Write a number" }).waitFor();
    await expect.poll(() => page.getByLabel("Monthly savings").inputValue()).toBe("much");
    expect(forms.stored).toMatchObject([{ revision: 1 }]);
  });
});

it("has no barriers, also dark and right to left", async () => {
  const thanks = await collect(`?link=${LINK}`);
  for (const [name, address] of [
    ["form-flagged", thanks],
    ["form-correction", "/f/savings/corrections/cr0000001"],
    ["form-correction-urdu", "/f/savings/corrections/cr0000001?lang=ur"],
    ["form-inbox", `/f/savings/inbox?link=${LINK}`],
    ["form-inbox-urdu", `/f/savings/inbox?link=${LINK}&lang=ur`],
  ] as const) {
    const page = await site.visit(address, { bypassCSP: true, reducedMotion: "reduce" });
    expect([...(await flaws(page)), ...(await unreached(page))], name).toEqual([]);
    await pictures(page, name);
  }
});

it("a correction leaves no draft behind, and none of the form is lost by it", async () => {
  const page = await site.visit("/f/savings");
  await page.getByLabel("Name").fill("Binu");
  const drafts = "Object.keys(localStorage).filter((name) => name.includes(':draft:'))";
  await expect.poll(() => page.evaluate(drafts)).toEqual(["formlog:draft:savings"]);
  await collect();
  await page.goto(`${site.origin}/f/savings/corrections/cr0000001`);
  await page.getByLabel("Monthly savings").fill("1");
  await page.goto(`${site.origin}/f/savings`);
  expect(await page.evaluate(drafts)).toEqual(["formlog:draft:savings"]);
  await expect.poll(() => page.getByLabel("Name").inputValue()).toBe("Binu");
});
