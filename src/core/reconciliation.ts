/**
 * What reconciliations found, and those of a form's segments as one: each segment is compared by itself, by whichever
 * worker has time, but what was asked for once, or came due in one night, is one reconciliation. Pure. Times in
 * milliseconds.
 */

/** What a reconciliation found, in deliveries. */
export interface Found {
  /** Deliveries that were compared, and how many of them the provider does not have. */
  readonly checked: number;
  readonly missing: number;
  /** Responses that are there more than once, and things there that no delivery accounts for. */
  readonly doubled: number;
  readonly strangers: number;
  /** Deliveries of which the provider says something else than we did. */
  readonly changed: number;
  /** Of all these, how many were put right: delivered again, copies removed, the provider's word taken over. */
  readonly repaired: number;
  /** Public ids of the first responses of each sort. */
  readonly examples: Readonly<Record<string, readonly string[]>>;
  /** Why it could not be done, or what it left to a person. */
  readonly error: string | null;
}

/** `finishedAt` null: under way, or its worker died. */
export interface Reconciliation extends Found {
  readonly startedAt: number;
  readonly finishedAt: number | null;
}

/** Ids that are kept of each sort. */
export const EXAMPLES_MAX = 20;

/**
 * Those of one asking begin within this time of each other; one that failed is tried again no sooner, and is another
 * one then.
 */
export const ROUND_MS = 3_600_000;

/**
 * One segment's reconciliations, newest first, and when its next one is due; null: never, or not until people let it go
 * on.
 */
export interface Compared {
  readonly found: readonly Reconciliation[];
  readonly dueAt: number | null;
}

interface Round {
  readonly parts: Reconciliation[];
  readonly segments: Set<number>;
}

/** The reconciliations of an integration over all segments of its form, newest first. */
export function mergeReconciliations(segments: readonly Compared[]): Reconciliation[] {
  const all = segments.flatMap(({ found }, segment) => found.toReversed().map((part) => ({ part, segment })));
  const rounds: Round[] = [];
  for (const { part, segment } of all.sort((a, b) => a.part.startedAt - b.part.startedAt)) {
    const last = rounds.at(-1);
    const began = last?.parts[0]?.startedAt ?? Number.NEGATIVE_INFINITY;
    const round =
      last && !last.segments.has(segment) && part.startedAt - began < ROUND_MS
        ? last
        : { parts: [], segments: new Set<number>() };
    if (round !== last) rounds.push(round);
    round.parts.push(part);
    round.segments.add(segment);
  }
  const newest = rounds.at(-1);
  return rounds.map((round) => merge(round.parts, round === newest && isAwaited(round, segments))).reverse();
}

/** Whether a segment was to be compared when this round began, and has not had its turn. */
function isAwaited({ parts, segments: had }: Round, segments: readonly Compared[]): boolean {
  const began = parts[0]?.startedAt ?? 0;
  return segments.some(({ dueAt }, segment) => !had.has(segment) && dueAt !== null && dueAt <= began);
}

/** The parts of a round, the earliest first, as one; it is under way while one of them is, or is `awaited`. */
function merge(parts: readonly Reconciliation[], awaited: boolean): Reconciliation {
  const sum = (of: (part: Reconciliation) => number) => parts.reduce((total, part) => total + of(part), 0);
  const ends = parts.flatMap(({ finishedAt }) => finishedAt ?? []);
  const errors = new Set(parts.flatMap(({ error }) => error ?? []));
  return {
    startedAt: Math.min(...parts.map(({ startedAt }) => startedAt)),
    finishedAt: awaited || ends.length < parts.length ? null : Math.max(...ends),
    checked: sum(({ checked }) => checked),
    missing: sum(({ missing }) => missing),
    doubled: sum(({ doubled }) => doubled),
    strangers: sum(({ strangers }) => strangers),
    changed: sum(({ changed }) => changed),
    repaired: sum(({ repaired }) => repaired),
    examples: mergeExamples(parts),
    error: errors.size > 0 ? [...errors].join(" ") : null,
  };
}

function mergeExamples(parts: readonly Reconciliation[]): Found["examples"] {
  const sorts = new Set(parts.flatMap(({ examples }) => Object.keys(examples)));
  const of = (sort: string) => parts.flatMap(({ examples }) => examples[sort] ?? []).slice(0, EXAMPLES_MAX);
  return Object.fromEntries([...sorts].map((sort) => [sort, of(sort)]));
}
