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
  openContributions,
  reachIndexes,
  replaceContributions,
  runFenced,
} from "../store/contributions";
import { isFull, isOverloaded, isUnavailable } from "../store/failure";

/** Whose index: an integration's; with the holder of a cursor it can be written. */
export type IndexOwner = Pick<IndexHolder, "integration"> & Partial<IndexHolder>;

/** An integration's part of SEARCH_DB. */
export function makeIndex(db: D1Database, owner: IndexOwner): Index {
  return {
    db,
    integration: owner.integration,
    reach: () => reachIndexes(db),
    shard: owner.shard ?? 0,
    apply: async (page, wanted, write) => applyPage(db, holderOf(owner), { page, wanted, write }),
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

async function applyPage(
  db: D1Database,
  holder: IndexHolder,
  { page, wanted, write }: Application,
): Promise<PageResult> {
  const { integration, shard } = holder;
  // Several revisions of one response lead to the same contribution: that of the response as it is now.
  const contributions = new Map(page.entries.map((entry) => [entry.response.position, wanted(entry)]));
  let kept: ReadonlyMap<number, string>;
  try {
    kept = await openContributions(db, holder, [...contributions.keys()]);
  } catch (error) {
    return { outcomes: new Map(), halt: haltOf(error, "retry") };
  }
  const changes = changesBetween(kept, contributions);
  if (changes.length > 0) {
    const own = write(changes, { db, integration, shard });
    try {
      await replaceContributions(db, holder, { changes, counts: countDifferences(changes), own });
    } catch (error) {
      return { outcomes: new Map(), halt: haltOf(error, "unknown") };
    }
  }
  return { outcomes: new Map(page.entries.map((entry) => [entry.position, outcomeOf(entry)])) };
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
  "The database of indexes is full: D1 takes 10 GB. Nothing is lost: it goes on by itself within a quarter of an hour of when there is room. Whoever runs the installation can make room (docs/operating.md).";
