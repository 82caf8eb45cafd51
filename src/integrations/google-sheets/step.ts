/**
 * One step of a page in one spreadsheet: read it, decide about each entry, write under the fence. Every step may find
 * that the world has moved; then it is taken again. Called by apply.ts.
 */
import type { Entry, Outcome, Page } from "../../core/integration";
import { type Book, look, type Seen, type Shelf } from "./books";
import type { Failure, Result } from "./errors";
import type { Fence } from "./fence";
import { findRows } from "./id-column";
import { changedIds, checkFence, isFenceless, noteFenceless } from "./probe";
import { type Item, type Target, type Written, writeItems, writeNothing } from "./write";

/** Rows in a row that may be refused before it is the sheet's fault. */
const REJECTED_MAX = 3;
/** First fences in a row that may be refused before no fence is possible. */
const FENCES_MAX = 3;

/** A page and where it goes. */
export interface Session extends Shelf {
  readonly page: Page;
  readonly outcomes: Map<number, Outcome>;
  /** Positions whose rows were found, and brought up to date, in a spreadsheet that takes no new ones. */
  readonly elsewhere: Set<number>;
  /** Nothing was appended past here in any spreadsheet that was left. */
  readonly floor: { position: number };
}

export interface Stage {
  readonly session: Session;
  readonly book: Book;
  /** Takes new rows, and decides about entries whose row is nowhere; else only rows that are there are rewritten. */
  readonly last: boolean;
  /** As it was just read; read anew by every step but the first. */
  seen?: Seen | undefined;
  /** Positions that have nothing more to do in this spreadsheet. */
  readonly done: Set<number>;
  narrow: boolean;
}

export interface State {
  writes: number;
  surprises: number;
  /** Refused rows since the last accepted one. */
  rejected: number;
  accepted: boolean;
  /** The next so many items have a refused one among them; 0: none known. */
  suspects: number;
  /** First fences that were refused in a row. */
  fences: number;
}

export const open = ({ session: { page, outcomes }, done }: Stage): Entry[] =>
  page.entries.filter(({ position }) => !outcomes.has(position) && !done.has(position));
export const isErased = ({ event, response }: Entry): boolean => event === "erased" || response.erasedAt !== null;

/** Entries up to the fence are in the sheet; not so in a replay, where the fence was past them to begin with. */
export function settleByFence(stage: Stage, fence: Fence | undefined): void {
  const { session, done, last } = stage;
  if (!fence || session.page.replay) return;
  for (const { position } of open(stage)) {
    if (position > fence.position) continue;
    if (last) session.outcomes.set(position, { type: "delivered" });
    else {
      done.add(position);
      session.elsewhere.add(position);
    }
  }
}

/**
 * One read and one write. Returns why the page can't go on here, or nothing; `refused` means that it is not the rows.
 */
export async function step(stage: Stage, state: State): Promise<Failure | undefined> {
  const { session, book } = stage;
  const read = stage.seen ? { ok: true as const, value: stage.seen } : await look(session, book);
  stage.seen = undefined;
  if (!read.ok) return unlessStale(read.failure, state);
  const seen = read.value;
  settleByFence(stage, seen.fence);
  const sorted = await sortEntries(stage, seen);
  if (!sorted.ok) return unlessStale(sorted.failure, state);
  if (sorted.value.length === 0) return undefined;
  const holds = await checkFence(session.deps, seen);
  if (!holds.ok) return unlessStale(holds.failure, state);
  const target = targetOf(stage, seen, state);
  if (mustOpen(stage, seen)) {
    const through = Math.max(session.page.after, session.floor.position);
    return openBook({ ...target, through }, state);
  }
  const items = sorted.value;
  const limit = state.suspects > 0 ? Math.ceil(state.suspects / 2) : items.length;
  state.writes += 1;
  const written = await writeItems(target, { items, limit });
  if (written.result.ok) {
    if (changedIds(written.requests, written.result.value)) noteFenceless(session.deps, book);
    accept(stage, items.slice(0, written.count));
    const suspects = Math.max(0, state.suspects - written.count);
    Object.assign(state, { surprises: 0, rejected: 0, accepted: true, suspects, fences: 0 });
    return undefined;
  }
  return refused(stage, state, { target, items, written, failure: written.result.failure });
}

