import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { type Local, startLocal } from "../support/local";
import { until } from "../support/stack";

const PORT = 18_787;
const KILLS = Number(process.env.CHAOS_KILLS ?? 3);
const RESPONSES = Number(process.env.CHAOS_RESPONSES ?? 150);

const state = mkdtempSync(path.join(tmpdir(), "formlog-chaos-"));
let local: Local | null = null;

afterAll(async () => {
  await local?.stop();
  rmSync(state, { recursive: true, force: true });
});

const phone = (n: number) => `+9198765${String(10_000 + n)}`;

it(`kill -9 of the whole stack, ${KILLS} times in mid-work: every response that was answered with 201 is there once`, async () => {
  const stored: string[] = [];
  let sent = 0;
  for (let round = 0; round <= KILLS; round += 1) {
    local = await startLocal(state, PORT);
    const stack = local;
    const wave = Array.from({ length: RESPONSES }, () => {
      sent += 1;
      return { name: `Person ${sent}`, number: phone(sent) };
    });
    const work = eachOf(wave, 8, async ({ name, number }) => {
      const id = await stack.submit(name, number);
      if (id) stored.push(id);
    });
    if (round < KILLS) {
      // In the middle: some are stored, some rows and texts are under way.
      await until(() => expect(stored.length).toBeGreaterThan(sent - RESPONSES / 2), 30_000);
      await stack.kill();
    }
    await work;
  }
  const stack = local;
  if (!stack) throw new Error("the stack is not there");
  // What a killed request had stored without an answer is there too: at least what was answered, and nothing twice.
  await until(async () => {
    const [rows, receipts] = await Promise.all([stack.rows(), stack.receipts()]);
    expect(stored.filter((id) => !rows.includes(id))).toEqual([]);
    expect(stored.filter((id) => !receipts.includes(id))).toEqual([]);
    expect(receipts.length).toBe(rows.length);
  }, 180_000);
  const [rows, receipts] = await Promise.all([stack.rows(), stack.receipts()]);
  console.log(`answered with 201: ${stored.length}, rows: ${rows.length}, texts: ${receipts.length}, kills: ${KILLS}`);
  expect(new Set(rows).size).toBe(rows.length);
  expect(new Set(receipts).size).toBe(receipts.length);
});

async function eachOf<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
