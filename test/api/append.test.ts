import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { parseResponseId, responseId, SEGMENT_NUMBERS, SEGMENT_SIZE } from "../../src/core/ids";
import { appendResponses, type NewResponse } from "../../src/store/append";
import { makeSegment } from "../../src/store/placement";
import { findRefusal } from "../../src/store/refusals";
import { openFirstSegment, openShards, updateOpenSegment } from "../../src/store/shards";
import { createCursor } from "../support/cursors";

const shards = openShards(env);
let count = 0;

function response(segment: number, change: Partial<NewResponse> = {}): NewResponse {
  count += 1;
  return {
    nonce: `nonce-${count}`,
    segment,
    version: 1,
    receivedAt: 1_000,
    submittedAt: null,
    answers: JSON.stringify({ name: `Asha ${count}` }),
    metadata: "{}",
    flags: null,
    idempotencyKey: null,
    fingerprint: null,
    since: segment * SEGMENT_SIZE,
    ...change,
  };
}

describe("appending to the log", () => {
  let form = "";
  let segment = 0;
  const append = (...entries: NewResponse[]) => appendResponses(env.DB, 0, entries, 100_000);

  beforeEach(async () => {
    form = `form-${crypto.randomUUID()}`;
    segment = (await openFirstSegment(shards, { id: form, version: 1, state: "open", now: 0 })).no;
  });

  it("writes one row for a response without a key, two with one, in positions without gaps", async () => {
    const plain = await append(response(segment));
    expect(plain.rowsWritten).toBe(1);
    const keyed = await append(response(segment, { idempotencyKey: "k1", fingerprint: "f" }));
    expect(keyed.rowsWritten).toBe(2);
    const many = await append(...Array.from({ length: 100 }, () => response(segment)));
    expect(many.rowsWritten).toBe(100);
    const start = segment * SEGMENT_SIZE;
    expect([...plain.positions, ...keyed.positions]).toEqual([start + 1, start + 2]);
    expect(many.positions).toEqual(Array.from({ length: 100 }, (_, i) => start + 3 + i));
  });

  it("reads a number of rows that does not grow with the log", async () => {
    const few = await append(response(segment));
    for (let i = 0; i < 5; i += 1) await append(...Array.from({ length: 500 }, () => response(segment)));
    const head = segment * SEGMENT_SIZE + 2_501;
    const later = await append(response(segment, { since: head }));
    expect(later.rowsRead).toBeLessThanOrEqual(few.rowsRead + 2);
  });

  it("reads what stands behind a known position once, not for each entry", async () => {
    const batch = (n: number) => Array.from({ length: n }, () => response(segment));
    await append(...batch(300));
    const late = await append(...batch(200));
    expect(late.rowsWritten).toBe(200);
    // For each entry the steps of the statement over it read 13; the 300 looked at by each of the 200 would be 60,000
    // more.
    expect(late.rowsRead).toBeLessThan(300 + 15 * 200);
  });

  it("reads a number of rows that does not grow with the keys of the shard, of this form or of others", async () => {
    const key = () => ({ idempotencyKey: crypto.randomUUID(), fingerprint: "f" });
    const other = (await openFirstSegment(shards, { id: crypto.randomUUID(), version: 1, state: "open", now: 0 })).no;
    const few = await append(response(segment, key()));
    for (const no of [segment, other]) {
      for (let i = 0; i < 2; i += 1) await append(...Array.from({ length: 500 }, () => response(no, key())));
    }
    const since = segment * SEGMENT_SIZE + 1_001;
    const later = await append(response(segment, { ...key(), since }));
    expect(later.rowsRead).toBeLessThanOrEqual(few.rowsRead + 2);
  });

  it("stores an entry once although its batch is sent again after a lost answer", async () => {
    const entries = [response(segment), response(segment)];
    const first = await append(...entries);
    const again = await append(...entries);
    expect(again.positions).toEqual([null, null]);
    expect(again.rowsWritten).toBe(0);
    const found = await Promise.all(entries.map((entry) => findRefusal(env.DB, entry)));
    expect(found).toEqual(first.positions.map((position) => ({ type: "stored", position })));
  });

  it("refuses a stale version, a closed form and a used key alone, and stores the rest of the batch", async () => {
    const closed = (await openFirstSegment(shards, { id: `${form}-closed`, version: 1, state: "closed", now: 0 })).no;
    await append(response(segment, { idempotencyKey: "used", fingerprint: "first" }));
    const stale = response(segment, { version: 2 });
    const shut = response(closed);
    const used = response(segment, { idempotencyKey: "used", fingerprint: "second" });
    const { positions } = await append(response(segment), stale, shut, used, response(segment));
    const start = segment * SEGMENT_SIZE;
    expect(positions).toEqual([start + 2, null, null, null, start + 3]);
    expect((await findRefusal(env.DB, stale)).type).toBe("stale");
    expect((await findRefusal(env.DB, shut)).type).toBe("closed");
    expect(await findRefusal(env.DB, used)).toEqual({
      type: "key_used",
      position: start + 1,
      fingerprint: "first",
      first: { version: 1, receivedAt: 1_000, flags: [] },
    });
  });

  it("tells the feed of what comes flagged, once however often it is repeated, each segment by itself", async () => {
    const other = (await openFirstSegment(shards, { id: `${form}-other`, version: 1, state: "open", now: 0 })).no;
    const flags = JSON.stringify([{ rule: "r", message: "m", questions: [] }]);
    const entries = [
      response(segment, { flags }),
      response(other),
      response(segment),
      response(other, { flags }),
      response(segment, { flags }),
    ];
    const { positions } = await append(...entries);
    await append(...entries);
    await append(...entries.toReversed(), response(segment, { flags }));
    const feed = async (no: number) =>
      (
        await env.DB.prepare("SELECT id, response, event FROM revisions WHERE id > ? AND id < ? ORDER BY id")
          .bind(no * SEGMENT_SIZE, (no + 1) * SEGMENT_SIZE)
          .raw()
      ).map(([id, ...rest]) => [Number(id) - no * SEGMENT_SIZE, ...rest]);
    const last = segment * SEGMENT_SIZE + 4;
    expect(await feed(segment)).toEqual([
      [1, positions[0], "flagged"],
      [2, positions[4], "flagged"],
      [3, last, "flagged"],
    ]);
    expect(await feed(other)).toEqual([[1, positions[3], "flagged"]]);
  });

  it("keeps keys of two forms apart", async () => {
    const other = (await openFirstSegment(shards, { id: `${form}-other`, version: 1, state: "open", now: 0 })).no;
    const key = { idempotencyKey: "same", fingerprint: "f" };
    await append(response(segment, key));
    expect((await append(response(other, key))).positions).not.toContain(null);
    expect((await append(response(segment, key))).positions).toEqual([null]);
  });

  it("takes batches that are larger than one bound value", async () => {
    const answers = JSON.stringify({ text: "x".repeat(400_000) });
    const { positions } = await append(...Array.from({ length: 6 }, () => response(segment, { answers })));
    expect(positions.map((position) => (position ?? 0) - segment * SEGMENT_SIZE)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("stores in the last segment that a shard has a number for, and opens none whose positions would be rounded", async () => {
    const rows = env.DB.prepare(
      "INSERT INTO segments (no, form, version, state, opened_at) VALUES (?, '', -1, 'closed', 0)",
    );
    await rows.bind(SEGMENT_NUMBERS - 2).run();
    try {
      const open = { id: `${form}-last`, version: 1, state: "open", now: 0 } as const;
      const last = await openFirstSegment(shards, open);
      expect(last.no).toBe(SEGMENT_NUMBERS - 1);
      const since = (last.no + 1) * SEGMENT_SIZE - 3;
      await env.DB.prepare(
        "INSERT INTO responses (id, nonce, version, revision, received_at, answers, metadata, review) VALUES (?, 'x', 1, 1, 1, '{}', '{}', 'received')",
      )
        .bind(since)
        .run();
      const { positions } = await append(response(last.no, { since }), response(last.no, { since }));
      expect(positions).toEqual([Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER]);
      const ids = positions.map((position) => responseId({ shard: 0, position: position ?? 0 }));
      expect(ids.map((id) => parseResponseId(id)?.position)).toEqual(positions);
      await expect(openFirstSegment(shards, open)).rejects.toThrow("no numbers");
      const next = makeSegment(shards, open, { shard: 0, earlier: [last] });
      await expect(next).rejects.toThrow("no numbers");
    } finally {
      await env.DB.prepare("DELETE FROM segments WHERE no >= ?")
        .bind(SEGMENT_NUMBERS - 2)
        .run();
      await env.DB.prepare("DELETE FROM responses WHERE id > ?")
        .bind((SEGMENT_NUMBERS - 2) * SEGMENT_SIZE)
        .run();
    }
  });

  it("binds no value over the 2 MB that D1 takes, though a letter of Hindi has three bytes and a quote is escaped twice", async () => {
    let largest = 0;
    const measured = (statement: D1PreparedStatement) =>
      new Proxy(statement, {
        get: (target, name) =>
          name === "bind"
            ? (...values: unknown[]) => {
                for (const value of values) largest = Math.max(largest, new TextEncoder().encode(String(value)).length);
                return target.bind(...values);
              }
            : Reflect.get(target, name),
      });
    const db = new Proxy(env.DB, {
      get: (target, name) =>
        name === "prepare" ? (sql: string) => measured(target.prepare(sql)) : Reflect.get(target, name).bind(target),
    });
    for (const text of ["\u0928\u092e\u0938\u094d\u0924\u0947 ".repeat(10_000), '"\\\n'.repeat(10_000)]) {
      const answers = JSON.stringify({ text });
      const entries = Array.from({ length: 24 }, () => response(segment, { answers }));
      expect((await appendResponses(db, 0, entries, 100_000)).positions).not.toContain(null);
    }
    expect(largest).toBeGreaterThan(1_000_000);
    expect(largest).toBeLessThan(2_000_000);
  });

  it("follows the form's version and state", async () => {
    await updateOpenSegment(shards, { id: form, version: 2, state: "open" });
    expect((await append(response(segment))).positions).toEqual([null]);
    expect((await append(response(segment, { version: 2 }))).positions).not.toEqual([null]);
    await updateOpenSegment(shards, { id: form, version: 2, state: "closed" });
    expect((await append(response(segment, { version: 2 }))).positions).toEqual([null]);
  });

  it("rings once for integrations that nobody woke in the last two seconds, and costs no row otherwise", async () => {
    const start = segment * SEGMENT_SIZE;
    for (const integration of [7, 8]) {
      await createCursor(env.DB, {
        segment,
        integration,
        kind: "webhook",
        position: start,
        revisionPosition: null,
        reconcileAt: null,
      });
    }
    const at = (now: number) => appendResponses(env.DB, 0, [response(segment)], now);
    const first = await at(100_000);
    expect(first.wakeUps.map((wakeUp) => wakeUp.integration)).toEqual([7, 8]);
    expect(first.rowsWritten).toBe(3);
    const soon = await at(101_000);
    expect(soon.wakeUps).toEqual([]);
    expect(soon.rowsWritten).toBe(1);
    expect((await at(102_001)).wakeUps).toHaveLength(2);
  });
});
