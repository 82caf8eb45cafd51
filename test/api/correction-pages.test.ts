import { exports } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { BROKEN, RULED } from "../support/rules";

let key = "";
let form = "";
beforeAll(async () => {
  key = await newWorkspace();
});
beforeEach(async () => {
  form = await newForm(key, RULED);
});

interface Shown {
  readonly status: number;
  readonly location: string;
  readonly headers: Headers;
  readonly page: string;
}

async function open(path: string, fields?: Record<string, string | string[]>, headers: Record<string, string> = {}) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields ?? {})) for (const one of [value].flat()) body.append(name, one);
  const init = fields ? { method: "POST", body } : {};
  const url = path.startsWith("http") ? path : `http://formlog.test${path}`;
  const answer = await exports.default.fetch(new Request(url, { ...init, redirect: "manual", headers }));
  const shown: Shown = {
    status: answer.status,
    location: answer.headers.get("location") ?? "",
    headers: answer.headers,
    page: await answer.text(),
  };
  return shown;
}

const ENTITIES: Record<string, string> = { amp: "&", quot: '"', lt: "<", gt: ">" };

/** The inputs of a page as a browser without script would send them, with some typed anew. */
function fill(page: string, typed: Record<string, string | string[]> = {}): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {};
  const attribute = (tag: string, name: string) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];
  for (const [tag] of page.matchAll(/<input[^>]*>/g)) {
    const name = attribute(tag, "name");
    if (name === undefined || (/type="(radio|checkbox)"/.test(tag) && !/ checked/.test(tag))) continue;
    const value = (attribute(tag, "value") ?? "").replace(
      /&(amp|quot|lt|gt);/g,
      (_, name: string) => ENTITIES[name] ?? "",
    );
    fields[name] = fields[name] === undefined ? value : [fields[name], value].flat();
  }
  for (const [, name = "", text = ""] of page.matchAll(/<textarea[^>]* name="([^"]*)"[^>]*>\n?([^<]*)/g))
    fields[name] = text;
  for (const [, name = "", options = ""] of page.matchAll(/<select[^>]* name="([^"]*)"[^>]*>(.*?)<\/select>/g)) {
    fields[name] = /<option value="([^"]*)" selected/.exec(options)?.[1] ?? "";
  }
  return { ...fields, ...typed };
}

async function flagged(answers: unknown = BROKEN) {
  const { body } = await submit(form, answers);
  return { id: body.id as string, url: body.correction.url as string };
}
const get = async (id: string) => (await call("GET", `/v1/forms/${form}/responses/${id}`, { key })).body;

describe("the hosted form", () => {
  it("thanks for a flagged response with what is flagged and the link, and a reload shows it again", async () => {
    const { page } = await open(`/f/${form}`);
    const typed = { q_name: "Ravi", q_monthly_income: "100", q_monthly_savings: "500" };
    const sent = await open(`/f/${form}?lang=hi`, fill(page, typed));
    expect([sent.status, sent.location]).toEqual([303, expect.stringMatching(/\/thanks\/\w+\/corr_[^/]+\?lang=hi$/)]);
    const thanks = await open(sent.location);
    expect(thanks.page).toContain("आपके उत्तर दर्ज हो गए हैं");
    expect(thanks.page).toContain("बचत आय से अधिक है।");
    const [, link = ""] = /href="([^"]*\/corrections\/[^"]*)"/.exec(thanks.page) ?? [];
    const correction = await open(link);
    await open(link, fill(correction.page, { q_monthly_savings: "5" }));
    const after = await open(sent.location);
    expect([after.status, after.location]).toEqual([303, expect.stringMatching(/\/thanks\/\w+\?lang=hi$/)]);
  });

  it("shows them even where it leads elsewhere otherwise", async () => {
    await call("PATCH", `/v1/forms/${form}`, { key, body: { redirectUrl: "https://example.org/done" } });
    const { page } = await open(`/f/${form}`);
    const send = (savings: string) =>
      open(
        `/f/${form}`,
        fill(page, {
          q_name: "R",
          q_monthly_income: "1",
          q_monthly_savings: savings,
          formlog_key: `key-${savings}-00`,
        }),
      );
    expect((await send("1")).location).toBe("https://example.org/done");
    expect((await send("9")).location).toContain("/corr_");
  });

  it("shows what an error rule says beside each question, with what was typed", async () => {
    const { page } = await open(`/f/${form}`);
    const sent = await open(`/f/${form}`, fill(page, { q_name: "R", q_monthly_income: "-1" }));
    expect([sent.status, sent.page.match(/An income is not negative\./g)?.length]).toEqual([422, 2]);
    expect(sent.page).toContain('value="-1"');
  });
});

