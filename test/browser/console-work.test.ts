/**
 * What an operator does in the console with people and devices outside of it: a flagged response goes back to whoever
 * collected it, keys and links are handed out, a file is taken away. With and without script, over the real API worker.
 */
import { readFileSync } from "node:fs";
import type { BrowserContextOptions, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { Site } from "../support/browser";
import { focusOf } from "../support/focus";
import type { Stack } from "../support/stack";
import { signIn, visitConsole } from "../support/visits";

const VISIT = {
  title: "Household visit",
  questions: [
    { ref: "name", type: "short_text", title: "Name", required: true },
    { ref: "income", type: "number", title: "Monthly income" },
    { ref: "savings", type: "number", title: "Monthly savings" },
  ],
  rules: [
    {
      name: "within_income",
      severity: "flag",
      expression: "savings <= income",
      message: "Savings are more than the income.",
      questions: ["savings"],
    },
  ],
};

let stack: Stack;
let site: Site;
let key = "";
let form = "";

visitConsole(async (visits) => {
  ({ stack, site } = visits);
  key = await stack.workspace();
  form = (await stack.call("POST", "/v1/forms", { key, body: VISIT })).body.id;
});

async function signedIn(at: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await site.visit(`/console/sign-in?next=${encodeURIComponent(at)}`, options);
  await signIn(page, key, at);
  return page;
}

async function collect(answers: unknown): Promise<string> {
  return (await stack.call("POST", `/v1/forms/${form}/responses`, { body: { answers } })).body.id;
}

const responses = () => `/console/forms/${form}/responses`;
const stored = async (id: string) => (await stack.call("GET", `/v1/forms/${form}/responses/${id}`, { key })).body;
const SCRIPTED: BrowserContextOptions = { permissions: ["clipboard-read", "clipboard-write"] };

describe.each([true, false])("with script: %s", (javaScriptEnabled) => {
  const options = javaScriptEnabled ? SCRIPTED : { javaScriptEnabled };

  it("a flagged response goes back to its collector by a link, is mended there, and its review moves on", async () => {
    const id = await collect({ name: "Asha", income: 100, savings: 500 });
    const page = await signedIn(responses(), options);
    await page.getByRole("link", { name: "Correction link…" }).first().click();
    await page.getByRole("button", { name: "Make the link" }).click();
    const link = (await page.getByLabel("Correction link").inputValue()).trim();
    if (javaScriptEnabled) {
      await page.getByRole("button", { name: "Copy" }).click();
      await page.getByText("Copied").waitFor();
      expect(await page.evaluate("navigator.clipboard.readText()")).toBe(link);
    }
    // To reload is to see the response, and to make no second link.
    await page.reload();
    expect(new URL(page.url()).pathname).toBe(`${responses()}/${id}`);
    expect(await page.content()).not.toContain(link.split("/").at(-1));

    const collector = await site.visit(new URL(link).pathname, { javaScriptEnabled });
    await collector.getByRole("alert").getByText("Savings are more than the income.").waitFor();
    await collector.getByLabel("Monthly savings").fill("50");
    await collector.getByRole("button", { name: "Send the correction" }).click();
    await collector.getByText("nothing is left to correct").waitFor();

    await page.reload();
    await expect.poll(() => page.getByRole("heading", { level: 1 }).locator("..").textContent()).toContain("Corrected");
    await expect
      .poll(() => page.getByRole("region", { name: "History" }).textContent())
      .toMatch(/by whoever collected it/);
    expect(await stored(id)).toMatchObject({ review: { state: "corrected" }, flags: [], answers: { savings: 50 } });
  });

  it("an operator edits answers, over what somebody else changed meanwhile", async () => {
    const id = await collect({ name: "Ravi", income: 100, savings: 20 });
    const page = await signedIn(`${responses()}/${id}`, options);
    await page.getByRole("link", { name: "Edit" }).click();
    await stack.call("PATCH", `/v1/forms/${form}/responses/${id}`, {
      key,
      body: { answers: { income: 300 } },
      headers: { "if-match": "*" },
    });
    await page.getByLabel("Monthly savings").fill("lots");
    await page.getByRole("button", { name: "Save the answers" }).click();
    await page.getByRole("alert").getByText("Somebody changed this response while you were at it").waitFor();
    if (javaScriptEnabled) await focusOf(page, "id").toBe("summary");
    await expect.poll(() => page.getByLabel("Monthly income").inputValue()).toBe("300");
    await expect.poll(() => page.getByLabel("Monthly savings").inputValue()).toBe("lots");
    await page.getByRole("button", { name: "Save the answers" }).click();
    await page.getByRole("alert").getByText("The answers are not saved").waitFor();
    await page.getByLabel("Monthly savings").fill("30");
    await page.getByRole("button", { name: "Save the answers" }).click();
    await expect.poll(() => page.getByRole("status").first().textContent()).toBe("The answers are saved.");
    expect(await stored(id)).toMatchObject({ revision: 3, answers: { income: 300, savings: 30 } });
  });

  it("a key is made and revoked, a link handed out and withdrawn, a file taken away", async () => {
    const page = await signedIn("/console/keys", options);
    await page.getByRole("link", { name: "New key" }).click();
    await page.getByLabel("Name").fill("Tablet 4");
    await page.getByRole("checkbox", { name: /Submit responses/ }).check();
    await page.getByRole("button", { name: "Make the key" }).click();
    const made = (await page.getByLabel("Key", { exact: true }).inputValue()).trim();
    expect(made).toMatch(/^fl_/);
    await page.reload();
    expect(await page.content()).not.toContain(made);
    await page.getByRole("link", { name: "Revoke Tablet 4" }).click();
    await page.getByRole("button", { name: "Revoke the key" }).click();
    await expect.poll(() => page.getByRole("status").first().textContent()).toBe("The key is revoked.");

    await page.goto(`/console/forms/${form}/links`);
    await page.getByRole("link", { name: "New link" }).click();
    await page.getByLabel("Collector").fill("Meera");
    await page.getByRole("button", { name: "Make the link" }).click();
    await expect.poll(() => page.getByRole("img", { name: "QR code of the link of Meera" }).isVisible()).toBe(true);
    await page.getByRole("link", { name: "Withdraw…" }).click();
    await page.getByRole("button", { name: "Withdraw the link" }).click();

    await page.goto(responses());
    await page.getByRole("link", { name: "Export…" }).click();
    await page.getByLabel("Format").selectOption("ndjson");
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download" }).click(),
    ]);
    expect(file.suggestedFilename()).toBe("Household visit.ndjson");
    const lines = readFileSync(await file.path(), "utf8")
      .trim()
      .split("\n");
    expect(lines.length).toBeGreaterThanOrEqual(2);
    if (javaScriptEnabled) {
      await page.getByText(`Done: ${lines.length} responses are in the file.`).waitFor();
      await expect
        .poll(() => page.locator("[data-so-far]").textContent())
        .toContain(`${lines.length} of ${lines.length} responses`);
    }
  });
});
