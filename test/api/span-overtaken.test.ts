/**
 * A submission whose form goes on elsewhere while it is under way follows it, as long as others get ahead of it by
 * that.
 */
import { beforeAll, beforeEach, expect, it } from "vitest";
import type { SubmissionContext } from "../../src/context-submission";
import { openNextSegment } from "../../src/dispatch/next-segment";
import { loadForm } from "../../src/services/forms";
import { storeResponse } from "../../src/services/submit";
import { retireSegment } from "../../src/store/placement";
import { QUESTIONS } from "../support/api";
import { createSpan, type Span } from "../support/span";

let span: Span;
let key = "";
let form = "";
beforeAll(async () => {
  span = await createSpan({ segmentMax: 1_000 });
  key = await span.newWorkspace();
});
beforeEach(async () => {
  form = await span.newForm(key, { title: "Overtaken", questions: QUESTIONS });
});

const last = async () => {
  const segment = (await span.segments(form)).at(-1);
  if (!segment) throw new Error("the form has no segment");
  return segment;
};
const stored = async () => (await span.call("GET", `/v1/forms/${form}/responses`, { key })).body.items.length;

/**
 * Submits a response, before each try of which something happens. Returns what came of it and how often it was tried.
 */
async function submitAfter(happen: (tries: number) => Promise<unknown>) {
  let tries = 0;
  const { ctx } = span;
  const commit: SubmissionContext["commit"] = (shard) => ({
    ...ctx.commit(shard),
    async submit(entry) {
      tries += 1;
      await happen(tries);
      return ctx.commit(shard).submit(entry);
    },
  });
  const reader = { languages: [], origin: "http://formlog.test" };
  const work = storeResponse({ ...ctx, commit }, await loadForm(ctx, form), { answers: { name: "Asha" }, reader });
  const result = await work.catch((error: unknown) => error);
  await span.settle();
  return { result, tries };
}
const overtake = async () => openNextSegment(span.ctx.opener, { form, from: await last(), anywhere: true });

it("a response that is overtaken ten times is stored, once", async () => {
  const { result, tries } = await submitAfter(async (n) => n <= 10 && (await overtake()));
  expect(result).toHaveProperty("id");
  // Overtaken ten times, refused once more by a segment that is not open yet, and taken.
  expect([tries, await stored()]).toEqual([12, 1]);
});

it("one that is overtaken at each try is told to come again, and is not stored", async () => {
  const { result, tries } = await submitAfter(overtake);
  expect(result).toMatchObject({ code: "store_unavailable", details: { retryAfterSeconds: 2 } });
  expect([tries, await stored()]).toEqual([20, 0]);
});

it("one whose segment is retired and has no next one is tried four times", async () => {
  await span.ctx.shards.control
    .prepare("INSERT INTO restores (backup, started_at, phase) VALUES ('under way', 1, 'rows')")
    .run();
  const { result, tries } = await submitAfter(async () => retireSegment(span.ctx.shards, await last(), 1));
  await span.ctx.shards.control.prepare("DELETE FROM restores").run();
  expect(result).toMatchObject({ code: "store_unavailable", details: { retryAfterSeconds: 2 } });
  expect([tries, await stored()]).toEqual([4, 0]);
});
