/** What is left after a storm: how long the slowest took in the worker, and what is stored. */
import { setTimeout as pause } from "node:timers/promises";
import { parseResponseId, seqOf } from "../src/core/ids";
import type { HeapWatch } from "../test/support/heap";
import { type Figure, megabytes } from "./report";
import type { Workerd } from "./workerd";

/** Time that the spooled ones have. */
const SPOOLED_MS = 60_000;

/** Half of what Cloudflare allows. */
const HEAP_MAX = 64e6;

/** The memory of one of the API workers, watched until now. */
export function heapFigure(heap: HeapWatch | null): Figure {
  heap?.stop();
  const what = "heap of an API worker";
  if (!heap) return { what, measured: "only on Linux", good: true };
  const measured = `${megabytes(heap.peak())} at most, ${megabytes(heap.live())} right after a collection`;
  return { what, measured, limit: `≤ ${megabytes(HEAP_MAX)}`, good: heap.peak() <= HEAP_MAX };
}

/** What waits before its request begins waits for the CPU of this machine: that is not in it. */
export async function slowestInside({ ports }: Workerd, limit: number): Promise<Figure> {
  const asked = [ports.gateway, ports.twin].map(async (port) => {
    const answer = await fetch(`http://127.0.0.1:${port}/_bench/trips`);
    return ((await answer.json()) as { slowest: number }).slowest;
  });
  const slowest = Math.max(...(await Promise.all(asked)));
  const what = "slowest of all, from when its request began in the worker";
  return { what, measured: `${slowest} ms`, limit: `≤ ${limit} ms`, good: slowest <= limit };
}

/** Once the spooled ones are stored: every acknowledged response once, nothing twice, positions without gaps. */
export async function settled(
  workerd: Workerd,
  paths: readonly string[],
  acknowledged: ReadonlySet<number>,
): Promise<Figure> {
  const until = Date.now() + SPOOLED_MS;
  for (;;) {
    const stored = await Promise.all(paths.map((path) => readAll(workerd, path)));
    const numbers = stored.flat().map(({ n }) => n);
    const have = new Set(numbers);
    const missing = [...acknowledged].filter((n) => !have.has(n)).length;
    if (missing > 0 && Date.now() < until) {
      await pause(1_000);
      continue;
    }
    const gaps = stored.map((all) => Math.max(0, ...all.map(({ position }) => position)) - all.length);
    const [doubled, gap] = [numbers.length - have.size, gaps.reduce((a, b) => a + Math.abs(b), 0)];
    return {
      what: `acknowledged, of ${acknowledged.size}, over two API workers: missing, doubled, gaps in the positions`,
      measured: `${missing}, ${doubled}, ${gap}`,
      limit: "0, 0, 0",
      good: missing + doubled + gap === 0,
    };
  }
}

/** The number and the position in its form of every response. */
async function readAll({ call }: Workerd, path: string): Promise<{ n: number; position: number }[]> {
  const all: { n: number; position: number }[] = [];
  for (let cursor = ""; ; ) {
    const { items, next } = await call("GET", `${path}/responses?limit=500&fields=name${cursor}`);
    for (const { id, answers } of items)
      all.push({ n: Number(/\d+$/.exec(answers.name)), position: seqOf(parseResponseId(id)?.position ?? 0) });
    if (next === null) return all;
    cursor = `&cursor=${next}`;
  }
}
