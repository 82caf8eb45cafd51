/**
 * The memory of the API worker while it exports a form, by V8's own count: for a client that reads as fast as it can,
 * and a slow one.
 */
import { setTimeout as pause } from "node:timers/promises";
import { type HeapWatch, watchHeap } from "../test/support/heap";
import { type Installation, processGroup } from "./installation";
import type { Form } from "./lists-load";
import { type Figure, megabytes, progress } from "./report";

const WORKER = "formlog";
const HEAP_MAX = 64e6;
/** What the slow client reads a second, and for how long. */
const SLOW_BYTES = 1e6;
const SLOW_SECONDS = 15;

/** The whole form as CSV; every response must be in it. */
export async function exportAll(installation: Installation, form: Form): Promise<Figure> {
  const heap = await watch();
  const tell = progress("exported", form.responses);
  const started = Date.now();
  let [lines, bytes] = [0, 0];
  for await (const chunk of await open(installation, `${form.path}/export.csv`)) {
    bytes += chunk.byteLength;
    for (const byte of chunk) if (byte === 10) lines += 1;
    tell(lines);
  }
  const seconds = Math.round((Date.now() - started) / 1000);
  if (lines !== form.responses + 1) throw new Error(`the export has ${lines} lines for ${form.responses} responses`);
  return figure(`heap, CSV export of all (${megabytes(bytes)} in ${seconds} s)`, heap);
}

/**
 * The form as NDJSON, for a client that takes a megabyte a second and leaves: what it does not take must not pile up.
 */
export async function exportSlowly(installation: Installation, form: Form): Promise<Figure> {
  const heap = await watch();
  const reader = (await open(installation, `${form.path}/export.ndjson`)).getReader();
  const started = Date.now();
  let bytes = 0;
  for (let over = false; !over && Date.now() - started < SLOW_SECONDS * 1000; ) {
    const { done, value } = await reader.read();
    over = done;
    bytes += value?.byteLength ?? 0;
    await pause(Math.max(0, started + (bytes / SLOW_BYTES) * 1000 - Date.now()));
  }
  await reader.cancel();
  return figure(`heap, NDJSON export to a client that takes 1 MB a second (${megabytes(bytes)})`, heap);
}

/** Begins without the garbage that is left of what was done before. */
async function watch(): Promise<HeapWatch | null> {
  const heap = await watchHeap(processGroup(), WORKER);
  while (heap && heap.live() === 0) await pause(50);
  heap?.forget();
  return heap;
}

async function open({ url, key }: Installation, at: string): Promise<ReadableStream<Uint8Array>> {
  const answer = await fetch(url + at, { headers: { authorization: `Bearer ${key}` } });
  if (!answer.ok || !answer.body) throw new Error(`${at}: ${answer.status}`);
  return answer.body;
}

function figure(what: string, heap: HeapWatch | null): Figure {
  heap?.stop();
  if (!heap) return { what, measured: "only on Linux", good: true };
  if (heap.samples() === 0) return { what, measured: "over before it was seen: ask for more responses", good: true };
  const measured = `${megabytes(heap.peak())} at most, ${megabytes(heap.live())} right after a collection, ${heap.samples()} samples`;
  return { what, measured, limit: megabytes(HEAP_MAX), good: heap.peak() < HEAP_MAX };
}
