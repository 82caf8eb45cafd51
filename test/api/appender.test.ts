import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { SEGMENT_SIZE } from "../../src/core/ids";
import { createAppender } from "../../src/services/appender";
import type { NewResponse } from "../../src/store/append";
import { createCursor } from "../../src/store/cursor-control";
import { openFirstSegment, openShards } from "../../src/store/shards";
import { gatedD1 } from "../support/gated-d1";

const INTEGRATION = 7;
let count = 0;

describe("appending and ringing", () => {
  let segment = 0;
  let clock = 0;
  /** How many statements each call of the database had. */
  let calls: number[] = [];
  let append: ReturnType<typeof createAppender>;

  const entry = (change: Partial<NewResponse> = {}): NewResponse => ({
    nonce: `lone-${++count}`,
    segment,
    version: 1,
    receivedAt: 1_000,
    submittedAt: null,
    answers: '{"name":"Asha"}',
    metadata: "{}",
    flags: null,
    idempotencyKey: null,
    fingerprint: null,
    since: segment * SEGMENT_SIZE,
    ...change,
  });
  /** The calls that an append took, and whom it rang for. */
  async function take(...entries: NewResponse[]) {
    calls = [];
    const { positions, wakeUps, rowsWritten } = await append(entries);
    return { calls, stored: positions.filter((position) => position !== null).length, wakeUps, rowsWritten };
  }
  const idle = () => env.DB.prepare("UPDATE cursors SET wake_at = 0 WHERE segment = ?").bind(segment).run();

  beforeEach(async () => {
    const form = `form-${crypto.randomUUID()}`;
    segment = (await openFirstSegment(openShards(env), { id: form, version: 1, state: "open", now: 0 })).no;
    await createCursor(env.DB, {
      segment,
      integration: INTEGRATION,
      kind: "webhook",
      position: segment * SEGMENT_SIZE,
      revisionPosition: null,
      reconcileAt: null,
    });
    clock = 100_000;
    const db = gatedD1(env.DB, (run, { sql }) => {
      calls.push(sql.length);
      return run();
    });
    append = createAppender({ db, shard: 0, now: () => clock });
    const first = await take(entry());
    expect(first).toMatchObject({ calls: [2], wakeUps: [{ integration: INTEGRATION, shard: 0, segment }] });
  });

  it("takes one statement right after an append that rang for nobody, for a lone response", async () => {
    expect(await take(entry())).toMatchObject({ calls: [2], wakeUps: [], stored: 1 });
    clock += 99;
    expect(await take(entry())).toEqual({ calls: [1], wakeUps: [], stored: 1, rowsWritten: 1 });
    expect(await take(entry(), entry())).toMatchObject({ calls: [2], wakeUps: [], stored: 2 });
  });

  it("rings when the integration came to rest meanwhile", async () => {
    await take(entry());
    await idle();
    expect(await take(entry())).toMatchObject({ calls: [1, 1], wakeUps: [{ integration: INTEGRATION }], stored: 1 });
    expect(await take(entry())).toMatchObject({ calls: [1], wakeUps: [], stored: 1 });
  });

  it("rings for nobody who is paused", async () => {
    await take(entry());
    await env.DB.prepare("UPDATE cursors SET wake_at = 0, state = 'paused' WHERE segment = ?").bind(segment).run();
    expect(await take(entry())).toMatchObject({ calls: [1], wakeUps: [], stored: 1 });
  });

  it("rings with it again after a tenth of a second", async () => {
    await take(entry());
    clock += 100;
    await idle();
    expect(await take(entry())).toMatchObject({ calls: [2], wakeUps: [{ integration: INTEGRATION }] });
  });

  it("tells the feed of flags, and counts the uses of a link that has a maximum, in the append's round trip", async () => {
    await take(entry());
    const flags = JSON.stringify([{ rule: "age", message: "Too old." }]);
    expect((await take(entry({ flags }))).calls).toEqual([3]);
    expect((await take(entry({ link: { id: "lnk_1", responsesMax: 5 } }))).calls).toEqual([3]);
    expect((await take(entry({ link: { id: "lnk_2", responsesMax: null } }))).calls).toEqual([1]);
  });

  it("is safe to repeat", async () => {
    await take(entry());
    const one = entry();
    expect(await take(one)).toMatchObject({ calls: [1], stored: 1 });
    expect(await take(one)).toMatchObject({ calls: [1], stored: 0, rowsWritten: 0 });
  });
});
