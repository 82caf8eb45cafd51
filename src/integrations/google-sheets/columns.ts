/**
 * Which columns a form has, and where they are in a tab. A column belongs to a question by developer metadata on the
 * column; by its header's text when it has none (a tab that somebody prepared, a server without metadata). Pure.
 */
import type { Definition } from "../../core/form";

/** Keys of the columns that every tab has; a question's ref starts with a letter, so they never clash. */
export const ID_KEY = "#id";
export const RECEIVED_KEY = "#at";

/** `key`: a question's ref, or one of the above. */
export interface Column {
  readonly key: string;
  readonly title: string;
}

/** A column that a tab has already, by its place. */
export interface FoundColumn {
  readonly title: string;
  /** Keys that our metadata gives it: more than one integration may share a column. */
  readonly keys: readonly string[];
}

export interface Placed {
  /** Zero-based column by key. */
  readonly at: ReadonlyMap<string, number>;
  /** Columns found by their title only. */
  readonly untagged: readonly { readonly key: string; readonly index: number }[];
  /** Wanted columns that the tab does not have. */
  readonly missing: readonly Column[];
}

/** The columns of a form: newest version's questions first, then those that only older versions have. */
export function columnsOf(definitions: ReadonlyMap<number, Definition>): readonly Column[] {
  const titles = new Map([
    [ID_KEY, "Response ID"],
    [RECEIVED_KEY, "Received at"],
  ]);
  for (const version of [...definitions.keys()].sort((a, b) => b - a)) {
    for (const question of definitions.get(version)?.questions ?? []) {
      if (question.type !== "statement" && !titles.has(question.ref)) titles.set(question.ref, question.title);
    }
  }
  return [...titles].map(([key, title]) => ({ key, title }));
}

/** Finds each wanted column: by metadata, else by its title, columns of equal title in order. */
export function placeColumns(wanted: readonly Column[], found: readonly FoundColumn[]): Placed {
  const at = new Map<string, number>();
  for (const [index, column] of found.entries()) {
    for (const key of column.keys) if (!at.has(key)) at.set(key, index);
  }
  const taken = new Set(at.values());
  const untagged: { key: string; index: number }[] = [];
  const missing: Column[] = [];
  for (const column of wanted) {
    if (at.has(column.key)) continue;
    const index = found.findIndex((candidate, i) => !taken.has(i) && candidate.title === column.title);
    if (index < 0) {
      missing.push(column);
      continue;
    }
    taken.add(index);
    at.set(column.key, index);
    untagged.push({ key: column.key, index });
  }
  return { at, untagged, missing };
}
