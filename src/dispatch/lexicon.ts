/**
 * The lexicons that a kind's worker looks for terms with: read and compiled once a revision, kept as long as the
 * isolate lives.
 */
import { SPELLINGS_MAX } from "../core/lexicon/entry";
import { type Lexicon, makeLexicon, NO_LEXICON } from "../core/lexicon/lexicon";
import { isUnavailable } from "../store/failure";
import * as store from "../store/lexicon";
import * as events from "../telemetry/events";
import type { Engine } from "./engine";

interface Kept {
  readonly revision: number;
  readonly spellings: number;
  readonly lexicon: Promise<Lexicon>;
}

const MEMORY = "lexicons";

/** The lexicon of a workspace as it is now: one row read, unless it has changed. Null: the database can't be asked. */
export async function readLexicon({ shards, memory, trace }: Engine, workspace: string): Promise<Lexicon | null> {
  const kept = (memory.get(MEMORY) as Map<string, Kept> | undefined) ?? new Map<string, Kept>();
  memory.set(MEMORY, kept);
  try {
    // Before the entries: a change in between shows as a later revision the next time, and what was made with this one
    // as outdated.
    const { revision, spellings } = await store.readLexiconState(shards.control, workspace);
    if (revision === 0) return NO_LEXICON;
    const known = kept.get(workspace);
    if (known && known.revision >= revision) return await known.lexicon;
    const lexicon = store.readLexicon(shards.control, workspace).then((entries) => makeLexicon(revision, entries));
    keep(kept, workspace, { revision, spellings, lexicon });
    return await lexicon;
  } catch (error) {
    kept.delete(workspace);
    if (!isUnavailable(error)) throw error;
    events.lexiconNotRead({ trace, workspace, error });
    return null;
  }
}

/** All of them together are no larger than one may be: an isolate has 128 MB. */
function keep(kept: Map<string, Kept>, workspace: string, one: Kept): void {
  kept.delete(workspace);
  kept.set(workspace, one);
  let spellings = [...kept.values()].reduce((sum, each) => sum + each.spellings, 0);
  for (const [oldest, { spellings: gone }] of kept) {
    if (spellings <= SPELLINGS_MAX || oldest === workspace) return;
    kept.delete(oldest);
    spellings -= gone;
  }
}
