/** A form that outgrows its segment goes on elsewhere, exactly once, and loses and doubles nothing on the way. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { openNextSegment } from "../../src/dispatch/next-segment";
import { sweep } from "../../src/dispatch/sweep";
import { makeSegment, readShards, retireSegment } from "../../src/store/placement";
import { QUESTIONS, ROOT_KEY } from "../support/api";
import { createSpan, type Span } from "../support/span";

let span: Span;
let key = "";
let form = "";
beforeAll(async () => {
  span = await createSpan({ segmentMax: 3 });
  key = await span.newWorkspace();
});

const open = async (change: Record<string, unknown> = {}) => {
  form = await span.newForm(key, { title: "Span", questions: QUESTIONS, ...change });
};
const withKey = (idempotencyKey?: string): Record<string, string> =>
  idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey };
const submit = (name: string, idempotencyKey?: string) =>
  span.call("POST", `/v1/forms/${form}/responses`, { body: { answers: { name } }, headers: withKey(idempotencyKey) });
const submitAll = async (...names: string[]) => {
  for (const name of names) expect((await submit(name)).status).toBe(201);
};
const names = async (query = "order=asc") =>
  (await span.call("GET", `/v1/forms/${form}/responses?${query}`, { key })).body.items
    .map(({ answers }: { answers: { name: string } }) => answers.name)
    .join("");
const shardsOf = async () => (await span.segments(form)).map(({ shard }) => shard);
const last = async () => {
  const segment = (await span.segments(form)).at(-1);
  if (!segment) throw new Error("the form has no segment");
  return segment;
};

describe("the next segment of a form", () => {
  it("is opened on another shard after the answer, with a higher number", async () => {
    await open();
    await submitAll(..."abcdefghij");
    const segments = await span.segments(form);
    expect(segments).toHaveLength(4);
    expect(new Set((await shardsOf()).slice(0, 3)).size).toBe(3);
    expect(segments.map(({ no }) => no)).toEqual(segments.map(({ no }) => no).toSorted((a, b) => a - b));
    expect(new Set(segments.map(({ no }) => no)).size).toBe(4);
    expect(await names()).toBe("abcdefghij");
  });

  it("is opened once by several at once, and by who finds the old one retired and no other", async () => {
    await open();
    await submitAll("a", "b");
    const from = await last();
    const opening = { form, from, anywhere: true };
    await Promise.all([1, 2, 3, 4].map(() => openNextSegment(span.ctx.opener, opening)));
    expect(await span.segments(form)).toHaveLength(2);
    await submitAll("c");
    // A crash between the two databases.
    await retireSegment(span.ctx.shards, await last(), 1);
    await submitAll("d");
    expect(await span.segments(form)).toHaveLength(3);
    expect(await names()).toBe("abcd");
  });

  it("is not opened while its form is deleted and its integrations are held, which would stay so in it", async () => {
    await open();
    await submitAll("a");
    const from = await last();
    const body = { kind: "webhook", config: { url: "https://example.org/hook" } };
    expect((await span.call("POST", `/v1/forms/${form}/integrations`, { key, body })).status).toBe(201);
    await span.call("DELETE", `/v1/forms/${form}`, { key });
    expect(await openNextSegment(span.ctx.opener, { form, from, anywhere: true })).toBe(false);
    await span.call("POST", `/v1/forms/${form}/restore`, { key });
    expect(await openNextSegment(span.ctx.opener, { form, from, anywhere: true })).toBe(true);
    const { shard, no } = await last();
    const cursors = span.ctx.shards.get(shard).db.prepare("SELECT state FROM cursors WHERE segment = ?").bind(no);
    expect((await cursors.all()).results).toEqual([{ state: "active" }]);
  });

  it("takes over what an opening that was cut short has left", async () => {
    await open();
    await submitAll("a");
    const from = await last();
    const shard = (from.shard + 1) % 3;
    const row = { id: form, version: 1, now: 1 };
    const orphan = await makeSegment(span.ctx.shards, row, { shard, earlier: [from] });
    expect(await makeSegment(span.ctx.shards, row, { shard, earlier: [from] })).toEqual(orphan);
    await openNextSegment(span.ctx.opener, { form, from, anywhere: true });
    expect((await span.segments(form)).filter((one) => one.shard === shard)).toEqual(
      (await last()).shard === shard ? [orphan] : [],
    );
  });

  it("follows the form's version, state and quota", async () => {
    await open({ responsesMax: 5 });
    await submitAll("a", "b", "c", "d", "e");
    const full = await submit("f");
    expect([full.status, full.body.code]).toEqual([409, "form_full"]);
    await span.call("PATCH", `/v1/forms/${form}`, { key, body: { responsesMax: 7 } });
    await submitAll("f", "g");
    expect((await submit("h")).body.code).toBe("form_full");
    await span.call("PATCH", `/v1/forms/${form}`, { key, body: { responsesMax: null } });
    const version = { title: "Span 2", questions: QUESTIONS };
    expect((await span.call("POST", `/v1/forms/${form}/versions`, { key, body: version })).status).toBe(201);
    await submitAll("h", "i", "j");
    await span.call("POST", `/v1/forms/${form}/close`, { key });
    expect((await submit("k")).body.code).toBe("form_closed");
    await span.call("POST", `/v1/forms/${form}/open`, { key });
    await submitAll("k");
    expect(await names()).toBe("abcdefghijk");
  });

  /** What sends by a link of the form that takes so many. */
  async function newLink(responsesMax: number) {
    const made = await span.call("POST", `/v1/forms/${form}/links`, { key, body: { name: "Asha", responsesMax } });
    const headers = { "formlog-link": new URL(made.body.url).searchParams.get("link") ?? "" };
    const post = (path: string, body: unknown) => span.call("POST", `/v1/forms/${form}/${path}`, { body, headers });
    return {
      byLink: (name: string) => post("responses", { answers: { name } }),
      batchByLink: (names: readonly string[]) =>
        post("responses/batch", { responses: names.map((name) => ({ answers: { name } })) }),
    };
  }

  it("is known at once: when D1 is away then, what comes is promised, by a link that takes so many too", async () => {
    await open();
    const { byLink } = await newLink(9);
    for (const name of "abc") expect((await byLink(name)).status).toBe(201);
    expect(await span.segments(form)).toHaveLength(2);
    span.fail("unreachable");
    const kept = [await submit("d"), await byLink("e")];
    span.fail(null);
    expect(kept.map(({ status }) => status)).toEqual([202, 202]);
    await span.takeIn();
    expect(await names()).toBe("abcde");
  });

  it("asks for what a link brought elsewhere once for a batch, however many come", async () => {
    await open();
    const { byLink, batchByLink } = await newLink(4);
    for (const name of "abc") expect((await byLink(name)).status).toBe(201);
    const before = span.trips();
    const { body } = await batchByLink(Array.from({ length: 100 }, (_, i) => `n${i}`));
    expect(span.trips() - before).toBeLessThan(20);
    const stored = body.items.filter(({ status }: { status: number }) => status === 201);
    const refused = body.items.filter(({ error }: { error?: { code: string } }) => error?.code === "link_full");
    expect([stored.length, refused.length]).toEqual([1, 99]);
  });

  it("counts what came by a link over all shards", async () => {
    await open();
    const { byLink } = await newLink(5);
    for (const name of "abcde") expect((await byLink(name)).status).toBe(201);
    expect((await byLink("f")).body.code).toBe("link_full");
    expect(await span.segments(form)).toHaveLength(2);
  });
});

