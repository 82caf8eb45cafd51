/**
 * Brings a page into the sheet: read, decide per entry, write under the fence, and again while there is something left.
 * Every step may find that the world has moved; then it reads again. Called by deliver.ts.
 */
import type { Deps, Entry, Halt, Outcome, Page, PageResult } from "../../core/integration";
import { createClient, type SheetsClient } from "./client";
import { columnsOf, ID_KEY, placeColumns } from "./columns";
import type { Failure, Result } from "./errors";
import { type Fence, type FenceOwner, findAnchor, findFences, REQUEST_LIFE_SECONDS } from "./fence";
import { columnLetters, type DataTab, type Layout, quote } from "./layout";
import type { Config, Secrets } from "./manifest";
import { readLayout } from "./read-layout";
import { type Item, writeItems, writeNothing } from "./write";

/** Writes of one page at most: enough to halve the largest page down to one bad row, twice. */
const WRITES_MAX = 26;
/** Times in a row that the sheet may turn out to be different from what was just read. */
const SURPRISES_MAX = 4;
/** Rows in a row that may be refused before it is the sheet's fault. */
const REJECTED_MAX = 3;

export interface Session {
  readonly page: Page;
  readonly deps: Deps<Config, Secrets>;
  readonly client: SheetsClient;
  readonly owner: FenceOwner;
  readonly outcomes: Map<number, Outcome>;
}

export function openSession(page: Page, deps: Deps<Config, Secrets>): Session {
  const owner = { integration: deps.integration.id, segment: page.segment, feed: page.feed };
  return { page, deps, client: createClient(deps), owner, outcomes: new Map() };
}

const open = ({ page, outcomes }: Session): Entry[] => page.entries.filter((entry) => !outcomes.has(entry.position));
const isErased = ({ event, response }: Entry): boolean => event === "erased" || response.erasedAt !== null;

/** Entries up to the fence are in the sheet; not so in a replay, where the fence was past them to begin with. */
export function settleByFence(session: Session, fence: Fence | undefined): void {
  if (!fence || session.page.replay) return;
  for (const entry of open(session)) {
    if (entry.position <= fence.position) session.outcomes.set(entry.position, { type: "delivered" });
  }
}

/**
 * Why nothing may be decided yet: when our fence was there and is gone, a request that still runs can't be told from one
 * that does not. A first use needs no wait: only one request can make the hidden tab.
 */
export function mustWait({ page, deps, owner }: Session, layout: Layout): Halt | null {
  const { fenceTab, namedRanges } = layout;
  if (!page.inDoubt || page.feed === "revisions" || page.replay || findFences(owner, namedRanges).length > 0)
    return null;
  if (!fenceTab && !findAnchor({ integration: owner.integration, sheet: deps.config.sheet }, namedRanges)) return null;
  const afterSeconds = Math.ceil(page.markedAt / 1000 + REQUEST_LIFE_SECONDS - deps.now() / 1000);
  if (afterSeconds <= 0) return null;
  return {
    type: "unknown",
    reason: "A write is in doubt and its fence is gone; its end is waited for.",
    afterSeconds,
  };
}

/** Zero-based rows by response id; empty when the tab has no id column. One read. */
export async function readIds({ client, deps }: Session, tab: DataTab): Promise<Result<ReadonlyMap<string, number[]>>> {
  const column = placeColumns(columnsOf(deps.form.definitions), tab.columns).at.get(ID_KEY);
  const rows = new Map<string, number[]>();
  if (column === undefined) return { ok: true, value: rows };
  const letters = columnLetters(column);
  const read = await client.getValues(`${quote(tab.title)}!${letters}:${letters}`, "COLUMNS");
  if (!read.ok) return read;
  for (const [row, id] of (read.value.values?.[0] ?? []).entries()) {
    if (typeof id !== "string" || row === 0) continue;
    const known = rows.get(id);
    if (known) known.push(row);
    else rows.set(id, [row]);
  }
  return { ok: true, value: rows };
}

