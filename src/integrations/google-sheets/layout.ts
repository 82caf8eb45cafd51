/**
 * What a spreadsheet looks like to an integration: its data tab, columns, fences. Read from the answer of one
 * `spreadsheets.get`; pure. The calls are in read-layout.ts.
 */
import type { FoundColumn } from "./columns";
import type { NamedRange, Spreadsheet } from "./types";

/** Key of our developer metadata; its value is `<integration>:<column key>`. */
export const METADATA_KEY = "formlog";
/** The hidden tab that holds the fences of every integration of a spreadsheet. */
export const FENCE_TAB = "_formlog";

/** One read for a page: the header row with its metadata, and every named range. */
export const HEADER_FIELDS =
  "namedRanges,sheets(properties(sheetId,title,gridProperties(rowCount,columnCount))," +
  "data(startColumn,columnMetadata.developerMetadata(metadataKey,metadataValue),rowData.values.formattedValue))";
/** Every tab, without cells. */
export const OVERVIEW_FIELDS =
  "properties.title,namedRanges,sheets.properties(sheetId,title,hidden,gridProperties(rowCount,columnCount))";

export interface TabInfo {
  readonly sheetId: number;
  readonly title: string;
  /** Rows of the grid; undefined: the server does not say. */
  readonly rowCount: number | undefined;
  readonly columnCount: number;
}

/** The tabs of an answer. Only those of the ranges asked for, when there were any. */
export function tabsOf(spreadsheet: Spreadsheet): readonly TabInfo[] {
  return (spreadsheet.sheets ?? []).map(({ properties }) => ({
    sheetId: properties?.sheetId ?? 0,
    title: properties?.title ?? "",
    rowCount: properties?.gridProperties?.rowCount,
    columnCount: properties?.gridProperties?.columnCount ?? 26,
  }));
}

/** Cells of tabs: what counts against the limit of a spreadsheet, empty ones too. */
export const cellsOf = (tabs: readonly TabInfo[]): number =>
  tabs.reduce((sum, { rowCount = 0, columnCount }) => sum + rowCount * columnCount, 0);

export interface DataTab extends TabInfo {
  /** Header cells with what they are known as; up to the last one that has a text or our metadata. */
  readonly columns: readonly FoundColumn[];
  /** Zero-based row of the header. */
  readonly headerRow: number;
}

export interface Layout {
  /** Null: there is no data tab yet. */
  readonly tab: DataTab | null;
  readonly namedRanges: readonly NamedRange[];
  /** The hidden tab, null when it is not there; undefined when nobody looked. */
  readonly fenceTab: { readonly sheetId: number } | null | undefined;
  /** Cells of the tabs that were read: at least so many has the spreadsheet. */
  readonly cells: number;
  /** Ids that a new tab must not take. */
  readonly takenSheetIds: readonly number[];
}

/** Header titles as texts and keys by metadata; null when the server sent no grid data. */
export function readColumns(spreadsheet: Spreadsheet, sheetId: number, integration: string): FoundColumn[] | null {
  const sheet = spreadsheet.sheets?.find((candidate) => (candidate.properties?.sheetId ?? 0) === sheetId);
  const grid = sheet?.data?.[0];
  if (!grid || (grid.startColumn ?? 0) !== 0) return null;
  const titles = (grid.rowData?.[0]?.values ?? []).map((cell) => cell.formattedValue ?? "");
  const start = `${integration}:`;
  const keys = (grid.columnMetadata ?? []).map(({ developerMetadata = [] }) =>
    developerMetadata.flatMap(({ metadataKey, metadataValue = "" }) =>
      metadataKey === METADATA_KEY && metadataValue.startsWith(start) ? [metadataValue.slice(start.length)] : [],
    ),
  );
  return trimColumns(titles, keys);
}

/** Columns up to the last that means something. */
export function trimColumns(titles: readonly string[], keys: readonly (readonly string[])[] = []): FoundColumn[] {
  const columns = Array.from({ length: Math.max(titles.length, keys.length) }, (_, i) => ({
    title: titles[i] ?? "",
    keys: keys[i] ?? [],
  }));
  while (columns.length > 0 && columns.at(-1)?.title === "" && columns.at(-1)?.keys.length === 0) columns.pop();
  return columns;
}

/** A tab's title in A1 notation. */
export const quote = (title: string): string => `'${title.replaceAll("'", "''")}'`;

/** Letters of a zero-based column: 0 is A, 26 is AA. */
export function columnLetters(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnLetters(Math.floor(index / 26) - 1) + letter;
}
