/**
 * One page of a cursor, whole: reconcile what is in doubt, prepare, spend the budget, mark, deliver. What it came to is
 * returned as a value; drain.ts settles it.
 */
import { FEEDS } from "../core/ids";
import type { AttemptRecord, Deps, Halt, Outcome, Page, PageResult } from "../core/integration";
import { REST_MS } from "../core/retry";
import { takeBudget } from "../store/budgets";
import { type Cursor, extendLease, type Flight } from "../store/cursors";
import type { DeliveryWrite } from "../store/deliveries";
import { markPage } from "../store/flights";
import { withDefinitions } from "./deps";
import { type Engine, LEASE_MS } from "./engine";
import { type Holder, OWN_FAILURE, underLease } from "./lease";
import type { PageWork } from "./page";

/** What became of a page. */
export interface Worked {
  readonly outcomes: ReadonlyMap<number, Outcome>;
  readonly halt: Halt | null;
  /** The mark of the page, while its effect may be under way. */
  readonly flight: Flight | null;
  readonly marked: ReadonlyMap<number, DeliveryWrite>;
  /** The budget is spent: the rest waits so many seconds. */
  readonly waitSeconds: number | null;
  /** The share of the budget that is left, 0 to 1; 1: there is none. */
  readonly spare: number;
  /** By position, of kinds that keep a log of their attempts. */
  readonly attempts?: ReadonlyMap<number, AttemptRecord>;
}

/** Delivers a page. Null: nothing was sent, because the lease was lost or a report came just before. */
export async function workOff(holder: Holder, cursor: Cursor, work: PageWork): Promise<Worked | null> {
  const { engine } = holder;
  const responses = work.page.entries.map((entry) => entry.response);
  const deps = await withDefinitions(engine, holder.deps, responses);
  const outcomes = new Map<number, Outcome>();
  const worked = { outcomes, halt: null, flight: null, marked: new Map(), waitSeconds: null, spare: 1 };
  const halt = await reconcile(holder, cursor, { work, deps, outcomes });
  if (halt) return { ...worked, halt, flight: cursor.flight };
  const contents = prepare(engine, deps, { work, outcomes });
  admit(engine, deps, { work, outcomes, contents });
  const open = work.page.entries.filter((entry) => !outcomes.has(entry.position));
  if (work.asked) return { ...worked, halt: await takeTurn(holder, cursor, { work, deps }) };
  if (open.length === 0) return worked;
  const { entries, waitSeconds, spare } = await spend(holder, open);
  if (entries.length === 0) return { ...worked, waitSeconds };
  const given = entries.map((entry) => ({ ...entry, content: contents.get(entry.position) ?? entry.content }));
  const page = { ...work.page, entries: given, markedAt: engine.now() };
  const marks = await mark(holder, { cursor, work, page });
  if (!marks) return null;
  const result = await attempt(holder, cursor, () => engine.kind.deliver(page, deps));
  for (const [position, outcome] of result.outcomes) outcomes.set(position, outcome);
  return {
    ...worked,
    ...marks,
    spare,
    halt: result.halt ?? null,
    ...(result.attempts && { attempts: result.attempts }),
  };
}

interface Step {
  readonly work: PageWork;
  readonly deps: Deps;
  readonly outcomes: Map<number, Outcome>;
}

/** Asks the kind what became of entries in doubt; those that were certainly not executed stay open. */
async function reconcile(holder: Holder, cursor: Cursor, { work, deps, outcomes }: Step): Promise<Halt | null> {
  const { kind } = holder.engine;
  const doubtful = inDoubt(work, kind.manifest.policy.ledger);
  if (doubtful.length === 0) return null;
  const page = { ...work.page, entries: doubtful };
  const found = await attempt(holder, cursor, () => kind.reconcile(page, deps));
  for (const [position, outcome] of found.outcomes) if (outcome.type !== "retry") outcomes.set(position, outcome);
  return found.halt ?? null;
}

/** Entries whose effect may exist: all of a page that was in flight, or those that a ledger says were being sent. */
function inDoubt({ page, rows }: PageWork, ledger: boolean): Page["entries"] {
  if (!ledger) return page.inDoubt ? page.entries : [];
  return page.entries.filter((entry) => {
    const state = rows.get(entry.position)?.state;
    return state === "sending" || state === "unknown";
  });
}

/** What will be sent for each open entry; entries that need no call get their outcome here. */
function prepare(engine: Engine, deps: Deps, { work, outcomes }: Omit<Step, "deps">): Map<number, unknown> {
  const contents = new Map<number, unknown>();
  if (!engine.kind.prepare) return contents;
  for (const entry of work.page.entries) {
    if (outcomes.has(entry.position)) continue;
    if (entry.content !== undefined) {
      contents.set(entry.position, entry.content);
      continue;
    }
    const prepared = engine.kind.prepare(entry, deps);
    if ("outcome" in prepared) outcomes.set(entry.position, prepared.outcome);
    else contents.set(entry.position, prepared.content);
  }
  return contents;
}

