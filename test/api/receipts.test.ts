import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { type Env, makeContext } from "../../src/context";
import { parseReceiptId, RECEIPT_KEPT_MS, receiptId } from "../../src/core/spool";
import { sweep } from "../../src/dispatch/sweep";
import { deleteOldReceipts } from "../../src/store/spooled";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { countRows } from "../support/meter";

const ctx = makeContext(env as Env, { waitUntil: () => {} }, "test");
const DAY_MS = 86_400_000;

let form = "";
let position = 0;
beforeAll(async () => {
  const key = await newWorkspace();
  form = await newForm(key);
  await submit(form, { name: "Asha" });
  position = (await env.DB.prepare("SELECT max(id) AS id FROM responses").first<number>("id")) ?? 0;
});

/** A receipt as a 202 gave it out at a time. */
const receiptOf = (nonce: string, receivedAt: number) =>
  receiptId({ nonce, form, receivedAt, shard: 0 } as Parameters<typeof receiptId>[0]);
const settle = (nonces: readonly string[], at: number) =>
  env.DB.prepare("INSERT INTO receipts (nonce, response, settled_at) SELECT value, ?2, ?3 FROM json_each(?1)")
    .bind(JSON.stringify(nonces), position, at)
    .run();
const nonceOf = (n: number) => btoa(String(n).padStart(12, "0"));
const left = async () => env.DB.prepare("SELECT count(*) AS n FROM receipts").first<number>("n");
const ask = async (receipt: string) => (await call("GET", `/v1/receipts/${receipt}`)).body;

it("a receipt names its form, its day and its shard, and says nothing else", () => {
  const receipt = receiptOf("+/+/+/+/+/+/+/+/", Date.parse("2026-11-24T15:00:00Z"));
  expect(receipt).toBe(`-_-_-_-_-_-_-_-_${form.slice(5)}g190`);
  expect(parseReceiptId(receipt)).toEqual({
    nonce: "+/+/+/+/+/+/+/+/",
    shard: 0,
    form,
    day: Date.parse("2026-11-24T00:00:00Z"),
  });
  // As they were given out at first.
  expect(parseReceiptId("-_-_-_-_-_-_-_-_1z")).toEqual({ nonce: "+/+/+/+/+/+/+/+/", shard: 71, form: null, day: null });
});

it("a receipt that is none is 404", async () => {
  for (const text of ["nonsense", "AAAAAAAAAAAAAAAA9", `${receiptOf(nonceOf(1), 0)}0`]) {
    expect((await call("GET", `/v1/receipts/${text}`)).status, text).toBe(404);
  }
});

it("what became of a submission is kept for 30 days, and then nobody is told that it is still on its way", async () => {
  const now = Date.now();
  await settle([nonceOf(1)], now - RECEIPT_KEPT_MS + 60_000);
  await settle([nonceOf(2)], now - RECEIPT_KEPT_MS - 1);
  const [young, old] = [receiptOf(nonceOf(1), now - 29 * DAY_MS), receiptOf(nonceOf(2), now - RECEIPT_KEPT_MS - 2)];
  expect([(await ask(young)).status, (await ask(old)).status]).toEqual(["stored", "stored"]);
  await sweep({ ...ctx, wake: async () => {} }, now);
  expect((await ask(young)).status).toBe("stored");
  const gone = await call("GET", `/v1/receipts/${old}`);
  expect([gone.status, gone.body.detail]).toEqual([404, expect.stringContaining("30 days")]);
  expect(await ask(receiptOf(nonceOf(3), now - 28 * DAY_MS))).toEqual({ status: "pending" });
});

it("a sweep drops a thousand at most, the oldest first, without looking at the others", async () => {
  await env.DB.prepare("DELETE FROM receipts").run();
  await settle(
    Array.from({ length: 1_500 }, (_, i) => nonceOf(i)),
    1_000,
  );
  await settle(
    Array.from({ length: 500 }, (_, i) => nonceOf(9_000 + i)),
    2_000,
  );
  expect([await deleteOldReceipts(env.DB, 1_999), await left()]).toEqual([1_000, 1_000]);
  expect([await deleteOldReceipts(env.DB, 1_999), await left()]).toEqual([500, 500]);
  const meter = countRows();
  await deleteOldReceipts(env.DB, 1_999);
  expect(meter.stop().read).toBeLessThan(5);
});
