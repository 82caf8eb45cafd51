import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { segmentStart } from "../../src/core/ids";
import { call, newForm, newWorkspace, QUESTIONS, submit } from "../support/api";
import { operator, textOf, type Visitor } from "../support/console";
import { breakoutsIn, HOSTILE, HOSTILE_TEXT } from "../support/hostile";
import { segmentOf } from "../support/rows";

let key = "";
let one: Visitor;
beforeAll(async () => {
  key = await newWorkspace();
  one = await operator(key);
});

/** A form with so many responses, named and aged by their number; from every third city. */
async function filled(responses: number, change = {}): Promise<string> {
  const form = await newForm(key, change);
  const items = Array.from({ length: responses }, (_, i) => ({
    answers: { name: `n${i + 1}`, age: (i + 1) % 100, city: i % 3 === 0 ? "pune" : "delhi" },
    metadata: { device: `t${i % 2}` },
  }));
  for (let from = 0; from < items.length; from += 500) {
    const body = { responses: items.slice(from, from + 500) };
    await call("POST", `/v1/forms/${form}/responses/batch`, { key, body });
  }
  return form;
}

const at = (form: string, query = "") => `/console/forms/${form}/responses${query && `?${query}`}`;
const namesIn = (page: string) =>
  [...page.matchAll(/<span class="cell" dir="auto">(n\d+)<\/span>/g)].map(([, name]) => name);
const range = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, i) => `n${from - i}`);
const linkOf = (page: string, rel: string) =>
  (new RegExp(`<a href="([^"]+)" rel="${rel}"`).exec(page)?.[1] ?? null)?.replaceAll("&amp;", "&") ?? null;

