/**
 * What a response is looked for by when it is written again: the nonce that it was first tried with, after where the
 * log ended then.
 */
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { type Env, makeContext } from "../../src/context";
import type { NewResponse } from "../../src/store/append";
import { openFirstSegment, openShards } from "../../src/store/shards";
import { MESSAGES } from "../support/failing-d1";
import { gatedD1 } from "../support/gated-d1";

it("a batch whose answer is lost is stored once, though its parts fail and another response is stored in between", async () => {
  const shards = openShards({ DB: env.DB });
  const { no: segment } = await openFirstSegment(shards, {
    id: crypto.randomUUID(),
    version: 1,
    state: "open",
    now: 0,
  });
  const entry = (nonce: string): NewResponse => {
    const content = { answers: "{}", metadata: "{}", idempotencyKey: null, fingerprint: null, flags: null };
    return { nonce, segment, version: 1, receivedAt: 1, submittedAt: null, since: segment * 2 ** 33, ...content };
  };
  let calls = 0;
  const between: Promise<unknown>[] = [];
  const db = gatedD1(env.DB, async (work) => {
    calls += 1;
    if (calls === 2) {
      await work();
      throw new Error(MESSAGES.unreachable);
    }
    if (calls === 3 || calls === 4) {
      if (calls === 3) between.push(submit(entry("between")));
      await between[0];
      throw new Error(MESSAGES.unreachable);
    }
    return work();
  });
  const { commit } = makeContext({ ...env, DB: db } as Env, { waitUntil: () => {} }, "test");
  const submit = (one: NewResponse) => commit(0).submit(one);
  const first = submit(entry("first"));
  const group = ["a", "b", "c", "d"].map((nonce) => submit(entry(nonce)));
  const results = await Promise.all([first, ...group]);
  const { results: rows } = await env.DB.prepare("SELECT nonce FROM responses WHERE id > ? AND id < ? ORDER BY id")
    .bind(segment * 2 ** 33, (segment + 1) * 2 ** 33)
    .all<{ nonce: string }>();
  expect(rows.map(({ nonce }) => nonce)).toEqual(["first", "a", "b", "c", "d", "between"]);
  // The first one and the group, two parts, what came in between, and each alone.
  expect(calls).toBe(9);
  // They are there already: who sent them finds them by their nonces.
  expect(results.map(({ position }) => position)).toEqual([segment * 2 ** 33 + 1, null, null, null, null]);
});
