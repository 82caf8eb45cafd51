/**
 * Group commit: submissions in flight in an isolate share a D1 batch, because D1 is one writer and a call costs far
 * more than a row (DESIGN.md section 3). Who finds nobody committing leads at once; those who arrive meanwhile are the
 * next group, led by the first of them, who first lets in whom the event loop has at the door. Nobody depends on a
 * leader for long: each waiter runs in its own request and takes the lead itself when it sees no progress. `write` must
 * be safe to repeat with the same entries (store/append.ts is).
 */

/** Too many submissions wait already; this one was not taken. */
export class QueueFull extends Error {
  override readonly name = "QueueFull";
}

/** No answer in time. `mayBeStored` is false when the entry was never part of a batch. */
export class CommitTimeout extends Error {
  override readonly name = "CommitTimeout";
  constructor(readonly mayBeStored: boolean) {
    super("the store did not answer in time");
  }
}

export interface GroupCommitOptions<E, R> {
  /** Stores entries in one transaction; results by index. */
  readonly write: (entries: readonly E[]) => Promise<readonly R[]>;
  /** Two entries with the same non-null conflict may not share a transaction. */
  readonly conflictOf: (entry: E) => string | null;
  readonly sizeOf: (entry: E) => number;
  /** A failure that says that nothing was executed: passed on, not tried again. */
  readonly isRefused: (error: unknown) => boolean;
  readonly now: () => number;
  /** Lets the event loop go round once. */
  readonly turn?: () => Promise<void>;
  readonly limits?: Partial<typeof LIMITS>;
}

/** The size of a group is chosen by figures: bench/README.md, `group`. */
export const LIMITS = {
  /** Entries of one batch. */
  group: 128,
  /** Bytes of one batch. */
  groupBytes: 4_000_000,
  /**
   * Turns of the event loop that a group may take to become as large as the last one, as long as each brings somebody.
   */
  turns: 4,
  /** Entries that may wait, and their bytes: beyond it submissions are shed before anything hangs. */
  waiting: 2_000,
  waitingBytes: 24_000_000,
  /** Who would wait longer than this behind others, by what writes took lately, is shed at once. */
  waitMs: 5_000,
  /** Without progress for so long, a waiter takes the lead. */
  patienceMs: 1_000,
  /** A waiter's whole time. */
  deadlineMs: 15_000,
};

interface Waiter<E, R> {
  readonly entry: E;
  /** `flying`: part of a batch whose outcome is open. */
  state: "waiting" | "flying" | "stored" | "failed";
  result?: R;
  error?: unknown;
  /** Writes that it was part of. */
  tries: number;
  /** Of a failed batch: with whom it is tried again, in this order. */
  part: readonly Waiter<E, R>[];
  /** Wakes the waiter's own request. */
  notify: () => void;
}

export interface GroupCommit<E, R> {
  /** Resolves to what `write` returned for this entry. Keep the request alive until it settles (`waitUntil`). */
  submit(entry: E): Promise<R>;
}