/** Entries that must not be sent now get the kind's outcome, unmarked: a time of day is no attempt. */
function admit(
  { kind }: Engine,
  deps: Deps,
  { work, outcomes, contents }: Omit<Step, "deps"> & { contents: ReadonlyMap<number, unknown> },
): void {
  if (!kind.admit) return;
  for (const entry of work.page.entries) {
    if (outcomes.has(entry.position)) continue;
    const outcome = kind.admit({ ...entry, content: contents.get(entry.position) ?? entry.content }, deps);
    if (outcome) outcomes.set(entry.position, outcome);
  }
}

/**
 * Lets the kind do what was noted for its cursor. Nothing is marked: what it was asked for stays until it is answered.
 */
async function takeTurn(holder: Holder, cursor: Cursor, { work, deps }: Omit<Step, "outcomes">): Promise<Halt | null> {
  const { halt } = await attempt(holder, cursor, () => holder.engine.kind.deliver(work.page, deps));
  return halt ?? null;
}

/**
 * The entries, once the budget is there for them; a moment is waited for here, under the lease, and nothing is marked
 * yet.
 */
async function spend(
  { engine, deps, place }: Holder,
  open: Page["entries"],
): Promise<{ entries: Page["entries"] } & Pick<Worked, "waitSeconds" | "spare">> {
  const { manifest } = engine.kind;
  const budget = manifest.budget?.(deps.config, deps.secrets);
  if (!budget) return { entries: open, waitSeconds: null, spare: 1 };
  const perPage = manifest.policy.cost === "page";
  const want = perPage ? 1 : Math.min(open.length, Math.floor(budget.capacity));
  const { integration } = place.setup;
  // What people are shown as left: only this worker can name the bucket, because only it can open the credentials.
  const known = JSON.stringify(integration.budget) === JSON.stringify(budget);
  const ask = { want, now: engine.now(), patience: REST_MS / 1000, ...(!known && { note: integration.no }) };
  const { granted, left, afterSeconds } = await takeBudget(engine.shards.control, budget, ask);
  if (!granted) return { entries: [], waitSeconds: afterSeconds, spare: 0 };
  if (afterSeconds > 0) await engine.sleep(afterSeconds * 1000);
  const spare = (left + want) / budget.capacity;
  return { entries: perPage ? open : open.slice(0, want), waitSeconds: null, spare };
}

const NO_MARK: Pick<Worked, "flight" | "marked"> = { flight: null, marked: new Map() };

/** Commits that these entries are about to be sent. Null: the lease was lost or a report came, nothing may be sent. */
async function mark(
  { engine, place }: Holder,
  { cursor, work, page }: { cursor: Cursor; work: PageWork; page: Page },
): Promise<Pick<Worked, "flight" | "marked"> | null> {
  const { db } = place.shard;
  if (!engine.kind.manifest.policy.ledger) {
    // Deliveries that are due are found by their id in whatever they write: repeating them is safe without a mark.
    if (work.due) return (await extendLease(db, cursor, engine.now() + LEASE_MS)) ? NO_MARK : null;
    const { feed, after, through, markedAt } = page;
    const flight: Flight = { feed, after, through, markedAt };
    return (await markPage(db, cursor, { flight, rows: [] })) ? { flight, marked: new Map() } : null;
  }
  // The cursor has passed what is due: should this worker die, the row itself must bring it back.
  const nextAt = work.due ? engine.now() + LEASE_MS : null;
  const contents = new Map(page.entries.map(({ position, content }) => [position, content]));
  const rows = page.entries.map((entry): DeliveryWrite => {
    const attempts = (work.rows.get(entry.position)?.attempts ?? 0) + 1;
    const fresh = { nextAt, reference: null, status: null, rank: 0, reason: null, looks: 0 };
    const content = JSON.stringify(entry.content ?? null);
    return {
      ...fresh,
      feed: FEEDS[page.feed],
      position: entry.position,
      state: "sending",
      attempts,
      triedAt: page.markedAt,
      content,
    };
  });
  // Those without a row are marked together, in the cursor's: should this worker die, they get their rows then
  // (flights.ts).
  const fresh = rows.filter(({ position }) => !work.rows.has(position));
  const { feed, after, through, markedAt } = page;
  const marks = fresh.map(({ position }) => [position, contents.get(position) ?? null] as const);
  const flight: Flight | null = fresh.length > 0 ? { feed, after, through, markedAt, marks } : null;
  if (!(await markPage(db, cursor, { flight, rows: rows.filter((row) => !fresh.includes(row)) }))) return null;
  return { flight: null, marked: new Map(rows.map((row) => [row.position, row])) };
}

/** Runs the kind's code and keeps the lease meanwhile. What it throws is a bug, and its effect is in doubt. */
export async function attempt(holder: Holder, cursor: Cursor, run: () => Promise<PageResult>): Promise<PageResult> {
  const result = await underLease(holder, cursor, run);
  return result ?? { outcomes: new Map(), halt: { type: "unknown", reason: OWN_FAILURE } };
}