/** Delivers the page. Outcomes for what is settled, `halt` for the rest. */
export async function applyPage(session: Session): Promise<PageResult> {
  const { page, outcomes } = session;
  if (page.feed === "responses" && !page.replay) {
    for (const entry of page.entries) {
      if (isErased(entry)) outcomes.set(entry.position, { type: "skipped", reason: "Erased before it was added." });
    }
  }
  const state = { writes: 0, surprises: 0, rejected: 0, accepted: false, suspects: 0 };
  while (open(session).length > 0) {
    if (state.writes >= WRITES_MAX || state.surprises > SURPRISES_MAX) {
      const reason = "The sheet keeps changing, or refusing rows; taking a break.";
      return { outcomes, halt: { type: "retry", reason, afterSeconds: 60 } };
    }
    const failure = await step(session, state);
    if (failure?.type === "halt") return { outcomes, halt: asHalt(page, failure.halt, state.writes) };
    if (failure) {
      const reason = "Google refuses every write to this sheet. Check its protections and its tabs, then resume.";
      return { outcomes, halt: { type: "blocked", reason } };
    }
  }
  return { outcomes };
}

/** A page that was in doubt stays so while nothing certain was learnt about it. */
function asHalt(page: Page, halt: Halt, writes: number): Halt {
  if (page.inDoubt && writes === 0 && halt.type === "retry") return { ...halt, type: "unknown" };
  return halt;
}

interface State {
  writes: number;
  surprises: number;
  /** Refused rows since the last accepted one. */
  rejected: number;
  accepted: boolean;
  /** The next so many items have a refused one among them; 0: none known. */
  suspects: number;
}

/** One read and one write. Returns why the page can't go on, or nothing; `refused` means that it is not the rows. */
async function step(session: Session, state: State): Promise<Failure | undefined> {
  const { page, deps, owner, client, outcomes } = session;
  const read = await readLayout(session);
  if (!read.ok) return unlessStale(read.failure, state);
  const layout = read.value;
  const [fence] = findFences(owner, layout.namedRanges);
  settleByFence(session, fence);
  const wait = mustWait(session, layout);
  if (wait) return { type: "halt", halt: wait };
  const sorted = await sortEntries(session, { layout, fence });
  if (!sorted.ok) return unlessStale(sorted.failure, state);
  const items = sorted.value;
  const [first] = items;
  if (!first) return undefined;
  const limit = state.suspects > 0 ? Math.ceil(state.suspects / 2) : items.length;
  const input = { client, deps, owner, layout, through: page.through, tries: state.surprises };
  state.writes += 1;
  const { count, result } = await writeItems({ ...input, items, limit });
  if (result.ok) {
    for (const { entry } of items.slice(0, count)) outcomes.set(entry.position, { type: "delivered" });
    Object.assign(state, { surprises: 0, rejected: 0, accepted: true, suspects: Math.max(0, state.suspects - count) });
    return undefined;
  }
  if (result.failure.type !== "refused") return unlessStale(result.failure, state);
  if (count > 1) {
    state.suspects = count;
    return undefined;
  }
  state.writes += 1;
  const position = items.length === 1 ? page.through : first.entry.position;
  const probe = await writeNothing({ ...input, through: position });
  if (!probe.ok) return unlessStale(probe.failure, state);
  state.rejected += 1;
  if (state.rejected > REJECTED_MAX && !state.accepted) return result.failure;
  outcomes.set(first.entry.position, {
    type: "rejected",
    reason: `${result.failure.reason} The response is safe in Formlog.`,
  });
  state.suspects = 0;
  return undefined;
}

function unlessStale(failure: Failure, state: State): Failure | undefined {
  if (failure.type !== "stale") return failure;
  state.surprises += 1;
  return undefined;
}

/** What each open entry needs: outcomes are noted, the rest is returned to be written, in order. */
async function sortEntries(
  session: Session,
  { layout, fence }: { layout: Layout; fence: Fence | undefined },
): Promise<Result<Item[]>> {
  const { page, outcomes } = session;
  const entries = open(session);
  const { tab } = layout;
  const look = tab !== null && (page.feed === "revisions" || page.replay || page.inDoubt || !fence);
  if (entries.length === 0) return { ok: true, value: [] };
  const ids = look ? await readIds(session, tab) : { ok: true as const, value: new Map<string, number[]>() };
  if (!ids.ok) return ids;
  const items = entries.flatMap((entry): Item[] => {
    const rows = ids.value.get(entry.response.id) ?? [];
    if (rows.length > 0 && (page.replay || page.feed === "revisions")) return [{ entry, rows }];
    const outcome = outcomeWithoutWrite(entry, rows.length > 0);
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
