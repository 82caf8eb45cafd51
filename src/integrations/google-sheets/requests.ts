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
}

export interface FrameInput {
  readonly layout: Layout;
  readonly owner: FenceOwner;
  readonly anchorOwner: AnchorOwner;
  readonly anchor: Anchor | undefined;
  readonly wanted: readonly Column[];
  readonly fences: readonly Fence[];
  readonly next: { readonly position: number; readonly nonce: number };
  /** A number that no earlier anchor had. */
  readonly fresh: number;
  /** The account that may edit the hidden tab. */
  readonly email: string;
}

/** Everything of a write but its rows. */
export function frame(input: FrameInput): Frame {
  const { layout, owner, anchorOwner, anchor, fresh } = input;
  const taken = new Set(layout.takenSheetIds);
  const sheetId = layout.tab?.sheetId ?? freeId(`${owner.integration} ${anchorOwner.sheet}`, taken);
  const placed = placeColumns(input.wanted, layout.tab?.columns ?? []);
  const first = layout.tab?.columns.length ?? 0;
  const added = placed.missing.map((column, i) => ({ key: column.key, index: first + i }));
  const fence = swapFence(input, taken);
  const moveAnchor = !anchor || anchor.sheetId !== sheetId || added.length > 0;
  return {
    requests: [
      ...fence,
      ...(layout.tab ? [] : [addTab(sheetId, anchorOwner.sheet, Math.max(1, input.wanted.length))]),
      // Whoever adds columns swaps the anchor: two that add the same columns at once cannot both succeed.
      ...(moveAnchor
        ? swapRange(anchor ? [anchor] : [], {
            id: anchorId(anchorOwner, anchor ? anchor.nonce + 1 : fresh),
            range: cornerOf(sheetId),
          })
        : []),
      ...addColumns(layout, { sheetId, first, columns: placed.missing }),
    ],
    sheetId,
    columns: new Map([...placed.at, ...added.map(({ key, index }): [string, number] => [key, index])]),
    untagged: [...placed.untagged, ...added],
  };
}

/** The fence moved; made with its tab when there is none. */
function swapFence({ layout, owner, fences, next, email }: FrameInput, taken: Set<number>): SheetsRequest[] {
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
    { updateCells: headerCells(sheetId, 0, [note]) },
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

const addTab = (sheetId: number, title: string, columnCount: number): SheetsRequest => ({
  addSheet: { properties: { sheetId, title, gridProperties: { rowCount: 100, columnCount, frozenRowCount: 1 } } },
});

function headerCells(sheetId: number, columnIndex: number, titles: readonly string[]) {
  const values = titles.map((title) => ({
    userEnteredValue: { stringValue: title },
    userEnteredFormat: { textFormat: { bold: true } },
  }));
  return {
    start: { sheetId, rowIndex: 0, columnIndex },
    rows: [{ values }],
    fields: "userEnteredValue,userEnteredFormat.textFormat.bold",
  };
}

function addColumns(
  { tab }: Layout,
  { sheetId, first, columns }: { sheetId: number; first: number; columns: readonly Column[] },
): SheetsRequest[] {
  if (columns.length === 0) return [];
  const lacking = tab ? first + columns.length - tab.columnCount : 0;
  return [
    ...(lacking > 0 ? [{ appendDimension: { sheetId, dimension: "COLUMNS", length: lacking } }] : []),
    {
      updateCells: headerCells(
        sheetId,
        first,
        columns.map((column) => column.title),
      ),
    },
  ];
}

/** Names columns by developer metadata, in a batch of its own: a server or a quota that refuses it must stop nothing. */
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
