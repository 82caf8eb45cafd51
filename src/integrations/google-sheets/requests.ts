/**
 * The requests around the rows: the fence swapped first, then what is missing made (hidden tab, data tab, columns). One
 * batch does it all or nothing. Pure; called by write.ts.
 */
import { type Column, placeColumns } from "./columns";
import {
  type Anchor,
  type AnchorOwner,
  anchorId,
  cornerOf,
  type Fence,
  type FenceOwner,
  type FenceState,
  fenceId,
  hash,
  swapRange,
} from "./fence";
import { FENCE_TAB, type Layout, METADATA_KEY } from "./layout";
import type { SheetsRequest } from "./types";

export interface Frame {
  readonly requests: readonly SheetsRequest[];
  readonly sheetId: number;
  /** Where every column is once the requests are applied. */
  readonly columns: ReadonlyMap<string, number>;
  /** Columns that metadata should name. */
  readonly untagged: readonly { readonly key: string; readonly index: number }[];
  /** Cells that the spreadsheet has at least once the requests are applied. */
  readonly cells: number;
}

export interface FrameInput {
  readonly layout: Layout;
  readonly owner: FenceOwner;
  readonly anchorOwner: AnchorOwner;
  readonly anchor: Anchor | undefined;
  readonly wanted: readonly Column[];
  /** Null: no fence holds in this spreadsheet, and nothing marks a place in it. */
  readonly fences: readonly Fence[] | null;
  readonly next: FenceState;
  /** A number that no earlier anchor had. */
  readonly fresh: number;
  /** The account that may edit the hidden tab. */
  readonly email: string;
  /** Leave missing columns missing. */
  readonly narrow: boolean;
}

/** Everything of a write but its rows. */
export function frame(input: FrameInput): Frame {
  const { layout, owner, anchorOwner, anchor, fresh, fences } = input;
  const { tab } = layout;
  const taken = new Set(layout.takenSheetIds);
  const sheetId = tab?.sheetId ?? freeId(`${owner.integration} ${anchorOwner.sheet}`, taken);
  const placed = placeColumns(input.wanted, tab?.columns ?? []);
  const first = tab?.columns.length ?? 0;
  const missing = input.narrow ? [] : placed.missing;
  const added = missing.map((column, i) => ({ key: column.key, index: first + i }));
  const lacking = tab ? Math.max(0, first + missing.length - tab.columnCount) : 0;
  const moveAnchor = !anchor || anchor.sheetId !== sheetId || added.length > 0;
  const corner = cornerOf(sheetId, tab?.headerRow);
  return {
    requests: [
      ...(fences ? swapFence(input, fences, taken) : []),
      ...(tab ? [] : [addTab(sheetId, anchorOwner.sheet, Math.max(1, input.wanted.length))]),
      // Whoever adds columns swaps the anchor: two that add the same columns at once cannot both succeed.
      ...(fences && moveAnchor
        ? swapRange(anchor ? [anchor] : [], {
            id: anchorId(anchorOwner, anchor ? anchor.nonce + 1 : fresh),
            range: corner,
          })
        : []),
      ...(lacking > 0 ? [{ appendDimension: { sheetId, dimension: "COLUMNS", length: lacking } }] : []),
      ...addTitles(missing, { sheetId, row: tab?.headerRow ?? 0, first }),
    ],
    sheetId,
    columns: new Map([...placed.at, ...added.map(({ key, index }): [string, number] => [key, index])]),
    untagged: [...placed.untagged, ...added],
    cells: layout.cells + (tab ? lacking * (tab.rowCount ?? 0) : FIRST_ROWS * input.wanted.length),
  };
}

/** The fence moved; made with its tab when there is none. */
function swapFence(
  { layout, owner, next, email }: FrameInput,
  fences: readonly Fence[],
  taken: Set<number>,
): SheetsRequest[] {
  const id = fenceId(owner, next);
  const known = fences[0]?.sheetId ?? layout.fenceTab?.sheetId;
  if (known !== undefined) return swapRange(fences, { id, range: cornerOf(known) });
  const sheetId = freeId(FENCE_TAB, taken);
  const note = "Formlog keeps its place here: which responses this spreadsheet has. Please leave this tab.";
  return [
    {
      addSheet: {
        properties: { sheetId, title: FENCE_TAB, hidden: true, gridProperties: { rowCount: 1, columnCount: 1 } },
      },
    },
    { updateCells: headerCells({ sheetId, rowIndex: 0, columnIndex: 0 }, [note]) },
    {
      addProtectedRange: {
        protectedRange: { range: { sheetId }, description: "Formlog", editors: { users: [email] } },
      },
    },
    ...swapRange([], { id, range: cornerOf(sheetId) }),
  ];
}

/** An id for a new tab: Google wants one in the batch that goes on to use it. */
function freeId(name: string, taken: Set<number>): number {
  let id = hash(name) % 2 ** 30;
  while (taken.has(id)) id += 1;
  taken.add(id);
  return id;
}

/** Rows of a new tab. */
const FIRST_ROWS = 100;
const addTab = (sheetId: number, title: string, columnCount: number): SheetsRequest => ({
  addSheet: {
    properties: { sheetId, title, gridProperties: { rowCount: FIRST_ROWS, columnCount, frozenRowCount: 1 } },
  },
});

function headerCells(
  start: { readonly sheetId: number; readonly rowIndex: number; readonly columnIndex: number },
  titles: readonly string[],
) {
  const values = titles.map((title) => ({
    userEnteredValue: { stringValue: title },
    userEnteredFormat: { textFormat: { bold: true } },
  }));
  return { start, rows: [{ values }], fields: "userEnteredValue,userEnteredFormat.textFormat.bold" };
}

function addTitles(
  columns: readonly Column[],
  { sheetId, row, first }: { sheetId: number; row: number; first: number },
): SheetsRequest[] {
  if (columns.length === 0) return [];
  const titles = columns.map((column) => column.title);
  return [{ updateCells: headerCells({ sheetId, rowIndex: row, columnIndex: first }, titles) }];
}

/**
 * Names columns by developer metadata, in a batch of its own: a server or a quota that refuses it must stop nothing.
 */
export function tagColumns(
  integration: string,
  sheetId: number,
  untagged: readonly { readonly key: string; readonly index: number }[],
): SheetsRequest[] {
  return untagged.map(({ key, index }) => ({
    createDeveloperMetadata: {
      developerMetadata: {
        metadataKey: METADATA_KEY,
        metadataValue: `${integration}:${key}`,
        visibility: "DOCUMENT",
        location: { dimensionRange: { sheetId, dimension: "COLUMNS", startIndex: index, endIndex: index + 1 } },
      },
    },
  }));
}
