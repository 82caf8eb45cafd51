import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { type Env, makeContext } from "../../src/context";
import { parseResponseId, segmentOf } from "../../src/core/ids";
import { submitBatch } from "../../src/services/submit-batch";
import { newForm, newWorkspace } from "../support/api";

it("a batch moves the head past which the next append looks for its nonces, or each would read all since the first", async () => {
  const form = await newForm(await newWorkspace());
  const work: Promise<unknown>[] = [];
  const ctx = makeContext(env as Env, { waitUntil: (promise) => void work.push(promise) }, "test");
  const items = Array.from({ length: 20 }, (_, i) => ({ answers: { name: `Person ${i}` } }));
  const stored = await submitBatch(ctx, { form, key: null, items, reader: { languages: [], origin: "" } });
  const last = stored.at(-1);
  const address = last && "receipt" in last ? parseResponseId(last.receipt.id) : null;
  expect(ctx.heads.get(`${address?.shard}/${segmentOf(address?.position ?? 0)}`)).toBe(address?.position);
  await Promise.all(work);
});
