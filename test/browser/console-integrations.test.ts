/**
 * An operator's day with integrations, in a real browser over the real workers and the emulated providers: with script
 * and without. And what the emulators show. With SCREENSHOTS=1 it also takes the pictures of docs/screenshots.
 */
import type { BrowserContextOptions, Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { flaws, PHONE, pictures, type Site, unreached } from "../support/browser";
import { FORM, SPREADSHEET, type Stack, until } from "../support/stack";
import { visitConsole } from "../support/visits";

let stack: Stack;
let site: Site;
let key = "";

visitConsole(async (visits) => {
  ({ stack, site } = visits);
  key = await stack.workspace();
});

const make = async (at: string, body: unknown) => {
  const made = await stack.call("POST", at, { key, body });
  if (made.status >= 300) throw new Error(`${at}: ${JSON.stringify(made.body)}`);
  return made.body;
};

async function signedIn(options: BrowserContextOptions): Promise<Page> {
  const page = await site.visit("/console", options);
  await page.getByLabel("Key").fill(key);
  await page.getByLabel("Key").press("Enter");
  await page.waitForURL("**/console/forms");
  return page;
}

/** Follows a link or presses a button by keyboard. */
const press = (page: Page, role: "link" | "button", name: string) =>
  page.getByRole(role, { name, exact: true }).press("Enter");
/** Waits for a page that says so. */
const says = (page: Page, hasText: string | RegExp, role: "status" | "alert" = "status") =>
  page.getByRole(role).filter({ hasText }).waitFor();
const sentTo = (number: string | undefined) =>
  stack.twilio.messages.filter(({ to }) => to === number).map(({ body }) => body);
const text = (page: Page) => page.getByRole("main").textContent();

describe.each([true, false])("with script: %s", (javaScriptEnabled) => {
  const title = javaScriptEnabled ? "Visit" : "Visit without script";
  const tab = javaScriptEnabled ? "Visits" : "Visits 2";
  let form = "";

  beforeAll(async () => {
    form = (await make("/v1/forms", { ...FORM, title })).id;
    for (const name of ["Asha", "Ravi"]) await make(`/v1/forms/${form}/responses`, { answers: { name } });
  });

  it("an operator adds Google Sheets, sees the rows appear, and replays without doubling one", async () => {
    const page = await signedIn({ javaScriptEnabled });
    await press(page, "link", title);
    await page.waitForURL("**/responses");
    await page
      .getByRole("navigation", { name: "Pages of this form" })
      .getByRole("link", { name: "Integrations" })
      .click();
    await press(page, "link", "Add an integration");
    await press(page, "link", "Google Sheets");
    await page.getByText("share it with the service account's address").waitFor();
    await page.getByLabel("Spreadsheet", { exact: true }).fill("not an id!");
    await page.getByLabel("Starts with").selectOption("All responses, also those that are there");
    await press(page, "button", "Add the integration");
    await says(page, "paste the spreadsheet's address", "alert");
    await expect.poll(() => page.getByLabel("Spreadsheet", { exact: true }).getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("Spreadsheet", { exact: true }).fill(SPREADSHEET);
    if (!(await page.getByLabel("Tab", { exact: true }).isVisible())) await page.getByText("More settings").click();
    await page.getByLabel("Tab", { exact: true }).fill(tab);
    await press(page, "button", "Add the integration");
    await says(page, "Google Sheets is added.");
    await press(page, "button", "Test");
    await says(page, "It works.");

    await make(`/v1/forms/${form}/responses`, { answers: { name: "Meera" } });
    const rows = () => stack.google.readRows(SPREADSHEET, tab).slice(1);
    await until(async () => {
      await stack.sweep();
      expect(rows()).toHaveLength(3);
    });
    const sheet = await site.visit(stack.pages.sheet, { javaScriptEnabled });
    const grid = sheet.getByRole("region", { name: tab, exact: true });
    for (const name of ["Asha", "Ravi", "Meera"]) {
      await expect.poll(() => grid.getByRole("cell", { name, exact: true }).count()).toBe(1);
    }

    await press(page, "link", "Replay or back-fill…");
    await page.getByRole("radio", { name: /^From the beginning/ }).press("Space");
    await press(page, "button", "Deliver again");
    await says(page, "It delivers again from there on.");
    await until(async () => {
      await stack.sweep();
      // With script the page looks by itself.
      if (!javaScriptEnabled) await page.reload();
      await expect
        .poll(() => page.getByRole("region", { name: "How far it has come" }).textContent())
        .toContain("Nothing waits.");
    });
    expect(rows()).toHaveLength(3);
  });

  it("an operator adds a text, sees what it says, and retries and skips what was parked", async () => {
    const page = await signedIn({ javaScriptEnabled });
    await page.goto(`/console/forms/${form}/add-integration/twilio-sms`);
    await page.getByRole("combobox", { name: "To", exact: true }).selectOption("Phone");
    await page.getByLabel("Message", { exact: true }).fill("Thanks {{name}} ☺");
    await press(page, "button", "See the text");
    const preview = page.getByRole("region", { name: "What would be sent" });
    await preview.filter({ hasText: /Thanks Meera ☺.*1 segment \(UCS-2\)/s }).waitFor();
    await press(page, "button", "Add the integration");
    await says(page, "SMS by Twilio is added.");

    const numbers = javaScriptEnabled ? ["+919876543210", "+919876543211"] : ["+919876543220", "+919876543221"];
    const answers = [
      { name: "Lata", phone: numbers[0] },
      { name: "Sunil", phone: numbers[1] },
    ];
    // Twilio takes them for landlines, each once.
    stack.twilio.faults.push({ match: "create", mode: "error_before", status: 400, code: 21614, times: 2 });
    const made: { id: string }[] = [];
    for (const one of answers) made.push(await make(`/v1/forms/${form}/responses`, { answers: one }));
    await until(async () => {
      await stack.sweep();
      await page.reload();
      await expect.poll(() => page.getByRole("table", { name: "Parked" }).getByRole("rowheader").count()).toBe(2);
    });
    const [lata, sunil] = made.map(({ id }) => id);
    await press(page, "button", `Retry ${lata}`);
    await says(page, "The delivery is tried again.");
    await press(page, "link", `Skip ${sunil}`);
    await page.getByLabel("Why").fill("Sunil has asked for no texts.");
    await press(page, "button", "Skip for good");
    await says(page, "The delivery is skipped.");
    expect(await text(page)).toContain("None: no delivery waits for a person.");
    await until(async () => {
      await stack.sweep();
      expect(sentTo(numbers[0])).toEqual(["Thanks Lata ☺"]);
    });
    const phone = await site.visit(stack.pages.phone(numbers[0] ?? ""), { javaScriptEnabled });
    await expect.poll(() => phone.getByRole("list", { name: "Messages" }).textContent()).toContain("Thanks Lata ☺");
    expect(sentTo(numbers[1])).toEqual([]);

    await press(page, "link", "Pause…");
    await press(page, "button", "Pause");
    await says(page, "It is paused.");
    await press(page, "button", "Resume");
    await says(page, "It goes on.");
    await press(page, "link", "Delete…");
    await press(page, "link", "Cancel");
    await press(page, "link", "Delete…");
    await press(page, "button", "Delete the integration");
    await says(page, "The integration is deleted.");
  });
});

describe("what does not fit", () => {
  /** Sixty letters without a place to break. */
  const WORD = "Haushaltsbefragungsfragebogenverwaltungsvorschriftenentwürfe";
  let form = "";

  beforeAll(async () => {
    form = (await make("/v1/forms", { ...FORM, title: WORD })).id;
    const config = { url: `${stack.receiverUrl}/${"of-a-partner/".repeat(20)}` };
    const { id } = await make(`/v1/forms/${form}/integrations`, { kind: "webhook", config });
    await (await stack.db())
      .prepare(
        `UPDATE cursors SET state = 'waiting', next_at = ?2, failing_since = 1, failed_at = 2, failures = 1234, last_error = ?3
           WHERE integration = (SELECT no FROM integrations WHERE id = ?1)`,
      )
      .bind(id, Date.now() + 86_400_000, `The receiver leads on to https://example.com/${"a".repeat(180)}.`)
      .run();
  });

  it("a table of integrations with long names, addresses and errors does not scroll sideways", async () => {
    const page = await signedIn({});
    for (const at of ["/console/integrations", `/console/forms/${form}/integrations`]) {
      await page.goto(at);
      for (const width of [1024, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        const over = "document.querySelector('.table').scrollWidth - document.querySelector('.table').clientWidth";
        expect([at, width, await page.evaluate(over)]).toEqual([at, width, 0]);
      }
    }
  });

  it("the tab of the page is in sight on a phone, however far along it stands", async () => {
    const page = await signedIn({ viewport: PHONE });
    await page.goto(`/console/forms/${form}/robots`);
    const right = "document.querySelector('.tabs [aria-current]').getBoundingClientRect().right";
    expect(await page.evaluate(right)).toBeLessThanOrEqual(PHONE.width);
  });
});

describe("what the emulators show", () => {
  beforeAll(async () => {
    const { id: form } = await make("/v1/forms", { ...FORM, title: "Farm visit" });
    await make(`/v1/forms/${form}/integrations`, { kind: "webhook", config: { url: stack.receiverUrl } });
    await make(`/v1/forms/${form}/integrations`, {
      kind: "twilio-sms",
      config: { to: "phone", body: "Thanks {{name}}, receipt {{response_id}}" },
    });
    await make(`/v1/forms/${form}/responses`, { answers: { name: "Kavita", phone: "+919876543299", city: "pune" } });
    await until(async () => {
      await stack.sweep();
      expect(stack.receiver.received.length).toBeGreaterThan(0);
      expect(stack.texts().some((body) => body.startsWith("Thanks Kavita"))).toBe(true);
    });
  });

  it("has no barriers that axe knows, does not scroll sideways, and is all within reach of the keyboard", async () => {
    const pages = {
      sheets: stack.pages.sheets,
      sheet: `${stack.pages.sheet}?refresh=2`,
      phones: stack.pages.phones,
      phone: stack.pages.phone("+919876543299"),
      receiver: stack.pages.receiver,
    };
    const page = await site.visit(stack.pages.sheets, { bypassCSP: true });
    for (const [called, at] of Object.entries(pages)) {
      await page.goto(at);
      expect([...(await flaws(page)), ...(await unreached(page))], called).toEqual([]);
      // Lists of what there is are as plain as they are short.
      if (!called.endsWith("s")) await pictures(page, `emulator-${called}`);
    }
  });

  it("breaks no word of a sheet in two, however much stands in another column", async () => {
    const { id: form } = await make("/v1/forms", { ...FORM, title: "Long visit" });
    const config = { spreadsheetId: SPREADSHEET, sheet: "Long" };
    await make(`/v1/forms/${form}/integrations`, { kind: "google-sheets", config });
    await make(`/v1/forms/${form}/responses`, { answers: { name: "long ".repeat(200) } });
    await until(async () => {
      await stack.sweep();
      expect(stack.google.readRows(SPREADSHEET, "Long")).toHaveLength(2);
    });
    const page = await site.visit(stack.pages.sheet, { viewport: PHONE });
    const linesOf = `[...document.querySelectorAll('[aria-label="Long"] thead tr + tr th')].map((one) => {
      const text = document.createRange();
      text.selectNodeContents(one);
      return [one.textContent, new Set([...text.getClientRects()].map(({ top }) => top)).size];
    })`;
    const lines = await page.evaluate<[string, number][]>(linesOf);
    expect(lines.map(([title]) => title)).toContain("Response ID");
    for (const [title, most] of lines) expect(most, title).toBeLessThanOrEqual(title.split(" ").length);
  });

  it("follows what happens, by script, and answers from the phone", async () => {
    const number = "+919876543299";
    const phone = await site.visit(`${stack.pages.phone(number)}?refresh=0.2`);
    await phone.getByLabel("Reply from this phone").fill("STOP");
    await phone.getByRole("button", { name: "Send" }).press("Enter");
    await phone.getByText("STOP", { exact: true }).waitFor();
    const receiver = await site.visit(`${stack.pages.receiver}?refresh=0.2`);
    const events = await receiver.getByRole("listitem").count();
    await fetch(stack.receiverUrl, { method: "POST", body: "{}", headers: { "webhook-id": "msg_by_hand" } });
    await until(async () => expect(await receiver.getByRole("listitem").count()).toBe(events + 1));
  });
});
