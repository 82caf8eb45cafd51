/**
 * What is looked at every ten seconds of a soak: answers, latencies, the lag of each integration, and the memory of
 * workerd.
 */
import { readFileSync } from "node:fs";
import { type HeapWatch, watchHeap } from "../test/support/heap";
import type { Fleet } from "./fleet";
import { processGroup } from "./installation";
import { quantile } from "./load";
import type { Done } from "./open-loop";
import { megabytes } from "./report";
import type { SoakForm } from "./soak-forms";

export interface Look {
  readonly second: number;
  readonly sent: number;
  readonly ok: number;
  readonly tooMany: number;
  /** Any other answer, or none. */
  readonly failed: number;
  /** Milliseconds from the intended start. */
  readonly p50: number;
  readonly p99: number;
  /** Entries that wait, by form and kind. */
  readonly lag: Readonly<Record<string, number>>;
  /** Bytes: of all workerd processes; of the API worker by V8 right after a collection, null: not seen. */
  readonly rss: number;
  readonly heap: number | null;
}

/** Collects answers and, when it is asked, says what there was since the last time. */
export async function startLooking(fleet: Fleet, forms: readonly SoakForm[]) {
  const heap: HeapWatch | null = await watchHeap(processGroup(), "formlog-gateway").catch(() => null);
  const started = Date.now();
  const titles = new Map(forms.map(({ name, path }) => [path.split("/").at(-1), name]));
  let counts = { sent: 0, ok: 0, tooMany: 0, failed: 0 };
  let latencies: number[] = [];
  return {
    /** Takes note of an answer. */
    note({ latency, answer }: Done): void {
      counts.sent += 1;
      latencies.push(latency);
      const status = answer?.status ?? 0;
      if (status >= 200 && status < 300) counts.ok += 1;
      else counts[status === 429 ? "tooMany" : "failed"] += 1;
    },
    async look(): Promise<Look> {
      const [own, sorted] = [counts, latencies.toSorted((a, b) => a - b)];
      counts = { sent: 0, ok: 0, tooMany: 0, failed: 0 };
      latencies = [];
      const { items } = await fleet.call("GET", "/v1/integrations");
      const lag = Object.fromEntries(
        items.map((one: { form: string; kind: string; lag: { entries: number } }) => [
          `${titles.get(one.form)}/${one.kind}`,
          one.lag.entries,
        ]),
      );
      const live = heap?.live() ?? 0;
      heap?.forget();
      return {
        second: Math.round((Date.now() - started) / 1000),
        ...own,
        p50: quantile(sorted, 0.5),
        p99: quantile(sorted, 0.99),
        lag,
        rss: fleet.pids.reduce((sum, pid) => sum + rssOf(pid), 0),
        heap: live === 0 ? null : live,
      };
    },
    stop: () => heap?.stop(),
  };
}

/** Bytes of memory that a process has (proc(5), VmRSS); 0 where there is no /proc. */
function rssOf(pid: number): number {
  try {
    return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** One line of it. */
export function formatLook({ second, sent, ok, tooMany, failed, p50, p99, lag, rss, heap }: Look): string {
  const waiting = Object.entries(lag).map(([name, entries]) => `${name} ${entries}`);
  const memory = `rss ${megabytes(rss)}, heap ${heap === null ? "?" : megabytes(heap)}`;
  const answers = `sent ${sent}, 2xx ${ok}, 429 ${tooMany}, other ${failed}`;
  return `${second} s: ${answers}, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(0)} ms; ${memory}; lag: ${waiting.join(", ")}`;
}

/** Whole numbers by name. */
export const formatNumbers = (numbers: object): string =>
  Object.entries(numbers)
    .map(([name, n]) => `${name} ${Math.round(n)}`)
    .join(", ") || "none";