export function createGroupCommit<E, R>(options: GroupCommitOptions<E, R>): GroupCommit<E, R> {
  const { write, conflictOf, sizeOf, isRefused, now, turn = nextTurn } = options;
  const limits = { ...LIMITS, ...options.limits };
  let queue: Waiter<E, R>[] = [];
  let waitingBytes = 0;
  let flying: Waiter<E, R>[] = [];
  let leading = false;
  let progressAt = 0;
  let generation = 0;
  let lastGroup = 0;
  /** Milliseconds that a write takes, the last ones counting most. */
  let pace = 0;

  function takeGroup(first: Waiter<E, R>): Waiter<E, R>[] {
    const group = flying.filter((waiter) => waiter.state === "flying");
    const conflicts = new Set(group.map((waiter) => conflictOf(waiter.entry)));
    let bytes = group.reduce((sum, waiter) => sum + sizeOf(waiter.entry), 0);
    const candidates = first.state === "waiting" ? [first, ...queue.filter((waiter) => waiter !== first)] : queue;
    for (const waiter of candidates) {
      if (group.length >= limits.group) break;
      const conflict = conflictOf(waiter.entry);
      const size = sizeOf(waiter.entry);
      if (group.length > 0 && bytes + size > limits.groupBytes) break;
      if (conflict !== null && conflicts.has(conflict)) continue;
      conflicts.add(conflict);
      bytes += size;
      waiter.state = "flying";
      waitingBytes -= size;
      group.push(waiter);
    }
    queue = queue.filter((waiter) => waiter.state === "waiting");
    return group;
  }

  function drop(waiter: Waiter<E, R>): void {
    const at = queue.indexOf(waiter);
    if (at < 0) return;
    queue.splice(at, 1);
    waitingBytes -= sizeOf(waiter.entry);
  }

  type Outcome = { result: R } | Pick<Waiter<E, R>, "error" | "part">;
  function settle(waiter: Waiter<E, R>, outcome: Outcome): void {
    Object.assign(waiter, outcome);
    waiter.state = "result" in outcome ? "stored" : "failed";
    waiter.notify();
  }

  /**
   * Requests that have arrived wait for the thread, not for D1: a turn or two lets in more than it costs. It ends when
   * as many are there as the last time, since each of them was answered and sends the next one, or with the first turn
   * that brings nobody: where nothing else happens, a turn takes a millisecond. Where submissions come one by one it is
   * left out.
   */
  async function gather(): Promise<void> {
    let seen = 0;
    for (let turns = 0; turns < limits.turns && queue.length > seen && queue.length < lastGroup; turns += 1) {
      seen = queue.length;
      await turn();
    }
  }

  /** Writes the entries of those who are in this state, and tells each of them what became of it. Never fails. */
  async function writeAll(
    group: readonly Waiter<E, R>[],
    state: "flying" | "failed",
    split: typeof partsOf<Waiter<E, R>>,
  ): Promise<void> {
    const isOpen = (waiter: Waiter<E, R>) => waiter.state === state;
    for (const waiter of group) waiter.tries += 1;
    try {
      const results = await write(group.map((waiter) => waiter.entry));
      for (const [i, waiter] of group.entries()) if (isOpen(waiter)) settle(waiter, { result: results[i] as R });
    } catch (error) {
      for (const part of split(group.filter(isOpen))) for (const waiter of part) settle(waiter, { error, part });
    }
  }

  async function lead(me: Waiter<E, R>, urgent: boolean): Promise<void> {
    const mine = ++generation;
    leading = true;
    progressAt = now();
    if (!urgent && queue.length < lastGroup) {
      await gather();
      if (mine !== generation) return; // it took so long that somebody lost patience
    }
    const group = takeGroup(me);
    lastGroup = group.length;
    flying = group;
    const started = now();
    await writeAll(group, "flying", partsOf);
    pace = pace === 0 ? now() - started : (3 * pace + now() - started) / 4;
    if (mine !== generation) return; // somebody lost patience and leads now
    progressAt = now();
    flying = [];
    leading = false;
    // The baton. Clients that gave up leave waiters that can't take it, one after the other: the newest is most likely
    // there.
    queue[0]?.notify();
    if (queue.length > 1) queue.at(-1)?.notify();
  }

  function isTooMuch(): boolean {
    const wait = Math.floor(queue.length / limits.group) * pace;
    return queue.length >= limits.waiting || waitingBytes >= limits.waitingBytes || wait > limits.waitMs;
  }

  /**
   * A failed batch is tried again in parts, each by the request of its first, and what fails once more alone: so a
   * batch that met a fault of D1 costs some calls and not one for each, and a bad entry fails alone. Nobody waits for
   * the first of a part longer than for a leader.
   */
  async function settleFailed(me: Waiter<E, R>): Promise<R> {
    throwRefusal(me, me.error);
    const { part } = me;
    if (part.length > 1) await signal(me, limits.patienceMs, part[0] === me ? writeAll(part, "failed", alone) : null);
    if (me.state === "stored") return me.result as R;
    throwRefusal(me, me.error);
    me.tries += 1;
    const [result] = await write([me.entry]).catch((error: unknown) => {
      throwRefusal(me, error);
      throw error;
    });
    return result as R;
  }

  /**
   * A refusal says that nothing was stored by the write that met it; an earlier one of this entry may have stored it.
   */
  function throwRefusal({ tries }: Waiter<E, R>, error: unknown): void {
    if (isRefused(error)) throw tries > 1 ? new CommitTimeout(true) : error;
  }

  async function submit(entry: E): Promise<R> {
    if (isTooMuch()) throw new QueueFull("too many wait");
    const me: Waiter<E, R> = { entry, state: "waiting", tries: 0, part: [], notify: () => {} };
    queue.push(me);
    waitingBytes += sizeOf(entry);
    const deadline = now() + limits.deadlineMs;
    for (;;) {
      if (me.state === "stored") return me.result as R;
      if (me.state === "failed") return settleFailed(me);
      if (now() >= deadline) {
        drop(me);
        throw new CommitTimeout(me.state === "flying");
      }
      const stalled = leading && now() - progressAt >= limits.patienceMs;
      const leadIt = !leading || stalled ? lead(me, stalled) : null;
      // A leader too stops waiting after a while: its own batch may be the one that hangs.
      await signal(me, Math.min(limits.patienceMs, deadline - now()), leadIt);
    }
  }

  return { submit };
}

/** Parts of about as many as there are parts, which makes them the fewest calls when one of them fails. */
function partsOf<W>(group: readonly W[]): W[][] {
  const size = Math.max(1, Math.floor(Math.sqrt(group.length)));
  return Array.from({ length: Math.ceil(group.length / size) }, (_, i) => group.slice(i * size, (i + 1) * size));
}

const alone = <W>(group: readonly W[]): W[][] => group.map((one) => [one]);

const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/**
 * Resolves when the waiter is notified, when `work` is done, or after `ms`. The notice comes from another request,
 * which may resolve a promise of this one but not touch its timer: the timer is this request's own to clear.
 */
async function signal(waiter: { notify: () => void }, ms: number, work: Promise<void> | null): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  waiter.notify = resolve;
  work?.then(resolve, reject);
  const timer = setTimeout(resolve, ms);
  await promise;
  clearTimeout(timer);
}
