import { beforeAll, describe, expect, it } from "vitest";
import { call, newForm, newWorkspace, QUESTIONS, submit } from "../support/api";

const CHOICES = [
  { id: "r", label: "Rice" },
  { id: "w", label: "Wheat" },
  { id: "m", label: "Millet" },
];
const MORE = [
  { ref: "note", type: "long_text", title: "Note" },
  { ref: "score", type: "number", title: "Score" },
  { ref: "born", type: "date", title: "Born" },
  { ref: "wakes", type: "time", title: "Wakes" },
  { ref: "met", type: "datetime", title: "Met" },
  { ref: "irrigated", type: "yes_no", title: "Irrigated" },
  { ref: "crops", type: "multiple_choice", title: "Crops", choices: CHOICES },
  { ref: "spot", type: "location", title: "Spot" },
  { ref: "hint", type: "statement", title: "Hint" },
];

/** One letter each; what is not named is not answered. */
const PEOPLE: Readonly<Record<string, { answers: Record<string, unknown>; metadata?: Record<string, unknown> }>> = {
  a: {
    answers: {
      age: 9,
      score: -1.5,
      city: "pune",
      born: "2017-03-01",
      wakes: "06:05",
      met: "2026-11-20T09:30:00+05:30",
    },
    metadata: { device: "t1", round: 2, "odd\"]['key": "x", test: true },
  },
  b: {
    answers: { age: 31, score: 20, city: "delhi", born: "1995-10-12", wakes: "06:05:00", met: "2026-11-20T04:00:00z" },
    metadata: { device: "t2", round: 10, on: "2026-11-20" },
  },
  c: { answers: { age: 100, score: 3.25, crops: ["r", "w"], irrigated: true, met: "2026-11-20T04:00:00.250Z" } },
  d: { answers: { crops: ["m"], irrigated: false, note: 'it\'s 100% "fine", she said' }, metadata: { device: "t1" } },
  e: { answers: { note: "Fine" } },
};

let key = "";
let form = "";

const list = (query = "") => call("GET", `/v1/forms/${form}/responses?${query}`, { key });
const found = async (query: string): Promise<string> => {
  const { status, body } = await list(`order=asc&${query}`);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body.items.map((item: { answers: { name: string } }) => item.answers.name).join("");
};
const q = (name: string, value: string) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;

beforeAll(async () => {
  key = await newWorkspace();
  form = await newForm(key, { questions: [...QUESTIONS, ...MORE] });
  const responses = Object.entries(PEOPLE).map(([name, { answers, metadata }]) => ({
    answers: { name, ...answers },
    metadata: metadata ?? {},
  }));
  const made = await call("POST", `/v1/forms/${form}/responses/batch`, { body: { responses } });
  expect(made.body.items.map(({ status }: { status: number }) => status)).toEqual([201, 201, 201, 201, 201]);
});