describe("a key that came before the form went on", () => {
  it("is answered as at first, on whichever shard its response lies, and refused with other content", async () => {
    await open();
    const first = await submit("a", "key-a");
    await submitAll(..."bcdefgh");
    expect(new Set(await shardsOf()).size).toBe(3);
    const again = await submit("a", "key-a");
    expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([201, "true"]);
    expect(again.body).toEqual(first.body);
    expect((await submit("z", "key-a")).body.code).toBe("idempotency_key_reused");
    const responses = [{ answers: { name: "a" }, idempotencyKey: "key-a" }, { answers: { name: "i" } }];
    const batch = await span.call("POST", `/v1/forms/${form}/responses/batch`, { body: { responses } });
    expect(batch.body.items.map(({ status }: { status: number }) => status)).toEqual([201, 201]);
    expect(batch.body.items[0].id).toBe(first.body.id);
    await span.call("POST", `/v1/forms/${form}/close`, { key });
    expect((await submit("a", "key-a")).body).toEqual(first.body);
    expect(await names()).toBe("abcdefghi");
  });

  it("costs a look at each other shard of its form, side by side; without a key, and in one segment, nothing is looked at", async () => {
    const wide = await createSpan({ segmentMax: 4 });
    const own = await wide.newWorkspace();
    const id = await wide.newForm(own, { title: "Cost", questions: QUESTIONS });
    const cost = async (idempotencyKey?: string) => {
      const before = wide.trips();
      const body = { answers: { name: "x" } };
      const headers = withKey(idempotencyKey);
      const { status } = await wide.call("POST", `/v1/forms/${id}/responses`, { body, headers });
      expect(status).toBe(201);
      return wide.trips() - before;
    };
    await cost();
    expect([await cost(), await cost("k1")]).toEqual([1, 1]);
    await cost(); // opens the next one
    await cost();
    expect([await cost(), await cost("k2")]).toEqual([1, 2]);
    expect(await wide.segments(id)).toHaveLength(2);
  });

  it("holds for what waited in the spool meanwhile, which goes on to the next segment with its receipt", async () => {
    await open();
    await submit("a", "key-a");
    await submitAll("b");
    const old = await last();
    span.fail("unreachable");
    const kept = [await submit("c", "key-c"), await submit("d")];
    span.fail(null);
    const messages = span.spooled.splice(0);
    expect(kept.map(({ status }) => status)).toEqual([202, 202]);
    await openNextSegment(span.ctx.opener, { form, from: old, anywhere: true });
    // The sender does not wait.
    const own = await submit("c", "key-c");
    expect(own.status).toBe(201);
    expect((await span.takeIn(messages)).acked).toHaveLength(2);
    expect((await span.takeIn(messages)).acked).toHaveLength(2);
    expect(await names()).toBe("abcd");
    const receipts = await Promise.all(kept.map(({ body }) => span.call("GET", body.url)));
    expect(receipts.map(({ body }) => body.status)).toEqual(["stored", "stored"]);
    expect(receipts[0]?.body.id).toBe(own.body.id);
  });
});

