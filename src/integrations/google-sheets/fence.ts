/**
 * The fence: a named range whose id carries the last position applied. Every write swaps the fence it has seen for a
 * new one in the same all-or-nothing batch, and fails whole when that fence is gone: compare-and-swap, so that a
 * repeated or late copy of a request changes nothing (DESIGN.md section 5, delivery.md 1.4 A). Pure; called by
 * requests.ts.
 */
import { SEGMENT_SIZE } from "../../core/ids";
import type { Page } from "../../core/integration";
import type { GridRange, NamedRange, SheetsRequest } from "./types";

/** A request that Google has begun may run this long (delivery.md 1.1). */
export const REQUEST_LIFE_SECONDS = 180;

export interface Fence {
  readonly id: string;
  /** Every entry of the feed up to here was applied. */
  readonly position: number;
  /** Tells apart fences at one position, where nothing moves; 0: none in the id. */
  readonly nonce: number;
  /** The tab that it is on. */
  readonly sheetId: number;
  /** Nothing is appended here any more: the spreadsheet was full, and a later one of the configuration goes on. */
  readonly closed: boolean;
}

/** What the id of a fence says. */
export type FenceState = Pick<Fence, "position" | "nonce" | "closed">;

/** Whose fence: an integration, a segment and a feed. */
export interface FenceOwner {
  readonly integration: string;
  readonly segment: number;
  readonly feed: Page["feed"];
}

const CLOSED = "_full";
const FENCE = /^(\d+)(?:_([a-z0-9]+))?(_full)?$/;
const prefixOf = (integration: string) => `formlog_${integration}_`;
/** Positions of responses are counted within their segment, those of revisions as they are. */
const baseOf = ({ segment, feed }: FenceOwner) => (feed === "responses" ? segment * SEGMENT_SIZE : 0);

/** The id (and name) of a fence. */
export function fenceId(owner: FenceOwner, { position, nonce, closed }: FenceState): string {
  const seq = `${owner.feed === "revisions" ? "r" : ""}${position - baseOf(owner)}`;
  const suffix = nonce > 0 || closed ? `_${nonce.toString(36)}` : "";
  return `${prefixOf(owner.integration)}${owner.segment}_${seq}${suffix}${closed ? CLOSED : ""}`;
}

/**
 * The fence after `old` for a write that settles everything up to `position`: never one that existed before, also when
 * the position stays. `fresh` tells apart the first fences, whose ids may be taken by ranges that Google hides.
 */
export function nextFence(old: Fence | undefined, position: number, fresh: number): Omit<FenceState, "closed"> {
  if (!old) return { position, nonce: fresh };
  if (position > old.position) return { position, nonce: 0 };
  return { position: old.position, nonce: old.nonce + 1 };
}

/**
 * A number for first fences: another one for each attempt at a page (no two holders of a cursor mark a page in the same
 * seconds, their leases keep them apart), and for each try of an attempt. Times in milliseconds.
 */
export function freshNonce(markedAt: number, now: number, tries: number): number {
  const marked = Math.floor(markedAt / 1000);
  const since = Math.max(0, Math.floor(now / 1000) - marked);
  return marked * 2 ** 20 + ((since + tries) % 2 ** 20);
}

/** The fences of this owner, highest position first: there is one, unless somebody copied ranges about. */
export function findFences(owner: FenceOwner, ranges: readonly NamedRange[]): readonly Fence[] {
  const start = `${prefixOf(owner.integration)}${owner.segment}_${owner.feed === "revisions" ? "r" : ""}`;
  return ranges
    .flatMap((range): Fence[] => {
      const id = range.namedRangeId ?? "";
      const match = id.startsWith(start) ? FENCE.exec(id.slice(start.length)) : null;
      if (!match) return [];
      const position = Number(match[1]) + baseOf(owner);
      const nonce = Number.parseInt(match[2] ?? "0", 36);
      return [{ id, position, nonce, sheetId: range.range?.sheetId ?? 0, closed: match[3] !== undefined }];
    })
    .sort((a, b) => b.position - a.position || b.nonce - a.nonce);
}

/** Everybody of an integration who has a fence in a spreadsheet: every segment, and both feeds. */
export function fenceOwners(integration: string, ranges: readonly NamedRange[]): readonly FenceOwner[] {
  const owners = new Map<string, FenceOwner>();
  const prefix = prefixOf(integration);
  for (const { namedRangeId = "" } of ranges) {
    const match = namedRangeId.startsWith(prefix)
      ? /^((\d+)_(r?))\d+(?:_|$)/.exec(namedRangeId.slice(prefix.length))
      : null;
    if (!match?.[1]) continue;
    const feed = match[3] === "r" ? "revisions" : "responses";
    owners.set(match[1], { integration, segment: Number(match[2]), feed });
  }
  return [...owners.values()];
}

/** Whose anchor: an integration and the tab that it is configured for. */
export interface AnchorOwner {
  readonly integration: string;
  readonly sheet: string;
}

export interface Anchor {
  readonly id: string;
  readonly nonce: number;
  /** The data tab, whatever it is called now. */
  readonly sheetId: number;
  /** Zero-based row of the header, wherever people put it. */
  readonly row: number;
}

const anchorPrefix = ({ integration, sheet }: AnchorOwner) =>
  `${prefixOf(integration)}tab_${hash(sheet).toString(36)}_`;

/**
 * The named range on the data tab that finds it again when it was renamed; it is swapped whenever columns are added.
 */
export const anchorId = (owner: AnchorOwner, nonce: number): string => `${anchorPrefix(owner)}${nonce.toString(36)}`;

export function findAnchor(owner: AnchorOwner, ranges: readonly NamedRange[]): Anchor | undefined {
  const prefix = anchorPrefix(owner);
  const found = ranges.find((range) => range.namedRangeId?.startsWith(prefix));
  if (!found?.namedRangeId) return undefined;
  const nonce = Number.parseInt(found.namedRangeId.slice(prefix.length), 36) || 0;
  const { sheetId = 0, startRowIndex: row = 0 } = found.range ?? {};
  return { id: found.namedRangeId, nonce, sheetId, row };
}

/** 32-bit FNV-1a: a short, stable name for a text, not a secret. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

/** Requests that put one named range in the place of others, and fail unless those are all there. */
export function swapRange(
  old: readonly { readonly id: string }[],
  next: { id: string; range: GridRange },
): SheetsRequest[] {
  const [first] = old;
  return [
    // Writing its own name to it changes nothing, but is an error when the range is gone.
    ...(first
      ? [{ updateNamedRange: { namedRange: { namedRangeId: first.id, name: first.id }, fields: "name" } }]
      : []),
    ...old.map(({ id }) => ({ deleteNamedRange: { namedRangeId: id } })),
    { addNamedRange: { namedRange: { namedRangeId: next.id, name: next.id, range: next.range } } },
  ];
}

/** The first cell of a row: A1 unless told. */
export const cornerOf = (sheetId: number, row = 0): GridRange => ({
  sheetId,
  startRowIndex: row,
  endRowIndex: row + 1,
  startColumnIndex: 0,
  endColumnIndex: 1,
});
