/** What an installation counts over time, with the labels that each count may have: few values each, never an id. */
import type { Family } from "./metrics";

export const COUNTERS = {
  formlog_submissions: "Submissions by what became of them; `reason` is the code of a refusal.",
  formlog_wake_ups: "Wake-ups that were sent to the queue of a kind.",
  formlog_deliveries: "What became of entries that were handed to a kind, each attempt by itself.",
  formlog_halts: "Pages that stopped a cursor: the provider did not answer, was too busy, or refuses us.",
  formlog_settled: "Forms with which the sweeper ended what somebody had begun: with a segment, or an integration.",
  formlog_d1_rows: "Rows that D1 says it read and wrote, where it says so.",
} as const;

export type CounterName = keyof typeof COUNTERS;
export type Labels = Readonly<Record<string, string>>;

/** So many more of a series. */
export interface Counted {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

/** The families of these series, as /metrics shows them; a name that this code does not have is left out. */
export function counterFamilies(series: readonly Counted[]): Family[] {
  const byName = Map.groupBy(series, ({ name }) => name);
  return Object.entries(COUNTERS).map(([name, help]) => ({
    name,
    type: "counter",
    help,
    samples: (byName.get(name) ?? []).map(({ labels, value }) => ({ labels, value })),
  }));
}
