/**
 * Reads what a spreadsheet looks like now: one call when all is as it was, two or three when a tab was renamed, a fence
 * is missing, or nothing was made yet. Called by books.ts before every write.
 */
import type { Deps } from "../../core/integration";
import type { Book } from "./books";
import type { SheetsClient } from "./client";
import type { FoundColumn } from "./columns";
import type { Result } from "./errors";
import { type Anchor, type FenceOwner, findAnchor, findFences } from "./fence";
import {
  cellsOf,
  type DataTab,
  FENCE_TAB,
  HEADER_FIELDS,
  type Layout,
  OVERVIEW_FIELDS,
  quote,
  readColumns,
  type TabInfo,
  tabsOf,
  trimColumns,
} from "./layout";
import type { Config, Secrets } from "./manifest";
import type { Spreadsheet } from "./types";

interface Context {
  readonly book: Book;
  readonly deps: Deps<Config, Secrets>;
  readonly owner: FenceOwner;
}

/** Where the data tab was found last. */
class Place {
  constructor(
    readonly title: string,
    readonly headerRow: number,
  ) {}
}

const memoryKey = ({ deps: { integration, config }, book }: Context) =>
  `google-sheets:tab:${integration.id}:${book.id}:${config.sheet}`;

/** The present layout, or why it can't be read. */
export async function readLayout(context: Context): Promise<Result<Layout>> {
  const { deps, book, owner } = context;
  const known = deps.memory.get(memoryKey(context));
  const place = known instanceof Place ? known : new Place(deps.config.sheet, 0);
  const direct = await readTab(context, place);
  if (!direct.ok && direct.failure.type === "halt") return direct;
  const anchorOwner = { integration: owner.integration, sheet: deps.config.sheet };
  const ranges = direct.ok ? direct.value.namedRanges : [];
  const anchor = findAnchor(anchorOwner, ranges);
  const settled = direct.ok && (!anchor || isAt(anchor, direct.value.tab));
  if (settled && findFences(owner, ranges).length > 0) {
    const { tab, namedRanges } = direct.value;
    return done(context, { tab, namedRanges, fenceTab: undefined, cells: cellsOf([tab]), takenSheetIds: [] });
  }
  const overview = await book.client.getSpreadsheet({ fields: OVERVIEW_FIELDS });
  if (!overview.ok) return overview;
  const base = surroundings(overview.value);
  const found = findAnchor(anchorOwner, base.namedRanges);
  const tabInfo = findTab(deps.config.sheet, found, overview.value);
  if (!tabInfo) return done(context, { ...base, tab: null });
  const headerRow = found?.sheetId === tabInfo.sheetId ? found.row : 0;
  const same = direct.ok && isAt({ sheetId: tabInfo.sheetId, row: headerRow }, direct.value.tab);
  if (same) return done(context, { ...base, tab: direct.value.tab });
  const other = await readTab(context, { title: tabInfo.title, headerRow });
  return other.ok ? done(context, { ...base, tab: other.value.tab }) : other;
}

const isAt = (anchor: Pick<Anchor, "sheetId" | "row">, tab: DataTab): boolean =>
  anchor.sheetId === tab.sheetId && anchor.row === tab.headerRow;

function done(context: Context, layout: Layout): Result<Layout> {
  const { memory } = context.deps;
  if (layout.tab) memory.set(memoryKey(context), new Place(layout.tab.title, layout.tab.headerRow));
  else memory.delete(memoryKey(context));
  return { ok: true, value: layout };
}

function surroundings(overview: Spreadsheet): Omit<Layout, "tab"> {
  const tabs = tabsOf(overview);
  const fenceTab = tabs.find((tab) => tab.title === FENCE_TAB);
  return {
    namedRanges: overview.namedRanges ?? [],
    fenceTab: fenceTab ? { sheetId: fenceTab.sheetId } : null,
    cells: cellsOf(tabs),
    takenSheetIds: tabs.map((tab) => tab.sheetId),
  };
}

/** The tab that the anchor is on, else the one of the configured title (Sheets compares titles without case). */
function findTab(sheet: string, anchor: Anchor | undefined, overview: Spreadsheet): TabInfo | undefined {
  const tabs = tabsOf(overview);
  return (
    tabs.find((tab) => tab.sheetId === anchor?.sheetId) ??
    tabs.find((tab) => tab.title.toLowerCase() === sheet.toLowerCase())
  );
}

/** The header of one tab, and the named ranges of the spreadsheet. */
async function readTab(
  { book: { client }, owner }: Context,
  { title, headerRow }: Place,
): Promise<Result<{ tab: DataTab; namedRanges: NonNullable<Spreadsheet["namedRanges"]> }>> {
  const range = `${quote(title)}!${headerRow + 1}:${headerRow + 1}`;
  const read = await client.getSpreadsheet({ ranges: [range], fields: HEADER_FIELDS });
  if (!read.ok) return read;
  const tabs = tabsOf(read.value);
  const info = tabs.find((tab) => tab.title === title) ?? (tabs.length === 1 ? tabs[0] : undefined);
  if (!info) return { ok: false, failure: { type: "stale" } };
  const columns = readColumns(read.value, info.sheetId, owner.integration) ?? (await readTitles(client, range));
  if (!Array.isArray(columns)) return columns;
  return { ok: true, value: { tab: { ...info, columns, headerRow }, namedRanges: read.value.namedRanges ?? [] } };
}

/** The header's texts by values.get, for servers whose spreadsheets.get has no cells. */
async function readTitles(
  client: SheetsClient,
  range: string,
): Promise<FoundColumn[] | Extract<Result<never>, { ok: false }>> {
  const read = await client.getValues(range, "ROWS");
  return read.ok ? trimColumns((read.value.values?.[0] ?? []).map(String)) : read;
}