describe("filters on answers", () => {
  it.each([
    ["filter[age][eq]", "31", "b"],
    ["filter[age][ge]", "31", "bc"],
    ["filter[age][gt]", "9", "bc"],
    ["filter[age][lt]", "31.0", "a"],
    ["filter[age][le]", "31", "ab"],
    ["filter[age][ne]", "31", "acde"],
    ["filter[age][in]", "9,100", "ac"],
    ["filter[score][lt]", "3.5e0", "ac"],
    ["filter[score][eq]", "-1.5", "a"],
    ["filter[city][eq]", "pune", "a"],
    ["filter[city][ne]", "pune", "bcde"],
    ["filter[city][in]", "pune,delhi", "ab"],
    ["filter[crops][contains]", "w", "c"],
    ["filter[crops][in]", "w,m", "cd"],
    ["filter[irrigated][eq]", "true", "c"],
    ["filter[irrigated][eq]", "false", "d"],
    ["filter[irrigated][ne]", "true", "abde"],
    ["filter[born][lt]", "2000-01-01", "b"],
    ["filter[wakes][eq]", "06:05", "ab"],
    ["filter[wakes][gt]", "06:04:59", "ab"],
    ["filter[met][eq]", "2026-11-20T04:00:00Z", "ab"],
    ["filter[met][gt]", "2026-11-20T09:30:00+05:30", "c"],
    ["filter[met][le]", "2026-11-20T04:00:00.25Z", "abc"],
    ["filter[note][contains]", 'it\'s 100% "fine"', "d"],
    ["filter[note][contains]", "Fine", "e"],
    ["filter[note][startswith]", "it's", "d"],
    ["filter[note][startswith]", "%", ""],
    ["filter[name][in]", "a,e", "ae"],
  ])("%s=%s", async (name, value, names) => {
    expect(await found(q(name, value))).toBe(names);
  });

  it("hold together, also several on one question", async () => {
    expect(await found("filter[age][gt]=8&filter[age][lt]=40")).toBe("ab");
    expect(await found("filter[age][gt]=8&filter[city][eq]=delhi&metadata[device][eq]=t2")).toBe("b");
    expect(await found("filter[age][gt]=8&filter[age][gt]=9")).toBe("bc");
  });

  it.each([
    ["filter[age][contains]=3", "a question of type integer takes eq, ne, gt, ge, lt, le, in."],
    ["filter[age][like]=3", "takes eq, ne"],
    ["filter[age][eq]=old", "a number"],
    ["filter[age][in]=1,x", "a number"],
    ["filter[city][eq]=Pune", "the id of a choice: pune, delhi."],
    ["filter[crops][eq]=r", "takes contains, in."],
    ["filter[irrigated][eq]=yes", "true or false"],
    ["filter[born][gt]=2000-13-01", "a day"],
    ["filter[wakes][gt]=25:00", "a time of day"],
    ["filter[met][gt]=2026-11-20", "a date and time"],
    ["filter[spot][eq]=1", "can't be filtered by"],
    ["filter[hint][eq]=1", "can't be filtered by"],
    ["filter[nobody][eq]=1", "no question with the ref nobody"],
    ["filter[age]=3", "is not known here"],
    ["fitler[age][eq]=3", "is not known here"],
    ["metadata[device][like]=3", "the operators are eq"],
    ["fields=name,nobody", "no question with the ref nobody"],
    ["order=up", "asc"],
    ["order=asc&order=desc", "once"],
    ["since=2026-11-20", "a time"],
    ["since=zzzz", "cursor"],
    [Array.from({ length: 21 }, (_, i) => `filter[age][ne]=${i}`).join("&"), "at most 20"],
  ])("refuses %s with a word of advice", async (query, advice) => {
    const { status, body } = await list(query);
    expect([status, body.code]).toEqual([400, "invalid_parameter"]);
    expect(body.detail).toContain(advice);
  });

  it("take questions and choices of earlier versions, and find no tombstone", async () => {
    form = await newForm(key);
    const { body } = await submit(form, { name: "old", age: 7, city: "pune" });
    await submit(form, { name: "gone", age: 7 });
    const questions = QUESTIONS.filter(({ ref }) => ref !== "age").map((question) =>
      question.choices ? { ...question, choices: question.choices.slice(1) } : question,
    );
    await call("POST", `/v1/forms/${form}/versions`, { key, body: { title: "Visit", questions } });
    expect(await found("filter[age][eq]=7")).toBe("oldgone");
    expect(await found("filter[city][eq]=pune&fields=name,age")).toBe("old");
    expect((await list("filter[city][eq]=paris")).status).toBe(400);
    await call("DELETE", `/v1/forms/${form}/responses/${body.id}`, { key });
    expect(await found("filter[age][ne]=1")).toBe("gone");
    expect((await list()).body.items).toHaveLength(2);
  });
});

