/**
 * One fenced write: as many entries as fit into a request, with whatever the sheet lacks. Called by apply.ts, which
 * decides what comes before and after it.
 */
import type { Deps, Entry } from "../../core/integration";
import type { SheetsClient } from "./client";
import { columnsOf } from "./columns";
import type { Result } from "./errors";
import { type FenceOwner, findAnchor, findFences, nextFence } from "./fence";
import type { Layout } from "./layout";
import type { Config, Secrets } from "./manifest";
import { type Frame, frame, tagColumns } from "./requests";
import { appendRows, rewriteRows, rowOf } from "./rows";
import type { RowData, SheetsRequest } from "./types";

/** Google recommends 2 MB (Sheets, "Usage limits"); the rest is for the requests around the rows. */
const ROWS_BYTES_MAX = 1_900_000;

/** An entry to write: `rows` are where it is already (zero-based), none: it is appended. */
export interface Item {
  readonly entry: Entry;
  readonly rows: readonly number[];
}

export interface WriteInput {
  readonly client: SheetsClient;
  readonly deps: Deps<Config, Secrets>;
  readonly owner: FenceOwner;
  readonly layout: Layout;
  /** Written from the first on, as many as fit. */
  readonly items: readonly Item[];
  readonly limit: number;
  /** Where the fence goes when all items are written; else it goes to the last one written. */
  readonly through: number;
  /** How often this failed because ids were taken: by ranges that Google does not list any more. */
  readonly tries: number;
}

interface Chunk {
  readonly count: number;
  readonly requests: readonly SheetsRequest[];
}

/** Writes a first part of the items and moves the fence. Returns how many there were in the request, and how it went. */
export async function writeItems(input: WriteInput): Promise<{ count: number; result: Result<unknown> }> {
  const { client, deps, items } = input;
  const outline = frameFor(input, input.through);
  const chunk = chunkOf(input, outline);
  const all = chunk.count === items.length;
  const last = items[chunk.count - 1]?.entry.position ?? input.through;
  const final = all ? outline : frameFor(input, last);
  const result = await client.batchUpdate([...final.requests, ...chunk.requests]);
  if (result.ok) await tag(client, deps, final);
  return { count: chunk.count, result };
}

/** Moves the fence past an entry and makes what is missing, without the entry's row: is it the row that is refused? */
export async function writeNothing(input: Omit<WriteInput, "items" | "limit">): Promise<Result<unknown>> {
  return input.client.batchUpdate(frameFor(input, input.through).requests);
}

function frameFor(input: Omit<WriteInput, "items" | "limit">, position: number): Frame {
  const { deps, owner, layout, tries } = input;
  const fresh = Math.floor(deps.now() / 1000) + tries;
  const fences = findFences(owner, layout.namedRanges);
  const anchorOwner = { integration: owner.integration, sheet: deps.config.sheet };
  const anchor = findAnchor(anchorOwner, layout.namedRanges);
  return frame({
    layout,
    owner,
    anchorOwner,
    anchor,
    fences,
    wanted: columnsOf(deps.form.definitions),
    next: nextFence(fences[0], position, anchor || tries > 0 ? fresh : 0),
    fresh,
    email: deps.secrets.client_email,
  });
}

/** The requests of the first items: not more than the limit, nor than a request may have. */
function chunkOf({ items, limit, deps }: WriteInput, { sheetId, columns }: Frame): Chunk {
  const { definitions } = deps.form;
  const encoder = new TextEncoder();
  const appended: RowData[] = [];
  const rewritten: SheetsRequest[] = [];
  const seen = new Set<string>();
  let bytes = 0;
  let count = 0;
  for (const { entry, rows } of items) {
    if (count >= limit) break;
    const appends = rows.length === 0;
    const again = seen.has(entry.response.id);
    seen.add(entry.response.id);
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
  return { count, requests: [...rewritten, ...(appended.length > 0 ? [appendRows(sheetId, appended)] : [])] };
}

/** Best effort: columns without metadata are found by their titles, and tagged with the next write. */
async function tag(client: SheetsClient, deps: Deps<Config, Secrets>, { sheetId, untagged }: Frame): Promise<void> {
  const refusedKey = `google-sheets:no-metadata:${deps.config.spreadsheetId}`;
  if (untagged.length === 0 || deps.memory.has(refusedKey)) return;
  const result = await client.batchUpdate(tagColumns(deps.integration.id, sheetId, untagged));
  if (!result.ok && result.failure.type === "refused") deps.memory.set(refusedKey, true);
}
