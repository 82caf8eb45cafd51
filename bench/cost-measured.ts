/** What was counted, for a response, and what that costs: pure arithmetic over runs (cost-run.ts). */
import { countsLater, dollarsPerMillion } from "./cost";
import type { CostedKind, Counts } from "./cost-kinds";
import type { Counts as WorkerCounts } from "./counted";

/** One run: a form with integrations, responses at a rate, everything delivered. */
export interface Run {
  /** Responses a second that were sent, so many to a request; and that were answered. */
  readonly rate: number;
  readonly batch: number;
  readonly reached: number;
  readonly kinds: readonly CostedKind[];
  readonly responses: number;
  /** Most entries that an integration was behind when the last response was answered. */
  readonly behind: number;
  /** By the name of the worker, without sweeps. */
  readonly workers: ReadonlyMap<string, WorkerCounts>;
  /** Of all workerd processes, D1 and queues of the emulator in it. */
  readonly cpuSeconds: number;
  /** Lines of the workers, without those of sweeps. */
  readonly logBytes: number;
  /** Pages that were delivered: each is an entry of the log service, which is deleted some days later. */
  readonly pages: number;
}

/** Sweeps of the whole time. */
export interface Sweeps {
  readonly counts: WorkerCounts;
  readonly logBytes: number;
}

/** Of one response. */
export interface Measured extends Counts {
  readonly trips: number;
}

const SWEEPS_A_SECOND = 1 / 60;
/** What Cloudflare itself logs of an invocation: reckoned, as the emulator writes no such entry. */
const ENTRY_KILOBYTES = 1;
const NAMES = ["trips", "rowsRead", "rowsWritten", "queueOperations", "invocations"] as const;
type Sum = Record<(typeof NAMES)[number], number>;

/**
 * Run and sweeps, divided by responses. A sweep comes once a minute in the cloud, whatever the rate; its CPU is in that
 * of the run already.
 */
export function ofOneResponse(run: Run, sweeps: Sweeps): Measured {
  const work = sumOf(run.workers.values());
  const sweepsOfOne = SWEEPS_A_SECOND / run.rate;
  const swept = Math.max(1, sweeps.counts.invocations);
  const each = (name: keyof Sum) => work[name] / run.responses + (sweeps.counts[name] / swept) * sweepsOfOne;
  const requests = each("invocations");
  const logBytes = run.logBytes / run.responses + (sweeps.logBytes / swept) * sweepsOfOne;
  return {
    trips: each("trips"),
    rowsRead: each("rowsRead"),
    rowsWritten: each("rowsWritten"),
    queueOperations: each("queueOperations"),
    requests,
    cpuMilliseconds: (1000 * run.cpuSeconds) / run.responses,
    logKilobytes: logBytes / 1000 + requests * ENTRY_KILOBYTES,
  };
}

export function sumOf(workers: Iterable<WorkerCounts>): Sum {
  const all = [...workers];
  const sum = (name: keyof Sum) => all.reduce((total, counts) => total + counts[name], 0);
  return Object.fromEntries(NAMES.map((name) => [name, sum(name)])) as Sum;
}

/**
 * Dollars for a million such responses, with what comes too late for a run: statuses of texts, entries of the log that
 * are deleted.
 */
export function dollarsOf(run: Run, sweeps: Sweeps): number {
  const later = countsLater(run.rate, run.kinds, run.pages / run.responses);
  return dollarsPerMillion(ofOneResponse(run, sweeps)) + dollarsPerMillion(later);
}
