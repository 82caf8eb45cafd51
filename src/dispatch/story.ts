/**
 * What is told of a page once it is settled: a line of the worker's log, and an entry of the log service beside what it
 * settles.
 */
import type { Deliverable, Entry, Halt, Outcome } from "../core/integration";
import type { LogEntry } from "../core/log";
import type { DeliveryWrite } from "../store/deliveries";
import * as events from "../telemetry/events";
import type { Engine } from "./engine";
import { countPage } from "./flush-counts";
import { OWN_FAILURE } from "./lease";
import type { AnyWork, Place } from "./page";

interface Ended {
  readonly work: AnyWork;
  readonly outcomes: ReadonlyMap<number, Outcome>;
  readonly halt: Halt | null;
  readonly writes: readonly DeliveryWrite[];
}

export interface Story {
  /** At most one: a page is one row, however many responses it is about. */
  readonly entries: readonly LogEntry[];
  /** Writes the line and counts, when the page is settled. */
  tell(): void;
}

const NOTHING: Story = { entries: [], tell() {} };

/** The story of a page; of one on which nothing was done there is none. `now`: milliseconds since the epoch. */
export function storyOf(engine: Engine, { setup, shard }: Place, ended: Ended, now: number): Story {
  const { work, outcomes, halt, writes } = ended;
  if (outcomes.size === 0 && halt === null) return NOTHING;
  const { trace } = engine;
  const { integration, form } = setup;
  const responses = rangeOf(work.page.entries);
  const parked = writes.filter(({ state }) => state === "parked").length;
  const detail = {
    kind: integration.kind,
    feed: work.page.feed,
    entries: work.page.entries.length,
    ...countsOf(outcomes),
    ...(parked > 0 && { parked }),
    ...(halt && { halt: halt.type, reason: halt.reason }),
  };
  const level = halt?.reason === OWN_FAILURE ? "error" : halt || parked > 0 ? "warn" : "info";
  const about = { integration: integration.id, form: form.id, trace, level } as const;
  return {
    entries: [{ ...about, workspace: integration.workspace, at: now, event: "page_settled", responses, detail }],
    tell() {
      countPage(integration.kind, outcomes.values(), halt?.type);
      events.pageSettled({ ...about, ...detail, shard: shard.no, ...responses });
    },
  };
}

function countsOf(outcomes: Ended["outcomes"]): events.OutcomeCounts {
  const counts: { -readonly [K in keyof events.OutcomeCounts]: number } = {};
  for (const { type } of outcomes.values()) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

/** Between which positions of the log the responses lie that a page is about; undefined: it is about none. */
function rangeOf(entries: readonly Deliverable[]): { first: number; last: number } | undefined {
  const positions = entries.filter(isEntry).map(({ response }) => response.position);
  if (positions.length === 0) return undefined;
  const [first, last] = positions.reduce(
    ([low, high], at) => [Math.min(low, at), Math.max(high, at)],
    [Number.MAX_SAFE_INTEGER, 0],
  );
  return { first, last };
}

const isEntry = (entry: Deliverable): entry is Entry => "response" in entry;
