import { beforeAll, describe, expect, it } from "vitest";
import { createSheetsEmulator } from "../../src/integrations/google-sheets/emulator";
import { googleSheets } from "../../src/integrations/google-sheets/index";
import { account, EMAIL, privateKey } from "../../src/integrations/google-sheets/testing";
import { search } from "../../src/integrations/search/index";
import { slang } from "../../src/integrations/slang/index";
import { summary } from "../../src/integrations/summary/index";
import { createReceiver } from "../../src/integrations/webhook/emulator";
import { webhook } from "../../src/integrations/webhook/index";
import { readArrivals } from "../../src/services/arrivals";
import { readFigures } from "../../src/services/form-figures";
import { listSegments } from "../../src/store/shards";
import { call as plain } from "../support/api";
import { spanning } from "../support/shards";
import { createSpan, type Hand, type Span } from "../support/span";

const FORM = {
  title: "Twins",
  questions: [
    { ref: "name", type: "short_text", title: "Name", required: true },
    { ref: "age", type: "integer", title: "Age" },
    {
      ref: "city",
      type: "dropdown",
      title: "City",
      indexed: true,
      choices: [
        { id: "pune", label: "Pune" },
        { id: "delhi", label: "Delhi" },
      ],
    },
    { ref: "note", type: "long_text", title: "Note" },
  ],
  rules: [{ name: "old", severity: "flag", expression: "age <= 100", message: "Too old." }],
};
const PEOPLE = [..."abcdefghijk"].map((name, i) => ({
  answers: {
    name,
    age: i % 4 === 1 ? 101 + i : 20 + i,
    city: i % 3 === 0 ? "pune" : "delhi",
    note: `chai wala ${name}`,
  },
  metadata: { round: i % 2, ...(i % 2 === 0 && { collector: i < 6 ? "Asha" : "Ravi" }) },
}));

interface Twin {
  readonly form: string;
  readonly ids: string[];
  readonly integrations: Record<string, string>;
}

let span: Span;
let key = "";
let twins: readonly [Twin, Twin];
const clock = () => span.clock.now;
const receivers = [0, 1].map(() => createReceiver({ now: () => clock() }));
const fetchHook = (request: Request) =>
  receivers[request.url.includes("twin0") ? 0 : 1]?.fetch(request) ?? Promise.reject(new Error("nobody's"));
const emulator = createSheetsEmulator({ now: () => clock(), accounts: [account] });
const settings = {
  GOOGLE_SHEETS_URL: "https://sheets.test",
  GOOGLE_TOKEN_URL: "https://sheets.test/token",
  GOOGLE_SERVICE_ACCOUNT: JSON.stringify({ client_email: EMAIL, private_key: privateKey }),
};
const hands: Hand[] = [
  { kind: googleSheets, settings, fetch: emulator.fetch },
  { kind: webhook, fetch: fetchHook },
  { kind: summary },
  { kind: search },
  { kind: slang },
];

async function newTwin(no: number): Promise<Twin> {
  const form = await span.newForm(key, FORM);
  const integrations: Record<string, string> = {};
  const add = async (kind: string, config: unknown) => {
    const made = await span.call("POST", `/v1/forms/${form}/integrations`, { key, body: { kind, config } });
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    integrations[kind] = made.body.id;
  };
  emulator.createSpreadsheet({ id: `sheet-${no}`, title: "Twins", sharedWith: [EMAIL] });
  await add("google-sheets", { spreadsheetId: `sheet-${no}` });
  await add("webhook", { url: `https://twin${no}.formlog-tests.io/hook` });
  await add("summary", {});
  await add("search", {});
  await add("slang", { text: "note", city: "city" });
  return { form, ids: [], integrations };
}

