/** What the engine calls to find out about a page in doubt: was it applied, and can it be applied still? */
import type { Deps, Halt, Outcome, Page, PageResult } from "../../core/integration";
import { openSession } from "./apply";
import { look, named, type Seen } from "./books";
import type { Failure } from "./errors";
import { findAnchor, REQUEST_LIFE_SECONDS } from "./fence";
import { findRows } from "./id-column";
import type { Config, Secrets } from "./manifest";
import { checkFence, isFenceless } from "./probe";
import type { Session } from "./step";

/**
 * Reads what became of a page in doubt. What is past every fence was certainly not applied, and never will be: the next
 * write swaps the fence that a late copy would need.
 */
export async function reconcile(page: Page, deps: Deps<Config, Secrets>): Promise<PageResult> {
  const session = openSession(page, deps);
  const { outcomes } = session;
  const seen = await lookAtAll(session);
  if (!Array.isArray(seen)) return { outcomes, halt: stillInDoubt(seen) };
  const fences = seen.flatMap(({ fence }) => fence ?? []);
  // Edits over several spreadsheets, and the rows of a replay, are found by their ids: writing them again is safe.
  const repeatable = page.replay || (page.feed === "revisions" && session.books.length > 1);
  const reached = repeatable ? 0 : Math.max(0, ...fences.map(({ position }) => position));
  for (const { position } of page.entries) if (position <= reached) outcomes.set(position, { type: "delivered" });
  if (fences.length === 0) {
    const halt = await waitOut(session, seen);
    if (halt) return { outcomes, halt };
  }
  const byIds = page.feed === "responses" && !page.replay && !fences.some(({ closed }) => !closed);
  const present = byIds ? await presentIds(session, seen) : new Set<string>();
  if (!(present instanceof Set)) return { outcomes, halt: stillInDoubt(present) };
  const again: Outcome = { type: "retry", reason: "The page was not applied." };
  for (const { position, response } of page.entries) {
    if (!outcomes.has(position)) outcomes.set(position, present.has(response.id) ? { type: "delivered" } : again);
  }
  return { outcomes };
}

/** Every spreadsheet up to the one with the open fence. */
async function lookAtAll(session: Session): Promise<Seen[] | Failure> {
  const all: Seen[] = [];
  for (const book of session.books) {
    const seen = await look(session, book);
    if (!seen.ok) return named(session, book, seen.failure);
    all.push(seen.value);
    if (seen.value.fence?.closed === false) break;
  }
  return all;
}

/** Ids of the page that are in the sheets. */
async function presentIds(session: Session, seen: readonly Seen[]): Promise<Set<string> | Failure> {
  const ids = new Set(session.page.entries.map(({ response }) => response.id));
  const present = new Set<string>();
  for (const { book, layout } of seen) {
    const found = layout.tab ? await findRows(session.deps, { book, tab: layout.tab }, ids) : null;
    if (found && !found.ok) return named(session, book, found.failure);
    for (const id of found?.value.keys() ?? []) present.add(id);
  }
  return present;
}

/**
 * Why nothing may be decided yet: when our fence was there and is gone, a request that still runs can't be told from
 * one that does not. A first use needs no wait: only one request can make the hidden tab. Where no fence holds, any
 * doubt waits.
 */
async function waitOut({ page, deps, books, owner }: Session, seen: readonly Seen[]): Promise<Halt | null> {
  for (const one of seen) {
    const holds = await checkFence(deps, one);
    if (!holds.ok) return stillInDoubt(named({ books }, one.book, holds.failure));
  }
  const fenceless = seen.some(({ book }) => isFenceless(deps, book));
  const appends = page.feed === "responses" && !page.replay;
  const anchorOwner = { integration: owner.integration, sheet: deps.config.sheet };
  const used = seen.some(({ layout }) => layout.fenceTab || findAnchor(anchorOwner, layout.namedRanges));
  if (!fenceless && !(appends && used)) return null;
  const afterSeconds = Math.ceil(page.markedAt / 1000 + REQUEST_LIFE_SECONDS - deps.now() / 1000);
  if (afterSeconds <= 0) return null;
  const why = fenceless ? "no fence holds at this server" : "its fence is gone";
  return { type: "unknown", reason: `A write is in doubt and ${why}; its end is waited for.`, afterSeconds };
}

function stillInDoubt(failure: Failure): Halt {
  if (failure.type !== "halt")
    return { type: "unknown", reason: "The sheet changed while it was read.", afterSeconds: 5 };
  return failure.halt.type === "blocked" ? failure.halt : { ...failure.halt, type: "unknown" };
}