function targetOf({ session, last, narrow }: Stage, seen: Seen, state: State): Target {
  const { page, deps, owner, floor } = session;
  const { fence } = seen;
  // What is rewritten in a spreadsheet that was left does not move its fence, nor open it again.
  const stays = !last && page.feed === "responses";
  return {
    deps,
    owner,
    seen,
    markedAt: page.markedAt,
    through: stays ? (fence?.position ?? Math.max(page.after, floor.position)) : page.through,
    closed: stays && (fence?.closed ?? true),
    narrow,
    tries: state.surprises,
  };
}

/** One of several spreadsheets gets its fence before its first row: a late copy of rows then always asserts a fence. */
const mustOpen = ({ session: { books, page, deps }, book, last }: Stage, { fence }: Seen): boolean =>
  last && books.length > 1 && !fence && page.feed === "responses" && !isFenceless(deps, book);

async function openBook(target: Target, state: State): Promise<Failure | undefined> {
  state.writes += 1;
  const result = await writeNothing(target);
  return result.ok ? undefined : unlessStale(result.failure, state);
}

function accept({ session, book, last, done }: Stage, items: readonly Item[]): void {
  const status = isFenceless(session.deps, book) ? { status: "without fence" } : {};
  for (const { entry } of items) {
    if (last) session.outcomes.set(entry.position, { type: "delivered", ...status });
    else {
      done.add(entry.position);
      session.elsewhere.add(entry.position);
    }
  }
}

interface Refused {
  readonly target: Target;
  readonly items: readonly Item[];
  readonly written: Written;
  readonly failure: Failure;
}

/**
 * What a write that failed means for the page; a row that is refused alone, while an empty write is not, is rejected.
 */
async function refused(stage: Stage, state: State, { target, items, written, failure }: Refused) {
  const { session, book } = stage;
  const [first] = items;
  if (failure.type === "full" && !written.appends && !stage.narrow) {
    stage.narrow = true;
    return undefined;
  }
  if (failure.type === "stale" && failure.request === "addNamedRange" && !target.seen.fence) {
    state.fences += 1;
    if (state.fences >= FENCES_MAX) noteFenceless(session.deps, book);
  }
  if (failure.type !== "refused" || !first) return unlessStale(failure, state);
  if (written.count > 1) {
    state.suspects = written.count;
    return undefined;
  }
  state.writes += 1;
  const through = items.length === 1 || target.closed ? target.through : first.entry.position;
  const probe = await writeNothing({ ...target, through });
  if (!probe.ok) return unlessStale(probe.failure, state);
  state.rejected += 1;
  if (state.rejected > REJECTED_MAX && !state.accepted) return failure;
  const reason = `${failure.reason} The response is safe in Formlog.`;
  session.outcomes.set(first.entry.position, { type: "rejected", reason });
  state.suspects = 0;
  return undefined;
}

function unlessStale(failure: Failure, state: State): Failure | undefined {
  if (failure.type !== "stale") return failure;
  state.surprises += 1;
  return undefined;
}

/** What each open entry needs here: what is settled without a write is noted, the rest is returned, in order. */
async function sortEntries(stage: Stage, { book, layout, fence }: Seen): Promise<Result<Item[]>> {
  const { session, last, done } = stage;
  const { page, deps, outcomes, elsewhere } = session;
  const entries = open(stage);
  const { tab } = layout;
  const rewrites = page.feed === "revisions" || page.replay;
  const wanted = new Set(rewrites || page.inDoubt || !fence ? entries.map(({ response }) => response.id) : []);
  const found = tab
    ? await findRows(deps, { book, tab }, wanted)
    : { ok: true as const, value: new Map<string, number[]>() };
  if (!found.ok) return found;
  const items = entries.flatMap((entry): Item[] => {
    const rows = found.value.get(entry.response.id) ?? [];
    if (rows.length > 0 && rewrites) return [{ entry, rows }];
    if (!last) {
      done.add(entry.position);
      if (rows.length > 0) elsewhere.add(entry.position);
      return [];
    }
    const outcome = outcomeWithoutWrite(entry, rows.length > 0 || elsewhere.has(entry.position));
    if (!outcome) return [{ entry, rows }];
    outcomes.set(entry.position, outcome);
    return [];
  });
  return { ok: true, value: items };
}

function outcomeWithoutWrite(entry: Entry, present: boolean): Outcome | null {
  if (present) return { type: "delivered" };
  if (isErased(entry)) return { type: "skipped", reason: "Erased, and its row is not in the sheet." };
  if (entry.event === "created") return null;
  return { type: "skipped", reason: "Its row is not in the sheet: it was deleted there, or never added." };
}
