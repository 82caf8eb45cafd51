import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { segmentStart } from "../../src/core/ids";
import { app } from "../../src/http/app";
import { type Answer, call, newForm, newWorkspace, submit } from "../support/api";
import { countRows } from "../support/meter";
import { segmentOf } from "../support/rows";
import { BROKEN, FLAG, GOOD, RULED } from "../support/rules";
import { onlyOnOneShard } from "../support/shards";

let key = "";
let form = "";
beforeAll(async () => {
  key = await newWorkspace();
});
beforeEach(async () => {
  form = await newForm(key, RULED);
});

/** The text of a new collector link. */
async function link(name: string, more: object = {}, of = form): Promise<{ id: string; text: string }> {
  const { body } = await call("POST", `/v1/forms/${of}/links`, { key, body: { name, ...more } });
  return { id: body.id, text: new URL(body.url).searchParams.get("link") ?? "" };
}
async function collect(text: string, answers: unknown = BROKEN): Promise<string> {
  return (await submit(form, answers, { headers: { "formlog-link": text } })).body.id;
}
const inbox = (text: string, query = "", headers = {}) => call("GET", `/v1/inboxes/${text}${query}`, { headers });
const collectors = (query = "") => call("GET", `/v1/forms/${form}/collectors${query}`, { key });
const ids = ({ body }: Answer): string[] =>
  body.items.map((one: { response?: string; id?: string }) => one.response ?? one.id);
const of = (name: string) =>
  `/v1/forms/${form}/responses?review=flagged&metadata[collector][eq]=${encodeURIComponent(name)}`;

describe("the collectors of a form", () => {
  it("are told with how much of theirs is flagged, and the oldest of it", async () => {
    const [asha, ravi] = [await link("Asha"), await link("Ravi")];
    const first = await collect(asha.text);
    await collect(asha.text, GOOD);
    await collect(ravi.text);
    await collect(asha.text);
    // By an app, in their name; and by nobody in particular.
    const path = `/v1/forms/${form}/responses`;
    await call("POST", path, { key, body: { answers: BROKEN, metadata: { collector: "Mira" } } });
    await call("POST", path, { key, body: { answers: BROKEN, metadata: { collector: true } } });
    await submit(form, BROKEN);
    const { body } = await collectors();
    expect(body).toEqual({
      items: [
        { collector: null, flagged: 1, oldest: expect.anything() },
        { collector: "Asha", flagged: 2, oldest: { response: first, receivedAt: expect.stringMatching(/Z$/) } },
        { collector: "Mira", flagged: 1, oldest: expect.anything() },
        { collector: "Ravi", flagged: 1, oldest: expect.anything() },
        { collector: "true", flagged: 1, oldest: expect.anything() },
      ],
      next: null,
    });
    expect(ids(await call("GET", of("Asha"), { key }))).toHaveLength(2);
    expect(ids(await call("GET", of("true"), { key }))).toHaveLength(1);
  });

  it("are leafed through by name, whatever is written in it", async () => {
    const names = ["", "=", "A", "a", "Ł", "आशा", "\u{1F33E}", "\uFF21"].toSorted((a, b) =>
      Buffer.compare(Buffer.from(a), Buffer.from(b)),
    );
    for (const collector of names)
      await call("POST", `/v1/forms/${form}/responses`, { key, body: { answers: BROKEN, metadata: { collector } } });
    await submit(form, BROKEN);
    const seen: unknown[] = [];
    for (let next: string | null = ""; next !== null; ) {
      const { body }: Answer = await collectors(`?limit=2${next && `&cursor=${next}`}`);
      seen.push(...body.items.map(({ collector }: { collector: unknown }) => collector));
      next = body.next;
    }
    expect(seen).toEqual([null, ...names]);
    expect((await collectors("?cursor=nonsense")).body.code).toBe("invalid_parameter");
  });

  it("are not told once what was flagged is mended, judged or erased", async () => {
    const asha = await link("Asha");
    const [mended, judged, erased] = [await collect(asha.text), await collect(asha.text), await collect(asha.text)];
    const at = (id: string) => `/v1/forms/${form}/responses/${id}`;
    await call("PATCH", at(mended), { key, body: { answers: GOOD }, headers: { "if-match": "*" } });
    await call("POST", `${at(judged)}/review`, { key, body: { state: "approved" } });
    expect((await collectors()).body.items).toMatchObject([{ flagged: 1, oldest: { response: erased } }]);
    await call("DELETE", at(erased), { key });
    expect((await collectors()).body.items).toEqual([]);
    expect((await inbox(asha.text)).body).toMatchObject({ flagged: 0, items: [] });
  });
});

