/** The column of response ids, read in parts: a tab may have a million rows. Called by apply.ts and inventory.ts. */
import type { Deps } from "../../core/integration";
import type { Book } from "./books";
import { columnsOf, ID_KEY, placeColumns } from "./columns";
import type { Result } from "./errors";
import { columnLetters, type DataTab, quote } from "./layout";
import type { Config, Secrets } from "./manifest";

/** Rows of a read: a few megabytes of JSON. */
export const CHUNK_ROWS = 50_000;

/** Zero-based column of the ids; undefined: the tab has none. */
export function idColumnOf(tab: DataTab, { form }: Pick<Deps<Config, Secrets>, "form">): number | undefined {
  return placeColumns(columnsOf(form.definitions), tab.columns).at.get(ID_KEY);
}

export interface IdColumn {
  readonly book: Book;
  readonly tab: DataTab;
  /** Zero-based. */
  readonly column: number;
}

/**
 * Calls `each` with every text of the column and its zero-based row, from the first row on: the header too, which is no
 * id, because people delete headers. One read for 50,000 rows of the grid.
 */
export async function readIdColumn(
  { book, tab, column }: IdColumn,
  each: (id: string, row: number) => void,
): Promise<Result<null>> {
  const letters = columnLetters(column);
  const last = tab.rowCount ?? Number.POSITIVE_INFINITY;
  for (let first = 0; first < last; first += CHUNK_ROWS) {
    const part = tab.rowCount === undefined ? "" : { from: first + 1, to: Math.min(first + CHUNK_ROWS, last) };
    const range = part ? `${letters}${part.from}:${letters}${part.to}` : `${letters}:${letters}`;
    const read = await book.client.getValues(`${quote(tab.title)}!${range}`, "COLUMNS");
    if (!read.ok) return read;
    for (const [at, id] of (read.value.values?.[0] ?? []).entries()) {
      if (typeof id === "string" && id !== "") each(id, first + at);
    }
    if (!part) break;
  }
  return { ok: true, value: null };
}

/** Zero-based rows of those ids that are in the tab. */
export async function findRows(
  deps: Pick<Deps<Config, Secrets>, "form">,
  { book, tab }: Omit<IdColumn, "column">,
  ids: ReadonlySet<string>,
): Promise<Result<ReadonlyMap<string, number[]>>> {
  const rows = new Map<string, number[]>();
  const column = idColumnOf(tab, deps);
  if (column === undefined || ids.size === 0) return { ok: true, value: rows };
  const read = await readIdColumn({ book, tab, column }, (id, row) => {
    if (!ids.has(id)) return;
    const known = rows.get(id);
    if (known) known.push(row);
    else rows.set(id, [row]);
  });
  return read.ok ? { ok: true, value: rows } : read;
}
