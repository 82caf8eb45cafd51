/**
 * Interleaved rounds: in each of them every contestant gets a burst, so that what else the machine does meets all of
 * them alike. Figures are medians over the rounds with their range; a ratio is the median of the ratios within a round.
 */
import { type Aim, burst, type Load, packetsOf, quantile } from "./load";
import { cpuOf, cpuOfAll } from "./processes";

export interface Contestant extends Aim {
  readonly name: string;
  /** Processes that serve it: their CPU is its CPU, and that of all below them. They are started by this one. */
  readonly pids: readonly number[];
  /** Responses in a request. */
  readonly size?: number;
  /** Instead of the connections of the plan. */
  readonly connections?: number;
}

/** One burst. Rates and CPU are of responses, not of requests. */
export interface Sample {
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds for a response. */
  readonly cpu: number;
  /** Of the CPU that the machine spent, the share that this process and those that it started did not take. */
  readonly foreign: number;
}

export interface Plan extends Load {
  readonly rounds: number;
}

export type Samples = ReadonlyMap<string, readonly Sample[]>;

/** V8 compiles what runs often: nobody is measured before that. */
const WARM = { requests: 8_000, seconds: 5 };
/** Before each burst, so that all connections are there. */
const WARM_SECONDS = 0.2;

/** Samples by name, one of each round. */
export async function interleave(contestants: readonly Contestant[], plan: Plan): Promise<Samples> {
  const samples = new Map<string, Sample[]>();
  const ready = contestants.map((one) => ({ one, packets: packetsOf(one) }));
  for (const { one, packets } of ready) await burst(one, packets, { ...WARM, connections: one.connections ?? 16 });
  for (let round = 0; round < plan.rounds; round += 1) {
    // Each round begins with another one.
    const order = ready.map((_, i) => ready[(i + round) % ready.length] as (typeof ready)[number]);
    for (const { one, packets } of order) {
      const load = { ...plan, connections: one.connections ?? plan.connections };
      await burst(one, packets, { ...load, seconds: WARM_SECONDS });
      const own = samples.get(one.name) ?? [];
      samples.set(one.name, [...own, await measure(one, packets, load)]);
    }
  }
  return samples;
}

async function measure(one: Contestant, packets: readonly Buffer[], load: Load): Promise<Sample> {
  const before = { server: cpuOf(one.pids), ours: cpuOf([process.pid]), all: cpuOfAll() };
  const { requests, seconds, latencies } = await burst(one, packets, load);
  const [server, ours, all] = [
    cpuOf(one.pids) - before.server,
    cpuOf([process.pid]) - before.ours,
    cpuOfAll() - before.all,
  ];
  const responses = requests * (one.size ?? 1);
  return {
    rate: responses / seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    cpu: (server * 1000) / responses,
    foreign: all > 0 ? Math.max(0, 1 - ours / all) : 0,
  };
}

const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);

export function median(numbers: readonly number[]): number {
  const all = sorted(numbers);
  return ((all[Math.floor((all.length - 1) / 2)] ?? Number.NaN) + (all[Math.floor(all.length / 2)] ?? Number.NaN)) / 2;
}

/** A median with its range. */
export function spread(numbers: readonly number[], digits = 0): string {
  const all = sorted(numbers);
  const [low = 0, high = 0] = [all[0], all.at(-1)];
  return `${median(all).toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`;
}

/** What one figure of `name` is of the same figure of `other`, round by round. */
export function ratios(
  samples: Samples,
  figure: "rate" | "p99" | "cpu",
  [name, other]: readonly [string, string],
): number[] {
  const others = samples.get(other) ?? [];
  return (samples.get(name) ?? []).map((sample, i) => sample[figure] / (others[i]?.[figure] ?? Number.NaN));
}

/** Prints the samples as a table in Markdown. */
export function printSamples(samples: Samples, title: string): void {
  console.log(`\n${title}\n\n| | responses/s | p50 ms | p99 ms | CPU ms each |\n|---|---|---|---|---|`);
  for (const [name, all] of samples) {
    const of = (figure: keyof Sample) => all.map((sample) => sample[figure]);
    console.log(
      `| ${name} | ${spread(of("rate"))} | ${spread(of("p50"), 2)} | ${spread(of("p99"), 2)} | ${spread(of("cpu"), 3)} |`,
    );
  }
}

/** Said when the machine had other things to do, which makes wall-clock figures worse than they are. */
export function otherWork(samples: Samples): string {
  const foreign = median([...samples.values()].flat().map((sample) => sample.foreign));
  return foreign > 0.12
    ? `other work on the machine (${Math.round(foreign * 100)} % of the CPU spent)`
    : "no other work on the machine";
}
