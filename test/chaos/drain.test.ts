import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { parseResponseId } from "../../src/core/ids";
import { readSheet, readStats } from "../support/emulated";
import { watchHeap } from "../support/heap";
import { type Local, startLocal } from "../support/local";
import { insist } from "./client";
import { options, pause } from "./options";

const PORT = 18_687;
const SPREADSHEET = "drain";
const BATCH = 500;
const CLIENTS = 3;
const MB = 1_000_000;

const state = mkdtempSync(path.join(tmpdir(), "formlog-drain-"));
let stack: Local;

afterAll(async () => {
  await stack?.stop();
  rmSync(state, { recursive: true, force: true });
});

const QUESTIONS = [
  { ref: "name", type: "short_text", title: "Name" },
  { ref: "comment", type: "long_text", title: "Comment" },
  { ref: "n", type: "integer", title: "Number" },
];
const answersOf = (n: number) => ({ name: `Person ${n}`, comment: `Everything was fine on visit ${n}, thank you.`, n });

/** Stores so many responses; resolves to their ids, by number. */
async function store(form: string, key: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  let taken = 0;
  const client = async () => {
    while (taken < count) {
      const first = taken;
      taken += BATCH;
      const numbers = Array.from({ length: Math.min(BATCH, count - first) }, (_, i) => first + i);
      const responses = numbers.map((n) => ({ answers: answersOf(n), idempotencyKey: `drain-${n}` }));
      const { items } = await insist("POST", `${form}/responses/batch`, { key, body: { responses }, status: 207 });
      for (const { index, status, id } of items) {
        expect(status).toBe(201);
        ids[first + index] = id;
      }
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return ids;
}

it(`${options.drain} responses that wait on one cursor drain at Google's quota: in order, in few writes, in little memory`, {
  timeout: 3_600_000,
}, async () => {
  const count = options.drain;
  stack = await startLocal(state, PORT);
  const { url, google, secrets } = stack;
  const post = (at: string, key: string, body: unknown) => insist("POST", at, { key, body, status: 201 });
  // The emulator keeps Google's quota of itself: 60 writes and 60 reads a minute for a user.
  await post(`${google}/_emulator/spreadsheets`, "", { id: SPREADSHEET, title: "Drain" });
  const { key } = await post(`${url}/v1/workspaces`, secrets.rootKey, { name: "Drain" });
  const form = `${url}/v1/forms/${(await post(`${url}/v1/forms`, key, { title: "Drain", questions: QUESTIONS })).id}`;
  const storing = Date.now();
  const ids = await store(form, key, count);
  console.log(`stored ${count} in ${seconds(storing)} s`);

  const heap = await watchHeap(stack.pid, "formlog-google-sheets");
  const draining = Date.now();
  const config = { spreadsheetId: SPREADSHEET };
  const { id } = await post(`${form}/integrations`, key, { kind: "google-sheets", config, start: "beginning" });
  for (let behind = count; behind > 0; ) {
    await pause(1_000);
    const view = await insist("GET", `${form}/integrations/${id}`, { key, status: 200 });
    if (Math.floor(view.lag.entries / 10_000) < Math.floor(behind / 10_000)) {
      console.log(
        `${seconds(draining)} s: ${view.lag.entries} behind, heap at most ${megabytes(heap?.peak())} MB, ${megabytes(heap?.live())} live`,
      );
    }
    behind = view.lag.entries;
  }
  const took = seconds(draining);
  // A short drain is over before the heap was looked at often enough.
  while (heap && heap.samples() <= 10) await pause(100);
  heap?.stop();
  const { batchUpdate = 0 } = await readStats(google);
  console.log(
    `drained ${count} in ${took} s, ${batchUpdate} write requests; the worker's heap at most ${megabytes(heap?.peak())} MB, ${megabytes(heap?.live())} MB of it live, in ${heap?.samples()} samples`,
  );

  const [, ...rows] = await readSheet(stack, SPREADSHEET, "Responses");
  const wanted = ids
    .map((response, n) => ({ response, n, position: parseResponseId(response)?.position ?? 0 }))
    .sort((a, b) => a.position - b.position);
  expect(rows).toHaveLength(count);
  const wrong = wanted.filter(({ response, n }, at) => {
    const { name, comment } = answersOf(n);
    const [first, , ...answers] = rows[at] ?? [];
    return first !== response || JSON.stringify(answers) !== JSON.stringify([name, comment, n]);
  });
  expect(wrong).toEqual([]);
  expect(batchUpdate).toBeLessThan(100);
  if (heap) {
    expect(heap.peak()).toBeLessThan(64 * MB);
  }
});

const seconds = (since: number) => Math.round((Date.now() - since) / 1000);
const megabytes = (bytes: number | undefined) => (bytes === undefined ? "?" : (bytes / MB).toFixed(1));
