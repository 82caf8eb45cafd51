/**
 * One fenced write: as many entries as fit into a request, with whatever the sheet lacks. Called by step.ts and
 * handover.ts, which decide what comes before and after it.
 */
import type { Entry } from "../../core/integration";
import type { Seen, Shelf } from "./books";
import { columnsOf } from "./columns";
import type { Result } from "./errors";
import { findAnchor, findFences, freshNonce, nextFence } from "./fence";
import { isFenceless } from "./probe";
import { type Frame, frame, tagColumns } from "./requests";
import { appendRows, rewriteRows, rowOf } from "./rows";
import type { BatchAnswer, RowData, SheetsRequest } from "./types";

/** Google recommends 2 MB (Sheets, "Usage limits"); the rest is for the requests around the rows. */
const ROWS_BYTES_MAX = 1_900_000;
/** Cells of a spreadsheet (support.google.com/drive/answer/37603). */
const CELLS_MAX = 10_000_000;

/** An entry to write: `rows` are where it is already (zero-based), none: it is appended. */
export interface Item {
  readonly entry: Entry;
  readonly rows: readonly number[];
}

/** What a write needs to know beside its rows. */
export interface Target extends Pick<Shelf, "deps" | "owner"> {
  /** The spreadsheet as it was read: the write fails when its fence has moved since. */
  readonly seen: Seen;
  /** When the page was marked in flight, in milliseconds. */
  readonly markedAt: number;
  /** Where the fence goes when all items are written; else it goes to the last one written. */
  readonly through: number;
  /** The fence says that nothing is appended here any more. */
  readonly closed: boolean;
  /** Leave missing columns missing: a full spreadsheet takes edits still. */
  readonly narrow: boolean;
  /** How often this failed because ids were taken: by ranges that Google does not list any more. */
  readonly tries: number;
}

/** Written from the first item on, as many as fit. */
export interface Items {
  readonly items: readonly Item[];
  readonly limit: number;
}

interface Chunk {
  readonly count: number;
  readonly appends: boolean;
  readonly requests: readonly SheetsRequest[];
}

export interface Written {
  /** Items of the request. */
  readonly count: number;
  /** Some of them are new rows. */
  readonly appends: boolean;
  readonly requests: readonly SheetsRequest[];
  readonly result: Result<BatchAnswer>;
}

/** Writes a first part of the items and moves the fence. Returns what was in the request, and how it went. */
export async function writeItems(target: Target, work: Items): Promise<Written> {
  const { through, seen } = target;
  const outline = frameFor(target, through);
  const chunk = chunkOf(target, work, outline);
  const last = work.items[chunk.count - 1]?.entry.position ?? through;
  const final = chunk.count === work.items.length ? outline : frameFor(target, last);
  const requests = [...final.requests, ...chunk.requests];
  const full = final.cells > CELLS_MAX && final.cells > seen.layout.cells;
  const result: Result<BatchAnswer> = full
    ? { ok: false, failure: { type: "full" } }
    : await seen.book.client.batchUpdate(requests);
  if (result.ok) await tag(target, final);
  return { count: chunk.count, appends: chunk.appends, requests, result };
}

/** Moves the fence and makes what is missing, without a row. */
export async function writeNothing(target: Target): Promise<Result<BatchAnswer>> {
  return target.seen.book.client.batchUpdate(frameFor(target, target.through).requests);
}

function frameFor(target: Target, position: number): Frame {
  const { deps, owner, seen, closed, narrow, tries } = target;
  const { layout, book } = seen;
  const fresh = freshNonce(target.markedAt, deps.now(), tries);
  const fences = isFenceless(deps, book) ? null : findFences(owner, layout.namedRanges);
  const anchorOwner = { integration: owner.integration, sheet: deps.config.sheet };
  const anchor = findAnchor(anchorOwner, layout.namedRanges);
  const certain = anchor || tries > 0 || deps.config.overflow?.length;
  return frame({
    layout,
    owner,
    anchorOwner,
    anchor,
    fences,
    wanted: columnsOf(deps.form.definitions),
    next: { ...nextFence(fences?.[0], position, certain ? fresh : 0), closed },
    fresh,
    email: deps.secrets.client_email,
    narrow,
  });
}

/** The requests of the first items: not more than the limit, nor than a request may have. */
function chunkOf({ deps }: Target, { items, limit }: Items, { sheetId, columns }: Frame): Chunk {
  const { definitions } = deps.form;
  const encoder = new TextEncoder();
  const appended: RowData[] = [];
  const rewritten: SheetsRequest[] = [];
  const written = new Set<string>();
  let bytes = 0;
  let count = 0;
  for (const { entry, rows } of items) {
    if (count >= limit) break;
    const appends = rows.length === 0;
    const again = written.has(entry.response.id);
    written.add(entry.response.id);
    const content = appends
      ? rowOf(entry.response, columns, definitions)
      : rewriteRows(entry.response, { sheetId, rows, columns }, definitions);
    bytes += encoder.encode(JSON.stringify(content)).length;
    if (count > 0 && bytes > ROWS_BYTES_MAX) break;
    count += 1;
    // Two edits of one response show the same present state.
    if (again) continue;
    if (Array.isArray(content)) rewritten.push(...content);
    else appended.push(content);
  }
  const appends = appended.length > 0;
  return { count, appends, requests: [...rewritten, ...(appends ? [appendRows(sheetId, appended)] : [])] };
}

/** Best effort: columns without metadata are found by their titles, and tagged with the next write. */
async function tag({ deps, seen: { book } }: Target, { sheetId, untagged }: Frame): Promise<void> {
  const refusedKey = `google-sheets:no-metadata:${book.id}`;
  if (untagged.length === 0 || deps.memory.has(refusedKey)) return;
  const result = await book.client.batchUpdate(tagColumns(deps.integration.id, sheetId, untagged));
  if (!result.ok && result.failure.type === "refused") deps.memory.set(refusedKey, true);
}
