/**
 * Brings a page into the spreadsheets: rows that are there are rewritten wherever they are, new ones are appended to
 * the one that takes them, and when that is full it is closed and the next one goes on. Called by deliver.ts.
 */
import type { Deps, Halt, Page, PageResult } from "../../core/integration";
import { allFull, type Book, booksOf, findCurrent, look, named, noteCurrent, type Seen } from "./books";
import type { Failure, Result } from "./errors";
import { findRows } from "./id-column";
import type { Config, Secrets } from "./manifest";
import { isFenceless } from "./probe";
import { isErased, open, type Session, type Stage, type State, step } from "./step";
import { writeNothing } from "./write";

/** Writes of one page at most: enough to halve the largest page down to one bad row, twice. */
const WRITES_MAX = 26;
/** Times in a row that the sheet may turn out to be different from what was just read. */
const SURPRISES_MAX = 4;

export function openSession(page: Page, deps: Deps<Config, Secrets>): Session {
  const owner = { integration: deps.integration.id, segment: page.segment, feed: page.feed };
  const books = booksOf(deps);
  return { page, deps, books, owner, outcomes: new Map(), elsewhere: new Set(), floor: { position: 0 } };
}

/** Delivers the page. Outcomes for what is settled, `halt` for the rest. */
export async function applyPage(session: Session): Promise<PageResult> {
  const { page, outcomes } = session;
  if (page.feed === "responses" && !page.replay) {
    for (const entry of page.entries) {
      if (isErased(entry)) outcomes.set(entry.position, { type: "skipped", reason: "Erased before it was added." });
    }
  }
  const state: State = { writes: 0, surprises: 0, rejected: 0, accepted: false, suspects: 0, fences: 0 };
  const failure = page.feed === "revisions" ? await rewriteAll(session, state) : await append(session, state);
  if (!failure) return { outcomes };
  return { outcomes, halt: haltOf(session, failure, state) };
}

/** What the engine is told; a page that was in doubt stays so while nothing certain was learnt about it. */
function haltOf(session: Session, failure: Failure, { writes }: State): Halt {
  if (failure.type === "halt") {
    const { halt } = failure;
    return session.page.inDoubt && writes === 0 && halt.type === "retry" ? { ...halt, type: "unknown" } : halt;
  }
  if (failure.type === "stale") {
    return { type: "retry", reason: "The sheet keeps changing, or refusing rows; taking a break.", afterSeconds: 60 };
  }
  if (failure.type === "full") return allFull(session);
  const reason = "Google refuses every write to this sheet. Check its protections and its tabs, then resume.";
  return { type: "blocked", reason };
}

/** Edits and erasures: every spreadsheet that has their rows, one after the other. */
async function rewriteAll(session: Session, state: State): Promise<Failure | undefined> {
  for (const [at, book] of session.books.entries()) {
    const last = at === session.books.length - 1;
    const failure = await runStage(stageOf(session, book, last), state);
    if (failure) return named(session, book, failure);
  }
  return undefined;
}

/**
 * New rows, and those of a replay: the current spreadsheet, after the others were looked through where that matters.
 */
async function append(session: Session, state: State): Promise<Failure | undefined> {
  const { page, outcomes, books } = session;
  const tried = new Set<number>();
  const visited = new Set<number>();
  while (page.entries.some(({ position }) => !outcomes.has(position))) {
    if (state.writes >= WRITES_MAX || state.surprises > SURPRISES_MAX) return { type: "stale" };
    const found = await findCurrent(session, tried);
    if (!found.ok) {
      if (found.failure.type !== "stale") return found.failure;
      state.surprises += 1;
      continue;
    }
    const { current, seen } = found.value;
    if (!current) return { type: "halt", halt: allFull(session) };
    for (const { fence } of seen) {
      if (fence?.closed) session.floor.position = Math.max(session.floor.position, fence.position);
    }
    const before = page.replay
      ? await rewriteOthers(session, state, { current, visited })
      : await lookElsewhere(session, { current, seen });
    if (before) return before;
    const stage = { ...stageOf(session, current.book, true), ...(!page.replay && { seen: current }) };
    const failure = await runStage(stage, state);
    if (failure?.type === "full") {
      tried.add(current.book.no);
      const stopped = books.length > 1 ? await leave(session, state, { book: current.book, tried }) : undefined;
      if (stopped) return stopped;
    } else if (failure) return named(session, current.book, failure);
    else noteCurrent(session, current.book);
  }
  return undefined;
}