beforeAll(async () => {
  span = await createSpan({ segmentMax: 4 });
  key = await span.newWorkspace();
  await span.call("POST", "/v1/lexicon", { key, body: { term: "wala", language: "hi" } });
  twins = [await newTwin(0), await newTwin(1)];
  for (const body of PEOPLE) {
    for (const [twin, send] of [[twins[0], span.call] as const, [twins[1], plain] as const]) {
      const made = await send("POST", `/v1/forms/${twin.form}/responses`, { key, body });
      expect(made.status).toBe(201);
      twin.ids.push(made.body.id);
    }
  }
  await onBoth(
    "PATCH",
    "responses/#2",
    { answers: { ...PEOPLE[2]?.answers, note: "chai again" } },
    { "if-match": "*" },
  );
  await onBoth("POST", "responses/#5/review", { state: "approved", comment: "Fine." });
  await onBoth("DELETE", "responses/#6");
  await span.run(hands);
}, 120_000);

/** The same request to both; `#n` names the n-th response. */
async function onBoth(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answers = [];
  for (const twin of twins) {
    const at = path
      .replace(/#(\d+)/g, (_, n) => twin.ids[Number(n)] ?? "")
      .replace(/@([a-z-]+)/g, (_, kind) => twin.integrations[kind] ?? "");
    answers.push(
      await span.call(method, `/v1/forms/${twin.form}/${at}`, { key, headers, ...(body !== undefined && { body }) }),
    );
  }
  const [one, other] = answers.map((answer, i) =>
    plainly(twins[i] as Twin, { status: answer.status, body: answer.body }),
  );
  expect(one?.status, JSON.stringify(one)).toBeLessThan(300);
  expect(one).toEqual(other);
  return answers[0]?.body;
}

/** What an answer says, without what differs by chance. */
function plainly<T>(twin: Twin, value: T): T {
  const names = [
    ...twin.ids.map((id, i) => [id, `#${i}`]),
    [twin.form, "FORM"],
    ...Object.entries(twin.integrations).map(([kind, id]) => [id, kind]),
  ];
  let text = JSON.stringify(value);
  for (const [id = "", name = ""] of names) text = text.replaceAll(id, name);
  text = text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replaceAll(/"(next|since|delivery|deliveries|id)":"[a-z0-9]{8,}"/g, '"$1":"TOKEN"')
    .replaceAll(/sheet-\d|twin\d/g, "TARGET");
  return JSON.parse(text);
}

/** All pages of a list, item by item. */
async function pagesOfBoth(path: string): Promise<unknown[]> {
  const all = [];
  for (const twin of twins) {
    const items: unknown[] = [];
    for (let cursor = ""; ; ) {
      const { status, body } = await span.call(
        "GET",
        `/v1/forms/${twin.form}/${path}${cursor && `&cursor=${cursor}`}`,
        { key },
      );
      expect(status, JSON.stringify(body)).toBe(200);
      items.push(...body.items);
      if (body.next === null) break;
      cursor = body.next;
    }
    all.push(plainly(twin, items));
  }
  expect(all[0]).toEqual(all[1]);
  return all[0] ?? [];
}

it("lies on three shards, and its twin in one segment", async () => {
  const [mine, its] = await Promise.all(twins.map(({ form }) => listSegments(span.ctx.shards, form)));
  expect(new Set(mine?.map(({ shard }) => shard)).size).toBe(3);
  expect(its).toHaveLength(spanning ? PEOPLE.length + 1 : 1);
});

describe("lists", () => {
  it.each([
    ["order=asc&limit=2", 11],
    ["order=desc&limit=3", 11],
    ["order=asc&limit=50", 11],
    ["order=desc&limit=2&filter[city][eq]=pune", 3],
    ["order=asc&limit=2&filter[city][in]=pune,delhi", 10],
    ["order=asc&limit=1&filter[age][ge]=100", 3],
    ["order=desc&limit=2&metadata[round][eq]=1", 5],
    ["order=asc&limit=1&review=flagged", 2],
    ["order=asc&limit=1&review=flagged&metadata[collector][eq]=Asha", 0],
    ["order=asc&limit=1&review=approved", 1],
    ["order=asc&limit=4&since=2020-01-01T00:00:00Z", 11],
    ["order=desc&limit=4&fields=name", 11],
  ])("?%s", async (query, count) => {
    expect(await pagesOfBoth(`responses?${query}`)).toHaveLength(count);
  });

  it("goes on from the end when more came", async () => {
    const { form } = twins[0];
    const first = await span.call("GET", `/v1/forms/${form}/responses?order=asc&limit=50`, { key });
    const again = await span.call("GET", `/v1/forms/${form}/responses?order=asc&since=${first.body.since}`, { key });
    expect(again.body.items).toEqual([]);
  });
});

describe("responses", () => {
  it.each([
    "responses/#0",
    "responses/#2",
    "responses/#6",
    "responses/#9",
    "responses/#2/revisions",
    "responses/#5/revisions",
  ])("%s", (path) => onBoth("GET", path));
  it("have their deliveries at each integration", async () => {
    for (const n of [0, 2, 6, 10])
      expect((await onBoth("GET", `responses/#${n}/deliveries`)).items.length).toBeGreaterThan(3);
  });
});

describe("exports", () => {
  const file = async (twin: Twin, name: string) => {
    const { status, body } = await span.call("GET", `/v1/forms/${twin.form}/export.${name}`, { key });
    expect(status).toBe(200);
    return plainly(twin, { body }).body;
  };
  it.each(["csv", "csv?limit=4", "csv?header=title", "ndjson", "ndjson?filter[city][eq]=pune", "ndjson?choices=label"])(
    "%s",
    async (name) => {
      const [one, other] = await Promise.all(twins.map((twin) => file(twin, name)));
      expect(one).toEqual(other);
    },
  );
  it("xlsx, and csv that goes on where the last one ended", async () => {
    const { form, ids } = twins[0];
    const rest = await span.call("GET", `/v1/forms/${form}/export.csv?after=${ids[7]}`, { key });
    expect(String(rest.body).trim().split("\n")).toHaveLength(1 + 3);
    expect((await span.call("GET", `/v1/forms/${form}/export.xlsx`, { key })).status).toBe(200);
  });
});

describe("indexes", () => {
  it.each([
    "summary",
    "search?q=chai&limit=50",
    "search?q=again",
    "slang",
    "slang?term=wala",
    "slang/discover?city=pune",
    "collectors",
  ])("%s", (path) => onBoth("GET", path));
  it("page by page, newest first", async () => {
    const hits = (await pagesOfBoth("search?q=chai&limit=2")) as { response: { id: string } }[];
    expect(hits.map(({ response }) => response.id)).toEqual([10, 9, 8, 7, 5, 4, 3, 2, 1, 0].map((n) => `#${n}`));
  });
});

describe("integrations", () => {
  it("delivered everything once: rows in order, events and changes", async () => {
    const rows = [0, 1].map((no) =>
      emulator
        .readRows(`sheet-${no}`, "Responses")
        .map((row, i) => (i === 0 ? row : [plainly(twins[no] as Twin, row[0]), ...row.slice(2)])),
    );
    expect(rows[0]).toEqual(rows[1]);
    expect(rows[0]?.slice(1).map(([id]) => id)).toEqual([0, 1, 2, 3, 4, 5, 7, 8, 9, 10].map((n) => `#${n}`));
    const events = receivers.map(({ received }, no) =>
      received
        .map(({ body }) => JSON.parse(body))
        .map(({ type, data }) => plainly(twins[no] as Twin, [type, data.response.id]).join(" "))
        .toSorted(),
    );
    expect(events[0]).toEqual(events[1]);
    expect(events[0]).toHaveLength(new Set(events[0]).size);
  });

  it("are seen over all segments: lag, what is parked, how far", async () => {
    for (const kind of ["google-sheets", "webhook", "summary"]) {
      for (const { form, integrations } of twins) {
        const { body } = await span.call("GET", `/v1/forms/${form}/integrations/${integrations[kind]}`, { key });
        expect(body).toMatchObject({ state: "active", lag: { entries: 0 }, parked: 0 });
        expect(body.positions.reduce((sum: number, { head }: { head: number }) => sum + head, 0)).toBe(11);
      }
    }
  });
});

describe("what people do with a form over shards", () => {
  const sheetOf = (no: number) =>
    emulator.readRows(`sheet-${no}`, "Responses").map(([id]) => plainly(twins[0], id ?? ""));
  const cursorsOf = async (integration: string) =>
    (await span.call("GET", `/v1/forms/${twins[0].form}/integrations/${integration}`, { key })).body;

  it("an integration that is added later begins at the beginning, and delivers the segments one after the other", async () => {
    emulator.createSpreadsheet({ id: "sheet-9", title: "Later", sharedWith: [EMAIL] });
    const body = { kind: "google-sheets", config: { spreadsheetId: "sheet-9" }, start: "beginning" };
    const made = await span.call("POST", `/v1/forms/${twins[0].form}/integrations`, { key, body });
    expect(made.body.positions).toHaveLength(3);
    await span.run(hands);
    expect(sheetOf(9).slice(1)).toEqual([0, 1, 2, 3, 4, 5, 7, 8, 9, 10].map((n) => `#${n}`));
    const replay = await span.call("POST", `/v1/forms/${twins[0].form}/integrations/${made.body.id}/replay`, {
      key,
      body: { from: "beginning" },
    });
    expect(replay.body.lag.entries).toBe(11);
    await span.run(hands);
    expect(sheetOf(9)).toHaveLength(11);
    expect((await cursorsOf(made.body.id)).lag.entries).toBe(0);
  });

  it("a paused integration stays so in the next segment, and goes on everywhere when it is resumed", async () => {
    const { form, integrations } = twins[0];
    const at = `/v1/forms/${form}/integrations/${integrations.webhook}`;
    await span.call("POST", `${at}/pause`, { key });
    const before = receivers[0]?.received.length;
    for (const name of "lmnop") {
      await span.call("POST", `/v1/forms/${form}/responses`, { key, body: { answers: { name } } });
    }
    const paused = (await span.call("GET", at, { key })).body;
    expect(paused).toMatchObject({ state: "paused", lag: { entries: 5 } });
    expect(paused.positions.length).toBeGreaterThan(3);
    await span.run(hands);
    expect(receivers[0]?.received).toHaveLength(before ?? -1);
    await span.call("POST", `${at}/resume`, { key });
    await span.run(hands);
    expect(receivers[0]?.received).toHaveLength((before ?? 0) + 5);
    expect((await span.call("GET", at, { key })).body).toMatchObject({ state: "active", lag: { entries: 0 } });
  });

  it("new rules look at the responses of every segment", async () => {
    const { form, ids } = twins[0];
    const rules = [{ ...FORM.rules[0], expression: "age != 20 && age != 30" }];
    await span.call("POST", `/v1/forms/${form}/versions`, { key, body: { ...FORM, rules } });
    for (let i = 0; i < 3; i += 1) await span.run([], 1);
    const { body } = await span.call("GET", `/v1/forms/${form}`, { key });
    expect(body.recheck).toMatchObject({ state: "done", responses: 16, flagged: 2 });
    const flagged = await span.call("GET", `/v1/forms/${form}/responses?review=flagged&order=asc`, { key });
    expect(flagged.body.items.map(({ id }: { id: string }) => id)).toEqual([ids[0], ids[10]]);
  });

  it("the console shows it as one form", async () => {
    const { form, integrations } = twins[0];
    const { body } = await span.call("GET", `/v1/forms/${form}/integrations/${integrations.webhook}`, { key });
    expect(await readArrivals(span.ctx, body)).toMatchObject({ place: { segment: body.positions.at(-2).segment } });
    expect(body.positions.at(-1).head).toBe(0);
    expect((await readFigures(span.ctx, [form])).get(form)?.responses).toBe(16);
  });

  it("an erased form leaves nothing on any shard", async () => {
    const { form } = twins[0];
    const segments = await listSegments(span.ctx.shards, form);
    await span.call("DELETE", `/v1/forms/${form}?retentionDays=0`, { key });
    for (let i = 0; i < 5; i += 1) await span.run([], 1);
    expect(await listSegments(span.ctx.shards, form)).toEqual([]);
    for (const { shard, no } of segments) {
      const { db } = span.ctx.shards.get(shard);
      for (const table of ["responses", "revisions"]) {
        const range = `id > ${no} * 8589934592 AND id < ${no + 1} * 8589934592`;
        expect(await db.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${range}`).first("n")).toBe(0);
      }
      expect(await db.prepare(`SELECT count(*) AS n FROM cursors WHERE segment = ${no}`).first("n")).toBe(0);
    }
  });
});