describe("the page of a correction", () => {
  it("shows the answers with what is flagged beside them; mended, it thanks", async () => {
    const { id, url } = await flagged();
    const shown = await open(url);
    expect([shown.status, shown.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(shown.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(shown.headers.get("referrer-policy")).toBe("no-referrer");
    // Once in the summary, once beside each of its two questions.
    expect(shown.page.match(/Savings are more than the income\./g)).toHaveLength(3);
    expect(shown.page).toContain('value="500"');
    const sent = await open(url, fill(shown.page, { q_monthly_savings: "50" }));
    expect([sent.status, sent.location]).toEqual([303, expect.stringMatching(/\/corrections\/corr_[^?]+\?sent$/)]);
    const done = await open(sent.location);
    expect(done.page).toContain("nothing is left to correct");
    expect(await get(id)).toMatchObject({
      flags: [],
      review: { state: "corrected" },
      answers: { monthly_savings: 50 },
    });
    expect((await open(url)).page).toContain("Nothing is left to correct here");
    const late = await open(url, fill(shown.page, { q_name: "Mallory" }));
    expect([late.status, (await get(id)).answers.name]).toEqual([409, "Ravi"]);
  });

  it("says what is wrong still, in the language of its reader", async () => {
    const { id, url } = await flagged();
    const { page } = await open(url);
    const sent = await open(`${url}?lang=hi`, fill(page, { q_monthly_savings: "300" }));
    const still = await open(sent.location);
    expect(still.page).toContain("अभी भी ठीक नहीं है");
    expect(still.page).toContain("बचत आय से अधिक है।");
    const refused = await open(url, fill(still.page, { q_monthly_income: "-4" }));
    expect([refused.status, refused.page.includes("An income is not negative.")]).toEqual([422, true]);
    expect(refused.page).toContain('value="-4"');
    expect((await get(id)).answers).toMatchObject({ monthly_income: 100, monthly_savings: 300 });
  });

  it("keeps what was typed when somebody else was faster, and stores it when it is sent again", async () => {
    const { id, url } = await flagged();
    const { page } = await open(url);
    const patch = { key, headers: { "if-match": "*" }, body: { answers: { name: "Ravi K" } } };
    await call("PATCH", `/v1/forms/${form}/responses/${id}`, patch);
    const stale = await open(url, fill(page, { q_monthly_savings: "7" }));
    expect([stale.status, stale.page.includes("were changed since")]).toEqual([412, true]);
    expect(stale.page).toContain('value="7"');
    await open(url, fill(stale.page));
    expect((await get(id)).answers).toMatchObject({ monthly_savings: 7 });
  });

  it("is not there under another form, and a bad link is told why", async () => {
    const { url } = await flagged();
    const token = url.split("/").at(-1);
    const other = await newForm(key);
    expect((await open(`/f/${other}/corrections/${token}`)).status).toBe(404);
    expect((await open(`/f/${form}/thanks/other00000/${token}`)).status).toBe(404);
    const cut = await open(url.slice(0, -1));
    expect([cut.status, cut.page.includes("Use the whole link")]).toEqual([403, true]);
    expect((await open(url, fill((await open(url)).page), { "content-type": "text/plain" })).status).toBe(415);
    const put = await exports.default.fetch(new Request(url, { method: "PUT" }));
    expect([put.status, put.headers.get("allow")]).toEqual([405, "GET, HEAD, POST"]);
  });
});

describe("sent as it was shown", () => {
  const choices = [
    { id: "rice", label: "Rice" },
    { id: "maize", label: "Maize" },
  ];
  const questions = [
    { ref: "ok", type: "yes_no", title: "OK?" },
    { ref: "short", type: "short_text", title: "Short" },
    { ref: "long", type: "long_text", title: "Long" },
    { ref: "n", type: "number", title: "N" },
    { ref: "stars", type: "rating", title: "Stars" },
    { ref: "one", type: "single_choice", title: "One", choices },
    { ref: "many", type: "multiple_choice", title: "Many", choices },
    { ref: "down", type: "dropdown", title: "Down", choices },
    { ref: "day", type: "date", title: "Day" },
    { ref: "at", type: "time", title: "At" },
    { ref: "moment", type: "datetime", title: "Moment" },
    { ref: "spot", type: "location", title: "Where" },
    { ref: "double", type: "number", title: "Twice", calculated: "n * 2" },
    { ref: "empty", type: "short_text", title: "Empty" },
  ];
  const rules = [{ name: "ok", severity: "flag", expression: "ok", message: "Not OK." }];
  const answers = {
    ok: false,
    short: 'a "quoted" & <b>',
    long: "two\nlines",
    n: 1.5,
    stars: 4,
    one: "maize",
    many: ["maize", "rice"],
    down: "rice",
    day: "2026-11-23",
    at: "14:05",
    moment: "2026-11-23T14:05:00+05:30",
    spot: { latitude: 18.5, longitude: 73.8, accuracy: 5 },
  };

  beforeEach(async () => {
    form = await newForm(key, { questions, rules });
  });

  it("a page changes nothing, whatever the types of its questions", async () => {
    const { id, url } = await flagged(answers);
    const before = await get(id);
    const { page } = await open(url);
    expect((await open(url, fill(page))).status).toBe(303);
    expect(await get(id)).toEqual(before);
  });

  it("what was changed is changed, and nothing else", async () => {
    const { id, url } = await flagged(answers);
    const { page } = await open(url);
    const typed = { q_ok: "yes", q_many: [], q_n: "", "q_spot.latitude": "19", "q_spot.accuracy": "", q_empty: "now" };
    await open(url, fill(page, typed));
    const { n: _, many: __, ...rest } = answers;
    expect(await get(id)).toMatchObject({
      review: { state: "corrected" },
      answers: { ...rest, ok: true, empty: "now", spot: { latitude: 19, longitude: 73.8 } },
    });
    const after = (await get(id)).answers;
    expect([after.n, after.many, after.double, after.spot.accuracy]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