describe("the inbox of a collector link", () => {
  it("has what came by it and is flagged, in the reader's language, each with the link that mends it", async () => {
    const asha = await link("Asha");
    const [first, second] = [await collect(asha.text), await collect(asha.text)];
    await collect(asha.text, GOOD);
    const shown = await inbox(asha.text, "", { "accept-language": "hi" });
    expect([shown.status, shown.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(shown.body).toMatchObject({ form, collector: "Asha", flagged: 2, next: null });
    expect(shown.body.items[0]).toMatchObject({
      response: first,
      revision: 1,
      answers: BROKEN,
      flags: [{ ...FLAG, message: "बचत आय से अधिक है।" }],
    });
    const [correction] = shown.body.items[0].correction.url.split("/").slice(-1);
    const fixed = await call("PATCH", `/v1/corrections/${correction}`, { body: { answers: { monthly_savings: 1 } } });
    expect(fixed.body).toMatchObject({ review: { state: "corrected" } });
    expect((await inbox(asha.text)).body).toMatchObject({ flagged: 1, items: [{ response: second }] });
  });

  it("is never another's: not of another link, of the same name, of another form, nor what only says the name", async () => {
    const [asha, namesake] = [await link("Asha"), await link("Asha")];
    const hers = await collect(asha.text);
    await call("POST", `/v1/forms/${form}/responses`, { body: { answers: BROKEN, metadata: { collector: "Asha" } } });
    expect(ids(await inbox(asha.text))).toEqual([hers]);
    expect((await inbox(namesake.text)).body).toMatchObject({ flagged: 0, items: [] });
    const other = await newForm(key, RULED);
    const elsewhere = await link("Asha", {}, other);
    expect((await inbox(elsewhere.text)).body).toMatchObject({ form: other, flagged: 0, items: [] });
  });

  it("is shut with its link: withdrawn, expired, made up, cut off; but not when the link is used up", async () => {
    const asha = await link("Asha", { responsesMax: 1 });
    const response = await collect(asha.text);
    expect(await collect(asha.text)).toBeUndefined();
    expect(ids(await inbox(asha.text))).toEqual([response]);
    const ravi = await link("Ravi", { expiresAt: new Date(Date.now() + 60_000).toISOString() });
    expect((await inbox(ravi.text)).status).toBe(200);
    const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 60_000);
    const late = await inbox(ravi.text);
    clock.mockRestore();
    expect([late.body.code, late.body.detail]).toEqual(["link_refused", expect.stringContaining("expired")]);
    await call("DELETE", `/v1/forms/${form}/links/${asha.id}`, { key });
    for (const text of [asha.text, `${asha.text.slice(0, -1)}!`, asha.text.slice(0, -2), "link_x"]) {
      expect((await inbox(text)).body.code).toBe("link_refused");
    }
  });

  it("comes in pages, oldest first", async () => {
    const asha = await link("Asha");
    const all = [await collect(asha.text), await collect(asha.text), await collect(asha.text)];
    const first = await inbox(asha.text, "?limit=2");
    const rest = await inbox(asha.text, `?limit=2&cursor=${first.body.next}`);
    expect([ids(first), ids(rest), rest.body.next]).toEqual([all.slice(0, 2), all.slice(2), null]);
    expect((await inbox(asha.text, "?limit=500")).body.code).toBe("invalid_parameter");
  });

  it("may be read by pages of the sites that its form names", async () => {
    const mine = await newForm(key, { ...RULED, allowedOrigins: ["https://campaign.example"] });
    const { text } = await link("Asha", {}, mine);
    const origin = "https://campaign.example";
    const allowed = (answer: Answer) => answer.headers.get("access-control-allow-origin");
    expect(allowed(await inbox(text, "", { origin }))).toBe(origin);
    expect(allowed(await inbox(text, "", { origin: "https://elsewhere.example" }))).toBeNull();
  });
});

onlyOnOneShard("counts the rows of one segment").it(
  "reads no row of what is not flagged, nor of other collectors: rows read are the same beside 2 and 4,000 of them",
  async () => {
    const asha = await link("Asha");
    for (let n = 0; n < 3; n += 1) await collect(asha.text);
    const segment = await segmentOf(form);
    /** Beside them, so many that are not flagged, and so many that are, of somebody else. */
    const fill = (from: number, count: number) =>
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT CAST(?1 AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
       INSERT INTO responses (id, nonce, version, revision, received_at, answers, metadata, review, flags, link)
       SELECT ?3 + i, 'n' || i, 1, 1, 1, '{"name":"a"}', json_object('collector', iif(i % 2, 'Asha', 'Ravi')),
         iif(i % 2, 'received', 'flagged'), iif(i % 2, NULL, '[]'), iif(i % 2, ?4, 'link_of_ravi') FROM n`,
      )
        .bind(from, from + count - 1, segmentStart(segment), asha.id)
        .run();
    const cost = async (work: () => Promise<Answer>) => {
      await work();
      const meter = countRows();
      const { status } = await work();
      expect(status).toBe(200);
      return meter.stop().read;
    };
    const costs = async () => ({
      inbox: await cost(() => inbox(asha.text)),
      list: await cost(() => call("GET", of("Asha"), { key })),
      page: await cost(() => call("GET", `${of("Asha")}&limit=2`, { key })),
    });
    await fill(10, 2);
    const before = await costs();
    await fill(20, 4_000);
    expect(await costs()).toEqual(before);
    expect(before.inbox).toBeLessThan(20);
    // By collector: an index entry for each that is flagged, and a row for each collector.
    const flagged = 3 + 1 + 2_000;
    const all = await cost(() => collectors());
    expect(all).toBeGreaterThan(flagged);
    expect(all).toBeLessThan(flagged + 20);
  },
);

it("a link is in no log, not even when its request fails", async () => {
  const { text } = await link("Asha");
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  const DB = {
    prepare() {
      throw new Error("a bug");
    },
  };
  const execution = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
  const answer = await app.fetch(new Request(`http://formlog/v1/inboxes/${text}`), { ...env, DB }, execution);
  expect(answer.status).toBe(500);
  const lines = said.mock.calls.map(([line]) => JSON.parse(String(line)));
  expect(lines).toContainEqual(expect.objectContaining({ event: "request_failed", route: "/v1/inboxes/:inbox" }));
  expect(JSON.stringify(lines)).not.toContain(text);
});
