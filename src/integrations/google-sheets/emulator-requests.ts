/**
 * `spreadsheets.batchUpdate` of the emulator: each kind of request as a function on a copy of the spreadsheet. The
 * batch applies in order and as a whole: a throw leaves the original as it was
 * (BatchUpdateSpreadsheetRequest.requests).
 */
import { areaOf } from "./emulator-a1";
import { checkCell, checkRows, writeRows } from "./emulator-cells";
import {
  appendDimension,
  checkCells,
  deleteDimension,
  insertDimension,
  moveDimension,
  sizeOf,
} from "./emulator-dimensions";
import { ApiError, badRequest, invalidRequest } from "./emulator-errors";
import * as hands from "./emulator-hands";
import { checkProtections } from "./emulator-protection";
import * as ranges from "./emulator-ranges";
import { renderMetadata, renderProperties } from "./emulator-render";
import { REQUESTS, type RequestKind, type RequestOf } from "./emulator-schemas";
import { copyDoc, type Doc, newTab, type Tab, usedRows } from "./emulator-state";

type Handlers = { readonly [K in RequestKind]: (doc: Doc, request: RequestOf<K>) => unknown };

/** The tab of that id. Throws as Google does. */
export function tabOf(doc: Doc, sheetId = 0): Tab {
  const tab = doc.tabs.find((candidate) => candidate.sheetId === sheetId);
  if (!tab) throw badRequest(`No grid with id: ${sheetId}`);
  return tab;
}

const checkSpan = (tab: Tab, span: { dimension: "ROWS" | "COLUMNS"; startIndex: number; endIndex: number }) => {
  if (span.startIndex >= span.endIndex || span.endIndex > sizeOf(tab, span.dimension)) {
    throw badRequest(`${span.dimension.toLowerCase()} [${span.startIndex}, ${span.endIndex}) are not in the grid`);
  }
  return span;
};

const checkTitle = (doc: Doc, title: string) => {
  if (doc.tabs.some((tab) => tab.title.toLowerCase() === title.toLowerCase())) {
    throw badRequest(`A sheet with the name "${title}" already exists. Please enter another name.`);
  }
};