describe("shards", () => {
  it("are listed with their size and what lies there, and closed and opened, by the root key alone", async () => {
    const { body } = await span.call("GET", "/v1/shards", { key: ROOT_KEY });
    expect(body.items.map(({ shard }: { shard: number }) => shard)).toEqual([0, 1, 2]);
    for (const { state, sizeBytes, segments, forms } of body.items) {
      expect([state, sizeBytes > 10_000, segments > 1, forms > 1]).toEqual(["open", true, true, true]);
    }
    const closed = await span.call("POST", "/v1/shards/1/close", { key: ROOT_KEY });
    expect(closed.body.items[1].state).toBe("closed");
    for (let i = 0; i < 3; i += 1) {
      await open();
      expect(await shardsOf()).not.toContain(1);
    }
    await span.call("POST", "/v1/shards/1/open", { key: ROOT_KEY });
    expect((await span.call("POST", "/v1/shards/3/close", { key: ROOT_KEY })).status).toBe(404);
    expect((await span.call("GET", "/v1/shards", { key })).status).toBe(401);
  });

  it("take forms by their size, and none when they are closed or over the cap", async () => {
    const { ctx } = span;
    await sweep({ ...ctx, wake: async () => {} }, Date.now());
    const sizes = (await readShards(ctx.shards)).map(({ sizeBytes }) => sizeBytes);
    expect(sizes.every((bytes) => bytes > 10_000)).toBe(true);
    const set = (no: number, sql: string) => env.DB.prepare(`UPDATE shards SET ${sql} WHERE no = ?`).bind(no).run();
    await set(0, "state = 'closed'");
    await set(1, `size_bytes = ${ctx.config.shardCapBytes}`);
    await open();
    expect(await shardsOf()).toEqual([2]);
    await submitAll(..."abcd");
    expect(await shardsOf()).toEqual([2, 2]);
    await set(1, "size_bytes = 1");
    await set(0, "state = 'open', size_bytes = 2");
    await open();
    expect(await shardsOf()).toEqual([1]);
  });

  it("that pass the cap send their forms on, whatever their segments have room for", async () => {
    const small = await createSpan({ segmentMax: 1_000, bindings: { FORMLOG_SHARD_CAP_BYTES: "1" } });
    await env.DB.prepare("UPDATE shards SET size_bytes = 0").run();
    const own = await small.newWorkspace();
    const id = await small.newForm(own, { title: "Small", questions: QUESTIONS });
    const send = () => small.call("POST", `/v1/forms/${id}/responses`, { body: { answers: { name: "a" } } });
    expect((await send()).status).toBe(201);
    expect(await small.segments(id)).toHaveLength(2);
  });
});