describe("filters on metadata", () => {
  beforeAll(async () => {
    const { body } = await call("GET", "/v1/forms", { key });
    form = body.items.at(-1).id;
  });

  it.each([
    ["metadata[device][eq]", "t1", "ad"],
    ["metadata[device][ne]", "t1", "bce"],
    ["metadata[device][in]", "t1,t2", "abd"],
    ["metadata[device][startswith]", "t", "abd"],
    ["metadata[round][eq]", "10", "b"],
    ["metadata[round][gt]", "9", "b"],
    ["metadata[round][ge]", "2", "ab"],
    ["metadata[device][gt]", "t1", "b"],
    ["metadata[device][gt]", "1", ""],
    ["metadata[on][ge]", "2026-11-01", "b"],
    ["metadata[test][eq]", "true", "a"],
    ["metadata[$.device][eq]", "t1", ""],
    ["metadata[nothing][eq]", "1", ""],
  ])("%s=%s", async (name, value, names) => {
    expect(await found(q(name, value))).toBe(names);
  });
});

describe("fields", () => {
  it("chooses answers", async () => {
    const { body } = await list("fields=name,age&order=asc");
    expect(body.items[0].answers).toEqual({ name: "a", age: 9 });
    expect(body.items[3].answers).toEqual({ name: "d" });
    expect((await list("fields=")).body.items[0].answers).toEqual({});
  });
});

describe("pages", () => {
  const walk = async (query: string) => {
    const names: string[] = [];
    let pages = 0;
    for (let cursor = ""; ; pages += 1) {
      const { body } = await list(`${query}&limit=2${cursor && `&cursor=${cursor}`}`);
      names.push(...body.items.map((item: { answers: { name: string } }) => item.answers.name));
      if (body.next === null) return { names: names.join(""), pages: pages + 1 };
      cursor = body.next;
    }
  };

  it("go either way, filtered or not, and end", async () => {
    expect(await walk("order=desc")).toEqual({ names: "edcba", pages: 3 });
    expect(await walk("order=asc")).toEqual({ names: "abcde", pages: 3 });
    expect((await walk("order=asc&filter[age][gt]=0")).names).toBe("abc");
    expect((await walk("order=desc&filter[age][gt]=0")).names).toBe("cba");
  });

  it("refuse a cursor of the other order", async () => {
    const { body } = await list("order=asc&limit=2");
    expect((await list(`order=desc&cursor=${body.next}`)).body.detail).toContain("other `order`");
  });

  it("of large answers hold as many as an isolate can carry, and go on", async () => {
    form = await newForm(key, { questions: [...QUESTIONS, ...MORE] });
    const note = "x".repeat(100_000);
    const responses = Array.from({ length: 45 }, (_, i) => ({ answers: { name: String(i), note } }));
    await call("POST", `/v1/forms/${form}/responses/batch`, { body: { responses } });
    const first = await list("limit=500&order=asc");
    expect(first.body.items.length).toBeLessThan(45);
    const second = await list(`limit=500&order=asc&cursor=${first.body.next}`);
    expect(first.body.items.length + second.body.items.length).toBe(45);
    expect(second.body.next).toBeNull();
  });
});

describe("polling", () => {
  it("with what the last page gave as `since` sees each response once, also those of later", async () => {
    form = await newForm(key);
    const seen: string[] = [];
    const poll = async (since: string): Promise<string> => {
      let page = await list(`limit=2&${since && `since=${since}`}${since ? "" : "order=asc"}`);
      for (;;) {
        seen.push(...page.body.items.map((item: { answers: { name: string } }) => item.answers.name));
        if (page.body.next === null) return page.body.since;
        page = await list(`limit=2&order=asc&cursor=${page.body.next}`);
      }
    };
    let since = await poll("");
    for (const names of [["a"], ["b", "c", "d"], [], ["e", "f"], []]) {
      for (const name of names) await submit(form, { name });
      since = await poll(since);
    }
    expect(seen.join("")).toBe("abcdef");
    // With a filter, what did not fit is not looked at again either.
    const filtered = await list("order=asc&filter[age][gt]=1");
    await submit(form, { name: "g", age: 2 });
    const later = await list(`since=${filtered.body.since}&filter[age][gt]=1`);
    expect(later.body.items.map((item: { answers: { name: string } }) => item.answers.name)).toEqual(["g"]);
    expect((await list(`since=${since}&order=desc`)).body.detail).toContain("ascending");
    expect((await list("limit=1")).body).not.toHaveProperty("since");
  });
});