const handlers: Handlers = {
  addSheet(doc, { properties }) {
    const {
      sheetId = doc.nextId++,
      title = `Sheet${doc.tabs.length + 1}`,
      hidden = false,
      gridProperties = {},
    } = properties;
    if (doc.tabs.some((tab) => tab.sheetId === sheetId))
      throw badRequest(`A sheet with the id ${sheetId} already exists.`);
    checkTitle(doc, title);
    const tab = newTab({ sheetId, title, hidden, ...gridProperties });
    if (tab.frozenRowCount >= tab.rowCount) throw badRequest("You can't freeze all visible rows on the sheet.");
    doc.tabs.splice(properties.index ?? doc.tabs.length, 0, tab);
    return { properties: renderProperties(doc, tab) };
  },
  updateSheetProperties(doc, { properties, fields }) {
    const tab = tabOf(doc, properties.sheetId);
    const all = fields === "*";
    const wants = (name: string) => all || fields.split(",").some((field) => field.trim().startsWith(name));
    if (wants("title") && properties.title !== undefined && properties.title !== tab.title) {
      checkTitle(doc, properties.title);
      tab.title = properties.title;
    }
    if (wants("hidden")) tab.hidden = properties.hidden ?? false;
    if (wants("index") && properties.index !== undefined) {
      doc.tabs.splice(doc.tabs.indexOf(tab), 1);
      doc.tabs.splice(properties.index, 0, tab);
    }
    if (wants("gridProperties")) Object.assign(tab, properties.gridProperties);
  },
  deleteSheet(doc, { sheetId }) {
    const tab = tabOf(doc, sheetId);
    if (doc.tabs.every((other) => other === tab || other.hidden)) {
      throw badRequest("You can't remove all the visible sheets in a document.");
    }
    doc.tabs.splice(doc.tabs.indexOf(tab), 1);
    const gone = doc.namedRanges.filter((named) => (named.range?.sheetId ?? 0) === sheetId);
    doc.namedRanges = doc.namedRanges.filter((named) => !gone.includes(named));
    doc.ghosts.push(...gone);
    doc.metadata = doc.metadata.filter((item) => item.sheetId !== sheetId);
  },
  updateSpreadsheetProperties(doc, { properties }) {
    doc.title = properties.title;
  },
  addProtectedRange(doc, { protectedRange }) {
    const tab = tabOf(doc, protectedRange.range?.sheetId);
    const { protectedRangeId = doc.nextId++ } = protectedRange;
    if (doc.tabs.some((other) => other.protectedRanges.some((item) => item.protectedRangeId === protectedRangeId))) {
      throw badRequest(`A protected range with id ${protectedRangeId} already exists.`);
    }
    tab.protectedRanges.push({ ...protectedRange, protectedRangeId });
    return { protectedRange: { ...protectedRange, protectedRangeId } };
  },
  deleteProtectedRange(doc, { protectedRangeId: id }) {
    const tab = doc.tabs.find((other) => other.protectedRanges.some((item) => item.protectedRangeId === id));
    if (!tab) throw badRequest(`No protected range with ID: ${id}`);
    tab.protectedRanges = tab.protectedRanges.filter((item) => item.protectedRangeId !== id);
  },
  addNamedRange: ranges.addNamedRange,
  updateNamedRange: ranges.updateNamedRange,
  deleteNamedRange: ranges.deleteNamedRange,
  createDeveloperMetadata(doc, { developerMetadata }) {
    return { developerMetadata: renderMetadata(ranges.createMetadata(doc, developerMetadata)) };
  },
  appendCells(doc, { sheetId, rows, fields }) {
    const tab = tabOf(doc, sheetId);
    const checked = checkRows(rows);
    const first = usedRows(tab);
    tab.rowCount = Math.max(tab.rowCount, first + checked.length);
    writeRows(tab, { row: first, column: 0 }, { rows: checked, fields });
  },
  updateCells(doc, { rows, fields, start, range }) {
    const tab = tabOf(doc, start?.sheetId ?? range?.sheetId);
    const checked = checkRows(rows);
    if (start) return writeRows(tab, { row: start.rowIndex, column: start.columnIndex }, { rows: checked, fields });
    const area = areaOf(tab, range ?? {});
    // What the rows do not cover is cleared (UpdateCellsRequest.range).
    const full = Array.from({ length: area.endRow - area.startRow }, (_, r) =>
      Array.from({ length: area.endColumn - area.startColumn }, (_, c) => checked[r]?.[c] ?? {}),
    );
    writeRows(tab, { row: area.startRow, column: area.startColumn }, { rows: full, fields });
  },
  repeatCell(doc, { range, cell, fields }) {
    const area = areaOf(tabOf(doc, range.sheetId), range);
    const checked = checkCell(cell);
    const row = Array.from({ length: area.endColumn - area.startColumn }, () => checked);
    const rows = Array.from({ length: area.endRow - area.startRow }, () => row);
    writeRows(area.tab, { row: area.startRow, column: area.startColumn }, { rows, fields });
  },
  appendDimension(doc, { sheetId, dimension, length }) {
    appendDimension(tabOf(doc, sheetId), dimension, length);
  },
  insertDimension(doc, { range }) {
    const tab = tabOf(doc, range.sheetId);
    if (range.startIndex >= range.endIndex || range.startIndex > sizeOf(tab, range.dimension))
      throw badRequest("The range is not in the grid");
    insertDimension(doc, tab, range);
  },
  deleteDimension(doc, { range }) {
    const tab = tabOf(doc, range.sheetId);
    deleteDimension(doc, tab, checkSpan(tab, range));
  },
  moveDimension(doc, { source, destinationIndex }) {
    const tab = tabOf(doc, source.sheetId);
    moveDimension(doc, tab, { ...checkSpan(tab, source), dimension: source.dimension, destinationIndex });
  },
  duplicateSheet(doc, request) {
    const source = tabOf(doc, request.sourceSheetId);
    checkTitle(doc, request.newSheetName ?? `Copy of ${source.title}`);
    return { properties: renderProperties(doc, hands.duplicateSheet(doc, source, request)) };
  },
  cutPaste(doc, request) {
    hands.cutPaste(tabOf(doc, request.source.sheetId), tabOf(doc, request.destination.sheetId), request);
  },
  mergeCells(doc, { range }) {
    hands.mergeCells(tabOf(doc, range.sheetId), range);
  },
  setBasicFilter(doc, { filter }) {
    tabOf(doc, filter.range.sheetId).filter = hands.filterOf(filter);
  },
  clearBasicFilter(doc, { sheetId }) {
    delete tabOf(doc, sheetId).filter;
  },
  addFilterView(doc, { filter }) {
    const { filterViewId = doc.nextId++ } = filter;
    tabOf(doc, filter.range.sheetId).filterViews.push({ ...filter, filterViewId });
    return { filter: { ...filter, filterViewId } };
  },
  sortRange(doc, { range, sortSpecs }) {
    ranges.sortRange(areaOf(tabOf(doc, range.sheetId), range), sortSpecs);
  },
};

