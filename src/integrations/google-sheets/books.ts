/**
 * The spreadsheets of an integration, in the order of its configuration, and which of them takes new rows. Nothing is
 * remembered but in the spreadsheets themselves: one that was left has a closed fence.
 */
import type { Deps, Halt } from "../../core/integration";
import { createClient, type SheetsClient } from "./client";
import { type Failure, fullReason, type Result } from "./errors";
import { type Fence, type FenceOwner, findFences } from "./fence";
import type { Layout } from "./layout";
import type { Config, Secrets } from "./manifest";
import { isFenceless } from "./probe";
import { readLayout } from "./read-layout";

export interface Book {
  /** Its place in the configuration, from 0. */
  readonly no: number;
  /** Google's id of it. */
  readonly id: string;
  readonly client: SheetsClient;
}

/** Every configured spreadsheet, the first one first. */
export function booksOf(deps: Deps<Config, Secrets>): readonly Book[] {
  const { spreadsheetId, overflow = [] } = deps.config;
  return [spreadsheetId, ...overflow].map((id, no) => ({ no, id, client: createClient(deps, id) }));
}

/** A spreadsheet as it was just read. */
export interface Seen {
  readonly book: Book;
  readonly layout: Layout;
  /** The fence of the page's owner. */
  readonly fence: Fence | undefined;
}

export interface Shelf {
  readonly books: readonly Book[];
  readonly deps: Deps<Config, Secrets>;
  readonly owner: FenceOwner;
}

/** Reads one spreadsheet. */
export async function look({ deps, owner }: Shelf, book: Book): Promise<Result<Seen>> {
  const layout = await readLayout({ deps, owner, book });
  if (!layout.ok) return layout;
  const fences = isFenceless(deps, book) ? [] : findFences(owner, layout.value.namedRanges);
  return { ok: true, value: { book, layout: layout.value, fence: fences[0] } };
}

export interface Current {
  /** Takes new rows; null: every spreadsheet was tried. */
  readonly current: Seen | null;
  /** What was read on the way, the current one included. */
  readonly seen: readonly Seen[];
}

/**
 * The spreadsheet that takes new rows: the first with an open fence; else the first that was never used; else the last
 * one that was left, which may have room again. One read when the last answer still holds; reads no further than the
 * open fence. `tried` are full, by their numbers.
 */
export async function findCurrent(shelf: Shelf, tried: ReadonlySet<number>): Promise<Result<Current>> {
  const { books, deps } = shelf;
  const hinted = books.find(({ id, no }) => id === deps.memory.get(hintKey(shelf)) && !tried.has(no));
  if (hinted) {
    const seen = await look(shelf, hinted);
    const open = seen.ok && (isFenceless(deps, hinted) || seen.value.fence?.closed === false);
    if (seen.ok && open) return { ok: true, value: { current: seen.value, seen: [seen.value] } };
    if (!seen.ok && seen.failure.type === "halt") return { ok: false, failure: named(shelf, hinted, seen.failure) };
  }
  const all: Seen[] = [];
  for (const book of books) {
    const seen = await look(shelf, book);
    if (!seen.ok) return { ok: false, failure: named(shelf, book, seen.failure) };
    all.push(seen.value);
    if (seen.value.fence?.closed === false && !tried.has(book.no)) break;
  }
  const left = all.filter(({ book }) => !tried.has(book.no));
  const current =
    left.find(({ fence }) => fence?.closed === false) ?? left.find(({ fence }) => !fence) ?? left.at(-1) ?? null;
  return { ok: true, value: { current, seen: all } };
}

const hintKey = ({ owner, deps }: Shelf) =>
  `google-sheets:current:${owner.integration}:${owner.segment}:${deps.config.sheet}`;

/** Remembers, as a hint, which spreadsheet takes new rows. */
export function noteCurrent(shelf: Shelf, book: Book): void {
  if (shelf.books.length > 1) shelf.deps.memory.set(hintKey(shelf), book.id);
}

/** A failure that says which of several spreadsheets it is about. */
export function named({ books }: Pick<Shelf, "books">, { no }: Book, failure: Failure): Failure {
  if (failure.type !== "halt" || books.length === 1) return failure;
  const reason = `${failure.halt.reason} (Spreadsheet ${no + 1} of ${books.length}.)`;
  return { type: "halt", halt: { ...failure.halt, reason } };
}

export const allFull = ({ books }: Pick<Shelf, "books">): Halt => ({
  type: "blocked",
  reason: fullReason(books.length),
});
