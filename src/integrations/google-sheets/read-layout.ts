/**
 * Reads what a spreadsheet looks like now: one call when all is as it was, two or three when a tab was renamed, a fence
 * is missing, or nothing was made yet. Called by deliver.ts before every write.
 */
import type { Deps } from "../../core/integration";
import type { SheetsClient } from "./client";
import type { FoundColumn } from "./columns";
import type { Result } from "./errors";
import { type FenceOwner, findAnchor, findFences } from "./fence";
import {
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
  readonly client: SheetsClient;
  readonly deps: Deps<Config, Secrets>;
  readonly owner: FenceOwner;
}

const memoryKey = ({ integration, config }: Deps<Config, Secrets>) =>
  `google-sheets:tab:${integration.id}:${config.spreadsheetId}:${config.sheet}`;

/** The present layout, or why it can't be read. */
export async function readLayout(context: Context): Promise<Result<Layout>> {
  const { deps, client, owner } = context;
  const known = deps.memory.get(memoryKey(deps));
  const title = typeof known === "string" ? known : deps.config.sheet;
  const direct = await readTab(context, title);
  if (!direct.ok && direct.failure.type === "halt") return direct;
  const ranges = direct.ok ? direct.value.namedRanges : [];
  const anchor = findAnchor({ integration: owner.integration, sheet: deps.config.sheet }, ranges);
  const settled = direct.ok && (!anchor || anchor.sheetId === direct.value.tab.sheetId);
  if (settled && findFences(owner, ranges).length > 0) {
    return done(deps, { tab: direct.value.tab, namedRanges: ranges, fenceTab: undefined, takenSheetIds: [] });
  }
  const overview = await client.getSpreadsheet({ fields: OVERVIEW_FIELDS });
  if (!overview.ok) return overview;
  const base = surroundings(overview.value);
  const tabInfo = findTab(context, overview.value);
  if (!tabInfo) return done(deps, { ...base, tab: null });
  if (direct.ok && direct.value.tab.sheetId === tabInfo.sheetId) return done(deps, { ...base, tab: direct.value.tab });
  const other = await readTab(context, tabInfo.title);
  return other.ok ? done(deps, { ...base, tab: other.value.tab }) : other;
}

function done(deps: Deps<Config, Secrets>, layout: Layout): Result<Layout> {
  if (layout.tab) deps.memory.set(memoryKey(deps), layout.tab.title);
  else deps.memory.delete(memoryKey(deps));
  return { ok: true, value: layout };
}

function surroundings(overview: Spreadsheet): Omit<Layout, "tab"> {
  const tabs = tabsOf(overview);
  const fenceTab = tabs.find((tab) => tab.title === FENCE_TAB);
  return {
    namedRanges: overview.namedRanges ?? [],
    fenceTab: fenceTab ? { sheetId: fenceTab.sheetId } : null,
    takenSheetIds: tabs.map((tab) => tab.sheetId),
  };
}

/** The tab that the anchor is on, else the one of the configured title (Sheets compares titles without case). */
function findTab({ deps, owner }: Context, overview: Spreadsheet): TabInfo | undefined {
  const tabs = tabsOf(overview);
  const { sheet } = deps.config;
  const anchor = findAnchor({ integration: owner.integration, sheet }, overview.namedRanges ?? []);
  return (
    tabs.find((tab) => tab.sheetId === anchor?.sheetId) ??
    tabs.find((tab) => tab.title.toLowerCase() === sheet.toLowerCase())
  );
}

/** The header of one tab, and the named ranges of the spreadsheet. */
async function readTab(
  { client, owner }: Context,
  title: string,
): Promise<Result<{ tab: DataTab; namedRanges: NonNullable<Spreadsheet["namedRanges"]> }>> {
  const range = `${quote(title)}!1:1`;
  const read = await client.getSpreadsheet({ ranges: [range], fields: HEADER_FIELDS });
  if (!read.ok) return read;
  const tabs = tabsOf(read.value);
  const info = tabs.find((tab) => tab.title === title) ?? (tabs.length === 1 ? tabs[0] : undefined);
  if (!info) return { ok: false, failure: { type: "stale" } };
  const columns = readColumns(read.value, info.sheetId, owner.integration) ?? (await readTitles(client, range));
  if (!Array.isArray(columns)) return columns;
  return { ok: true, value: { tab: { ...info, columns }, namedRanges: read.value.namedRanges ?? [] } };
}

/** The header's texts by values.get, for servers whose spreadsheets.get has no cells. */
async function readTitles(
  client: SheetsClient,
  range: string,
): Promise<FoundColumn[] | Extract<Result<never>, { ok: false }>> {
  const read = await client.getValues(range, "ROWS");
  return read.ok ? trimColumns((read.value.values?.[0] ?? []).map(String)) : read;
}
