import { beforeEach, describe, expect, it } from "vitest";
import { ask, createTestApp, type Fields, MemoryForms } from "./testing";

let forms: MemoryForms;
let app: ReturnType<typeof createTestApp>;
beforeEach(() => {
  forms = new MemoryForms();
  app = createTestApp(forms);
  forms.publish("farm", {
    title: "Farm",
    language: "en",
    questions: [
      { ref: "cows", type: "integer", title: "Cows", required: true, min: 0 },
      { ref: "milk", type: "number", title: "Litres", visibleIf: "cows > 0", required: true },
      { ref: "rich", type: "yes_no", title: "Rich", calculated: "milk > 100", shown: true },
      { ref: "rank", type: "number", title: "Rank", calculated: "cows * 2" },
      { ref: "name", type: "short_text", title: "Name", required: true, page: { title: "You" } },
    ],
    translations: { hi: { questions: { cows: { title: "गायें" } } } },
  });
});

function check(fields: Fields, path = "/f/farm/check") {
  const body = new URLSearchParams({ formlog_version: "1" });
  for (const [name, value] of Object.entries(fields)) body.set(name, String(value));
  return app.request(path, { method: "POST", body });
}

describe("a form that is asked about while it is filled in", () => {
  it("tells which questions come, which must be answered and what is shown; nothing is stored", async () => {
    const answer = await check({ q_cows: "3", q_milk: "120" });
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(await answer.json()).toEqual({
      hidden: [],
      required: ["cows", "milk", "name"],
      shown: { rich: "Yes" },
      problems: [],
    });
    expect(await (await check({ q_cows: "0", q_milk: "120" })).json()).toMatchObject({ hidden: ["milk"], shown: {} });
    expect(forms.stored).toEqual([]);
  });

  it("tells what is wrong on one page, in the language of the page", async () => {
    const first = await (await check({ q_cows: "-1", formlog_part: "1" })).json();
    expect(first).toMatchObject({ problems: [{ ref: "cows", text: "This number can't be taken. At least 0." }] });
    const second = await (await check({ q_cows: "3", formlog_part: "2" }, "/f/farm/check?lang=hi")).json();
    expect(second).toMatchObject({ problems: [{ ref: "name", text: "कृपया इस प्रश्न का उत्तर दें।" }] });
    for (const part of ["0", "9", "-1", "x", "1.5"]) {
      expect(await (await check({ q_cows: "-1", formlog_part: part })).json()).toMatchObject({ problems: [] });
    }
  });

  it("says nothing about a page of another version", async () => {
    expect((await check({ formlog_version: "7" })).status).toBe(409);
  });

  it("is for those who may fill it in", async () => {
    forms.publish("own", { title: "Own", questions: [ask("short_text")] }, { access: "key" });
    forms.publish("link", { title: "Link", questions: [ask("short_text")] }, { access: "link" });
    expect((await check({}, "/f/own/check")).status).toBe(403);
    expect((await check({}, "/f/link/check")).status).toBe(401);
    expect((await check({}, "/f/none/check")).status).toBe(404);
    expect((await check({ q_name: "x".repeat(600_000) })).status).toBe(413);
  });
});

it("the page itself says the same before its script has asked anything", async () => {
  const page = await (await app.request("/f/farm")).text();
  const frame = (ref: string) => new RegExp(`<[^>]*data-ref="${ref}"[^>]*>`).exec(page)?.[0];
  expect(frame("milk")).toContain('data-asked="no"');
  expect(frame("cows")).not.toContain("data-asked");
  expect(frame("cows")).toContain("data-decides");
  expect(frame("name")).not.toContain("data-decides");
  // What nobody is shown is not even named.
  expect(frame("rich")).toContain('data-asked="no"');
  expect(page).not.toContain("Rank");
});
