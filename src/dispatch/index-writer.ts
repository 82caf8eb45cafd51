/**
 * Writing an index: a page is applied in one transaction that bars every earlier holder of its cursor, and replaces
 * what the responses contributed before. So a page that is applied twice, late, or by two holders changes nothing
 * wrongly, and nothing has to be found out about one in doubt.
 */
import { type Contribution, changesBetween, countDifferences } from "../core/contribution";
import type { Index, WriteIndex } from "../core/index-kind";
import type { Entry, Halt, Outcome, Page, PageResult } from "../core/integration";
import {
  type IndexHolder,
  isFencedOff,
  type OpenedContributions,
  openContributions,
  reachIndexes,
  replaceContributions,
  runFenced,
} from "../store/contributions";
import { isFull, isOverloaded, isUnavailable } from "../store/failure";

/** Whose index: an integration's; with the holder of a cursor it can be written. */
export type IndexOwner = Pick<IndexHolder, "integration"> & Partial<IndexHolder>;

/** The databases of indexes, SEARCH_DB first; what is new goes into the first that is smaller than the cap. */
export interface IndexDatabases {
  readonly all: readonly [D1Database, ...D1Database[]];
  readonly capBytes: number;
}

/** An integration's index. */
export function makeIndex({ all, capBytes }: IndexDatabases, owner: IndexOwner): Index {
  const { integration } = owner;
  const [db] = all;
  return {
    db,
    integration,
    shard: owner.shard ?? 0,
    places: all.map((one) => ({ db: one, integration })),
    reach: async () => void (await Promise.all(all.map(reachIndexes))),
    apply: async (page, wanted, write) => applyPage({ all, capBytes }, holderOf(owner), { page, wanted, write }),
    async run(statements) {
      const holder = holderOf(owner);
      try {
        return { rows: await runFenced(db, holder, statements) };
      } catch (error) {
        return { halt: haltOf(error, "retry") };
      }
    },
  };
}

function holderOf({ integration, shard, segment, epoch }: IndexOwner): IndexHolder {
  if (shard === undefined || segment === undefined || epoch === undefined) {
    throw new Error("only the holder of a cursor writes an index");
  }
  return { integration, shard, segment, epoch };
}

interface Application {
  readonly page: Page;
  readonly wanted: (entry: Entry) => Contribution | null;
  readonly write: WriteIndex;
}

/**
 * All databases are opened before one is written: so every earlier holder is barred from all of them, and what a
 * response has is found wherever it lies.
 */
async function applyPage(
  databases: IndexDatabases,
  holder: IndexHolder,
  { page, wanted, write }: Application,
): Promise<PageResult> {
  const { integration, shard } = holder;
  // Several revisions of one response lead to the same contribution: that of the response as it is now.
  const contributions = new Map(page.entries.map((entry) => [entry.response.position, wanted(entry)]));
  const positions = [...contributions.keys()];
  let opened: OpenedContributions[];
  try {
    opened = await Promise.all(databases.all.map((db) => openContributions(db, holder, positions)));
  } catch (error) {
    return { outcomes: new Map(), halt: haltOf(error, "retry") };
  }
  const parts = partsOf(contributions, opened, databases.capBytes);
  const writes = databases.all.map(async (db, i) => {
    const changes = changesBetween(opened[i]?.kept ?? new Map(), parts[i] ?? new Map());
    if (changes.length === 0) return;
    const own = write(changes, { db, integration, shard });
    await replaceContributions(db, holder, { changes, counts: countDifferences(changes), own });
  });
  const failed = (await Promise.allSettled(writes)).find((one) => one.status === "rejected");
  if (failed) return { outcomes: new Map(), halt: haltOf(failed.reason, "unknown") };
  return { outcomes: new Map(page.entries.map((entry) => [entry.position, outcomeOf(entry)])) };
}

/**
 * What each database is to hold: a response stays where something of it is, and what is new goes where there is room.
 * What a worker that did not know all databases wrote a second time is taken away.
 */
function partsOf(
  contributions: ReadonlyMap<number, Contribution | null>,
  opened: readonly OpenedContributions[],
  capBytes: number,
): Map<number, Contribution | null>[] {
  const parts = opened.map(() => new Map<number, Contribution | null>());
  const roomy = withRoom(
    opened.map(({ sizeBytes }) => sizeBytes),
    capBytes,
  );
  for (const [position, contribution] of contributions) {
    const homes = opened.flatMap(({ kept }, i) => (kept.has(position) ? [i] : []));
    const [home = roomy, ...others] = homes;
    parts[home]?.set(position, contribution);
    for (const other of others) parts[other]?.set(position, null);
  }
  return parts;
}

/** The first that is smaller than the cap; if none is, the smallest. */
function withRoom(sizes: readonly number[], capBytes: number): number {
  const first = sizes.findIndex((bytes) => bytes < capBytes);
  return first < 0 ? sizes.indexOf(Math.min(...sizes)) : first;
}

const outcomeOf = ({ filtered }: Entry): Outcome =>
  filtered ? { type: "skipped", reason: "The integration's filter leaves it out." } : { type: "delivered" };

/** Why a page stopped. Throws what is neither the fence nor the database's trouble: it is a bug. */
function haltOf(error: unknown, doubt: "retry" | "unknown"): Halt {
  // A holder that lost its lease is not listened to; one that has it meets a fence from a future that was undone.
  if (isFencedOff(error)) return { type: "blocked", reason: AHEAD };
  if (isFull(error)) return { type: "blocked", reason: FULL };
  if (isOverloaded(error)) return { type: "retry", reason: "SEARCH_DB has too much to do." };
  if (!isUnavailable(error) || isRefused(error)) throw error;
  return { type: doubt, reason: "SEARCH_DB can't be reached." };
}

/** SQLite itself refused a statement. */
const isRefused = (error: unknown): boolean => error instanceof Error && /SQLITE_(?!BUSY|IOERR)/.test(error.message);

const AHEAD =
  "A later holder has written this index. If that lasts, the database was put back to an earlier time: delete this integration and add it again.";

const FULL =
  "A database of indexes is full: D1 takes 10 GB. Nothing is lost: it goes on by itself within a quarter of an hour of when there is room. Whoever runs the installation can make room (docs/operating.md).";