const stageOf = (session: Session, book: Book, last: boolean): Stage => ({
  session,
  book,
  last,
  done: new Set(),
  narrow: false,
});

/** Steps until nothing is left to do here. */
async function runStage(stage: Stage, state: State): Promise<Failure | undefined> {
  while (open(stage).length > 0) {
    if (state.writes >= WRITES_MAX || state.surprises > SURPRISES_MAX) return { type: "stale" };
    const failure = await step(stage, state);
    if (failure) return failure;
  }
  return undefined;
}

/** A replay rewrites its rows in the spreadsheets that take no new ones, before it adds what is nowhere. */
async function rewriteOthers(
  session: Session,
  state: State,
  { current, visited }: { current: Seen; visited: Set<number> },
): Promise<Failure | undefined> {
  for (const book of session.books) {
    if (book.no === current.book.no || visited.has(book.no)) continue;
    const failure = await runStage(stageOf(session, book, false), state);
    if (failure) return named(session, book, failure);
    visited.add(book.no);
  }
  return undefined;
}

/** Without a fence in the current spreadsheet, rows of this page may be in any other: those are settled. */
async function lookElsewhere(
  session: Session,
  { current, seen }: { current: Seen; seen: readonly Seen[] },
): Promise<Failure | undefined> {
  const { page, deps, outcomes } = session;
  if (current.fence || session.books.length === 1) return undefined;
  const ids = new Set(page.entries.map(({ response }) => response.id));
  for (const { book, layout } of seen) {
    if (book.no === current.book.no || !layout.tab) continue;
    const found: Result<ReadonlyMap<string, number[]>> = await findRows(deps, { book, tab: layout.tab }, ids);
    if (!found.ok) return named(session, book, found.failure);
    for (const { position, response } of page.entries) {
      if (found.value.has(response.id) && !outcomes.has(position)) outcomes.set(position, { type: "delivered" });
    }
  }
  return undefined;
}

/**
 * Closes a spreadsheet that is full, when there is another one to try: its fence is swapped for one that says so, and
 * with that every copy of a write to it that is still on its way fails. Without a fence there is none that could
 * arrive.
 */
async function leave(
  session: Session,
  state: State,
  { book, tried }: { book: Book; tried: Set<number> },
): Promise<Failure | undefined> {
  const { page, deps, owner, floor } = session;
  const next = await findCurrent(session, tried);
  if (!next.ok) return next.failure;
  if (!next.value.current) return { type: "halt", halt: allFull(session) };
  const seen = await look(session, book);
  if (!seen.ok) return named(session, book, seen.failure);
  const { fence } = seen.value;
  if (!fence || isFenceless(deps, book)) return undefined;
  if (!fence.closed) {
    const base = { deps, owner, seen: seen.value, markedAt: page.markedAt, narrow: true, tries: state.surprises };
    state.writes += 1;
    const closed = await writeNothing({ ...base, through: fence.position, closed: true });
    if (!closed.ok) {
      if (closed.failure.type !== "stale") return named(session, book, closed.failure);
      // It is not closed, or not by us: it must be looked at again before anything is written elsewhere.
      state.surprises += 1;
      tried.delete(book.no);
      return undefined;
    }
  }
  floor.position = Math.max(floor.position, fence.position);
  return undefined;
}