/** Parses and runs one request; the schema and the handler of a kind share their type. */
function run<K extends RequestKind>(doc: Doc, kind: K, input: unknown): unknown {
  const parsed = REQUESTS[kind].safeParse(input);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw badRequest(`${issue?.message ?? "invalid"} at '${issue?.path.join(".") ?? ""}'`);
  }
  // The schema of this very kind made it; TypeScript does not connect the two tables by their common key.
  return handlers[kind](doc, parsed.data as RequestOf<K>);
}

const isKind = (kind: string): kind is RequestKind => Object.hasOwn(REQUESTS, kind);

/** What holds for a batch beyond its requests. */
export interface Rules {
  readonly cellsMax: number;
  /** Ids of named ranges are taken twice, and those that are missing are passed over: no fence holds. */
  readonly noFence?: boolean;
  /** The account that asks; undefined: the owner, whom no protection keeps out. */
  readonly by?: string | undefined;
}

/** Applies the requests to a copy. Returns the copy and the replies; throws ApiError 400 for the first bad request. */
export function applyBatch(doc: Doc, requests: unknown, rules: Rules): { doc: Doc; replies: unknown[] } {
  if (!Array.isArray(requests) || requests.length === 0) throw badRequest("Must specify at least one request.");
  if (requests.length > 100_000) throw badRequest("Cannot exceed 100000 requests in a single batch.");
  const copy = copyDoc(doc);
  const replies = requests.map((request: unknown, at) => {
    const entries: [string, unknown][] = typeof request === "object" && request !== null ? Object.entries(request) : [];
    const [[kind, input] = [undefined, undefined], ...more] = entries;
    if (kind === undefined) throw badRequest(`Invalid requests[${at}]: No request set.`);
    if (more.length > 0)
      throw badRequest(`Invalid value at 'requests[${at}]' (oneof), oneof field 'kind' is already set.`);
    if (!isKind(kind)) {
      throw badRequest(
        `Invalid JSON payload received. Unknown name "${kind}" at 'requests[${at}]': Cannot find field.`,
      );
    }
    try {
      checkProtections(copy, rules.by, { kind, input });
      if (rules.noFence && ranges.passOver(copy, kind, input)) return {};
      const reply = run(copy, kind, input);
      checkCells(copy, rules.cellsMax);
      return reply === undefined ? {} : { [kind]: reply };
    } catch (error) {
      throw error instanceof ApiError ? invalidRequest(at, kind, error.message) : error;
    }
  });
  return { doc: copy, replies };
}