describe("the table of responses", () => {
  it("leads from page to page in both directions, and never to an empty one", async () => {
    const form = await filled(110);
    const seen: (string | undefined)[][] = [];
    let path: string | null = at(form);
    for (; path !== null; path = linkOf((await one.get(path)).body, "next"))
      seen.push(namesIn((await one.get(path)).body));
    expect(seen).toEqual([range(110, 61), range(60, 11), range(10, 1)]);
    const second = linkOf((await one.get(at(form))).body, "next") ?? "";
    const third = linkOf((await one.get(second)).body, "next") ?? "";
    const back = linkOf((await one.get(third)).body, "prev") ?? "";
    const before = await one.get(back);
    expect(namesIn(before.body)).toEqual(range(60, 11));
    // Meanwhile some came in: the page before is still the fifty that were before.
    await submit(form, { name: "n111" });
    const front = linkOf(before.body, "prev") ?? "";
    expect(namesIn((await one.get(front)).body)).toEqual(range(110, 61));
    const newest = linkOf((await one.get(front)).body, "prev") ?? "";
    expect(namesIn((await one.get(newest)).body)).toEqual(range(111, 62));
    expect(linkOf((await one.get(newest)).body, "prev")).toBeNull();
  });

  it("of exactly a page has no other", async () => {
    const form = await filled(50);
    const { body } = await one.get(at(form));
    expect(namesIn(body)).toEqual(range(50, 1));
    expect([linkOf(body, "next"), linkOf(body, "prev")]).toEqual([null, null]);
  });

  it("is filtered by answers, metadata, review and date, each of which can be taken away again", async () => {
    const form = await filled(9);
    const [approved] = (await call("GET", `/v1/forms/${form}/responses`, { key })).body.items;
    await call("POST", `/v1/forms/${form}/responses/${approved.id}/review`, { key, body: { state: "approved" } });
    const found = async (query: string) => namesIn((await one.get(at(form, query))).body);
    expect(await found("filter[city][eq]=pune")).toEqual(["n7", "n4", "n1"]);
    expect(await found("filter[city][eq]=pune&filter[age][lt]=7")).toEqual(["n4", "n1"]);
    expect(await found("metadata[device][eq]=t1")).toEqual(["n8", "n6", "n4", "n2"]);
    expect(await found("review=approved")).toEqual(["n9"]);
    expect(await found("since=2026-01-01")).toHaveLength(9);
    expect(await found("since=2999-01-01")).toEqual([]);
    const { body } = await one.get(at(form, "filter[city][eq]=pune&filter[age][lt]=7&review=received"));
    const chips = [...body.matchAll(/<li><a href="([^"]*)"><span class="sr">[^<]*<\/span><span dir="auto">([^<]*)</g)];
    expect(chips.map(([, , text]) => text)).toEqual(["City is Pune", "Age is less than 7", "Review is Received"]);
    const without = new URL(chips[0]?.[1]?.replaceAll("&amp;", "&") ?? "", "http://x");
    expect(Object.fromEntries(without.searchParams)).toEqual({ "filter[age][lt]": "7", review: "received" });
  });

  it("takes a condition as people type it, and puts it into the address as the API has it", async () => {
    const form = await filled(4, { questions: [...QUESTIONS, { ref: "ok", type: "yes_no", title: "Well?" }] });
    const typed = async (fields: Record<string, string>) => {
      const page = await one.get(at(form, new URLSearchParams({ review: "", since: "", ...fields }).toString()));
      const address = new URL(page.headers.get("location") ?? "http://x", "http://x");
      return [page.status, Object.fromEntries(address.searchParams)];
    };
    expect(await typed({ about: "city", is: "eq", value: " pune " })).toEqual([303, { "filter[city][eq]": "pune" }]);
    expect(await typed({ about: "city", is: "in", value: "PUNE, Delhi" })).toEqual([
      303,
      { "filter[city][in]": "pune,delhi" },
    ]);
    expect(await typed({ about: "ok", is: "eq", value: "No" })).toEqual([303, { "filter[ok][eq]": "false" }]);
    expect(await typed({ about: "metadata:", key: "device", is: "eq", value: "t1", cursor: "x" })).toEqual([
      303,
      { "metadata[device][eq]": "t1" },
    ]);
    expect(await typed({ about: "", is: "eq", value: "" })).toEqual([303, {}]);
    const wrong = await one.get(at(form, "about=city&is=eq&value=Atlantis"));
    expect([wrong.status, textOf(wrong.body)]).toEqual([
      400,
      expect.stringContaining("“City” has no choice “Atlantis”. There are Pune, Delhi."),
    ]);
  });

  it("shows the columns that the address names, and the first five otherwise", async () => {
    const more = ["a", "b", "c"].map((ref) => ({ ref, type: "short_text", title: `Title ${ref}` }));
    const form = await filled(1, {
      questions: [...QUESTIONS, ...more, { ref: "s", type: "statement", title: "Read" }],
    });
    const titles = async (query: string) =>
      [...(await one.get(at(form, query))).body.matchAll(/<th[^>]*scope="col"[^>]*>(?:<span[^>]*>)?([^<]*)/g)].map(
        ([, title]) => title,
      );
    expect(await titles("")).toEqual(["Received (UTC)", "Review", "Name", "Age", "City", "Phone", "Title a"]);
    expect(await titles("fields=c,name")).toEqual(["Received (UTC)", "Review", "Name", "Title c"]);
    const { headers } = await one.get(at(form, "fields=c&fields=name&review=approved"));
    expect(headers.get("location")).toBe(`${at(form)}?review=approved&fields=c%2Cname`);
  });

  it("says what is wrong with an address that can't be", async () => {
    const form = await filled(1);
    for (const query of [
      "filter[nothing][eq]=1",
      "filter[age][eq]=many",
      "cursor=0",
      "since=yesterday",
      "metadata[a][like]=b",
    ]) {
      const page = await one.get(at(form, query));
      expect([page.status, page.body.includes('id="problem"')], query).toEqual([400, true]);
    }
  });

  it("looks at 5,000 responses where no index helps, says so, and goes on from there", async () => {
    const form = await newForm(key);
    const start = segmentStart(await segmentOf(form));
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
       INSERT INTO responses (id, nonce, version, revision, received_at, answers, metadata)
       SELECT ?1 + i, 'n' || i, 1, 1, 1, json_object('name', 'n' || i), '{}' FROM n`,
    )
      .bind(start)
      .run();
    const first = await one.get(at(form, "filter[name][eq]=n3"));
    expect(textOf(first.body)).toContain("The search stopped after 5,000 responses");
    const second = await one.get(linkOf(first.body, "next") ?? "");
    const third = await one.get(linkOf(second.body, "next") ?? "");
    expect([namesIn(first.body), namesIn(second.body), namesIn(third.body)]).toEqual([[], [], ["n3"]]);
    const back = await one.get(linkOf(second.body, "prev") ?? "");
    expect(namesIn(back.body)).toEqual([]);
    expect(linkOf(back.body, "next")).not.toBeNull();
  });

  it("of a form that is not published says so", async () => {
    const { id } = (await call("POST", "/v1/forms", { key, body: { title: "Soon", draft: true } })).body;
    const page = await one.get(at(id));
    expect([page.status, textOf(page.body)]).toEqual([200, expect.stringContaining("Not published yet")]);
  });
});

describe("one response", () => {
  it("is shown by the version that it was answered against, with the titles and labels of then", async () => {
    const form = await newForm(key);
    const { id } = (await submit(form, { name: "Asha", city: "pune", age: 30 })).body;
    const questions = [
      { ref: "name", type: "short_text", title: "Full name" },
      { ref: "city", type: "dropdown", title: "Town", choices: [{ id: "pune", label: "Pune (new)" }] },
    ];
    await call("POST", `/v1/forms/${form}/versions`, { key, body: { title: "Visit", questions } });
    const page = textOf((await one.get(`${at(form)}/${id}`)).body);
    expect(page).toContain("Name Asha Age 30 City Pune Phone No answer");
    expect(page).not.toContain("Pune (new)");
  });

  it("links what is an address and nothing that only looks like one", async () => {
    const questions = [
      { ref: "site", type: "url", title: "Site" },
      { ref: "mail", type: "email", title: "Mail" },
      { ref: "text", type: "short_text", title: "Text" },
    ];
    const form = await newForm(key, { questions });
    const answers = { site: "https://example.org/a?b=c", mail: "asha@example.org", text: "javascript:alert(1)" };
    const { id } = (await submit(form, answers)).body;
    const { body } = await one.get(`${at(form)}/${id}`);
    expect(body).toContain('<a href="https://example.org/a?b=c" rel="noopener noreferrer nofollow" target="_blank">');
    expect(body).toContain('<a href="mailto:asha%40example.org">');
    expect(body).not.toContain('href="javascript:');
  });

  it("shows who changed what, with the values before and after", async () => {
    const form = await newForm(key);
    const { id } = (await submit(form, { name: "Asha", city: "pune" })).body;
    const path = `/v1/forms/${form}/responses/${id}`;
    const body = { answers: { city: "delhi", age: 31 }, metadata: { checked: true } };
    await call("PATCH", path, { key, body, headers: { "if-match": "*" } });
    await call("POST", `${path}/review`, { key, body: { state: "approved", comment: "Fine" } });
    const page = textOf((await one.get(`${at(form)}/${id}`)).body);
    expect(page).toMatch(
      /Edited by First key .* City Pune → is now Delhi Age nothing → is now 31 checked nothing → is now true/,
    );
    expect(page).toMatch(/Reviewed by First key .* Review Received → is now Approved Fine/);
  });

  it("shows what its form's rules and integrations flagged, and to which questions it belongs", async () => {
    const rules = [
      { name: "old", severity: "flag", expression: "age < 100", message: "Is <that> age right?", questions: ["age"] },
    ];
    const form = await newForm(key, { rules });
    const { id } = (await submit(form, { name: "Asha", age: 120 })).body;
    const page = textOf((await one.get(`${at(form)}/${id}`)).body);
    expect(page).toMatch(/Flags Is &lt;that&gt; age right\? old · Age/);
    expect(page).toMatch(/History .* Flagged .* Flags nothing → is now Is &lt;that&gt; age right\?/);
    expect(textOf((await one.get(at(form))).body)).toContain("Flagged 1 flag");
  });

  it("is reviewed at the revision that was seen; a step that is none, or one that came too late, keeps what was typed", async () => {
    const form = await newForm(key);
    const { id } = (await submit(form, { name: "Asha" })).body;
    const [page, action] = [`${at(form)}/${id}`, `${at(form)}/${id}/review`];
    const refused = await one.submit(page, action, { state: "corrected", comment: "Please <look>" });
    expect([refused.status, textOf(refused.body)]).toEqual([
      409,
      expect.stringContaining("It is received: from there it may become"),
    ]);
    expect(refused.body).toContain("\nPlease &lt;look&gt;</textarea>");
    const late = await one.submit(page, action, { state: "approved", comment: "Late", revision: "0" });
    expect([late.status, late.body.includes("Late</textarea>")]).toEqual([412, true]);
    const wrong = await one.submit(page, action, { state: "eaten" });
    expect(wrong.status).toBe(422);
    expect((await one.submit(page, action, { state: "approved" })).status).toBe(303);
    expect((await call("GET", `/v1/forms/${form}/responses/${id}`, { key })).body.review).toEqual({
      state: "approved",
    });
  });

  it("is erased once that was confirmed, and is a tombstone afterwards", async () => {
    const form = await newForm(key);
    const { id } = (await submit(form, { name: "Asha Gowda" })).body;
    const page = `${at(form)}/${id}`;
    expect((await one.get(`${page}/erase`)).status).toBe(200);
    expect((await call("GET", `/v1/forms/${form}/responses/${id}`, { key })).body.answers).toEqual({
      name: "Asha Gowda",
    });
    const done = await one.submit(`${page}/erase`, `${page}/erase`);
    const after = await one.follow(done);
    expect(textOf(after.body)).toContain("The response is erased.");
    expect(after.body).not.toMatch(/Asha Gowda|\/review"|\/erase"/);
    expect(textOf((await one.get(at(form))).body)).toContain("Erased");
  });
});

it("texts that would run as script stay texts, on every page and in every field that comes back", async () => {
  const text = HOSTILE_TEXT.slice(0, 290);
  const questions = HOSTILE.map((title, i) => ({ ref: `q${i}`, type: "short_text", title }));
  const choices = HOSTILE.map((label, i) => ({ id: `c${i}`, label }));
  const pick = { ref: "pick", type: "dropdown", title: "Pick", choices };
  const rules = [{ name: "r", severity: "flag", expression: 'q0 == "never"', message: text, questions: ["q1"] }];
  const form = await newForm(key, { title: text, questions: [...questions, pick], rules });
  const answers = Object.fromEntries(HOSTILE.map((answer, i) => [`q${i}`, answer]));
  const { id } = (await submit(form, { ...answers, pick: "c3" })).body;
  const page = `${at(form)}/${id}`;
  const refs = questions.map(({ ref }) => ref).join(",");
  const refused = await one.submit(page, `${page}/review`, { state: text, comment: text, revision: "1" });
  const pages = [
    await one.get("/console/forms"),
    await one.get(`/console/forms?search=${encodeURIComponent(text)}`),
    await one.get(at(form, `fields=${refs},pick`)),
    await one.get(at(form, new URLSearchParams({ "filter[q0][eq]": text, "metadata[a][eq]": text }).toString())),
    await one.get(at(form, new URLSearchParams({ [`filter[${text}][eq]`]: text, cursor: text }).toString())),
    await one.get(at(form, new URLSearchParams({ about: "pick", is: "eq", value: text }).toString())),
    await one.get(page),
    refused,
    await one.get(`${page}/erase`),
    await one.get(`/console/${encodeURIComponent(text)}`),
    await one.get(`/console/sign-in?next=${encodeURIComponent(text)}`),
  ];
  for (const { body } of pages) expect(breakoutsIn(body)).toEqual([]);
  expect(pages[6]?.body).toContain("&lt;svg onload=pwned()&gt;");
});
