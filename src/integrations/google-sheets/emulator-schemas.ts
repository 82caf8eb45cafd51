/**
 * What the emulator takes as requests of a batch: strict shapes, named as in the discovery document, so that a property
 * that Google does not have is refused here too. Rows are checked by hand (emulator-cells.ts): there are many.
 */
import * as z from "zod";

const index = z.int().min(0);
const GridRange = z
  .strictObject({
    sheetId: z.int().optional(),
    startRowIndex: index.optional(),
    endRowIndex: index.optional(),
    startColumnIndex: index.optional(),
    endColumnIndex: index.optional(),
  })
  .refine((r) => (r.endRowIndex ?? 2 ** 31) >= (r.startRowIndex ?? 0), "end row is before start row")
  .refine((r) => (r.endColumnIndex ?? 2 ** 31) >= (r.startColumnIndex ?? 0), "end column is before start column");
const DimensionRange = z.strictObject({
  sheetId: z.int().optional(),
  dimension: z.enum(["ROWS", "COLUMNS"]),
  startIndex: index.default(0),
  endIndex: index,
});
/** Names of ranges: letters, digits and _, not starting with a digit, not looking like A1 or R1C1. */
const RangeName = z
  .string()
  .max(250)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "The name is not a valid range name")
  .refine((name) => !/^([A-Za-z]{1,3}\d+|[Rr]\d+[Cc]\d+|true|false)$/i.test(name), "The name looks like a range");
const NamedRange = z.strictObject({
  namedRangeId: z.string().min(1).optional(),
  name: RangeName.optional(),
  range: GridRange.optional(),
});
const SheetProperties = z.strictObject({
  sheetId: index.optional(),
  title: z.string().min(1).max(100).optional(),
  index: index.optional(),
  sheetType: z.literal("GRID").optional(),
  hidden: z.boolean().optional(),
  gridProperties: z
    .strictObject({
      rowCount: z.int().min(1).optional(),
      columnCount: z.int().min(1).max(18_278).optional(),
      frozenRowCount: index.optional(),
      frozenColumnCount: index.optional(),
    })
    .optional(),
});
const fields = z.string().min(1, "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)");
const rows = z.array(z.unknown());
const Location = z.strictObject({
  spreadsheet: z.literal(true).optional(),
  sheetId: z.int().optional(),
  dimensionRange: DimensionRange.optional(),
});
const SortSpec = z.strictObject({
  dimensionIndex: index,
  sortOrder: z.enum(["ASCENDING", "DESCENDING"]).default("ASCENDING"),
});

const HiddenValues = z.strictObject({ hiddenValues: z.array(z.string()).optional() });
const FilterShape = {
  range: GridRange,
  criteria: z.record(z.string().regex(/^\d+$/), HiddenValues).optional(),
  filterSpecs: z.array(z.strictObject({ columnIndex: index, filterCriteria: HiddenValues })).optional(),
};

/** Every kind of request that the emulator knows. */
export const REQUESTS = {
  addSheet: z.strictObject({ properties: SheetProperties }),
  updateSheetProperties: z.strictObject({ properties: SheetProperties, fields }),
  deleteSheet: z.strictObject({ sheetId: z.int() }),
  updateSpreadsheetProperties: z.strictObject({ properties: z.strictObject({ title: z.string().min(1) }), fields }),
  addProtectedRange: z.strictObject({
    protectedRange: z.strictObject({
      protectedRangeId: z.int().optional(),
      range: GridRange.optional(),
      namedRangeId: z.string().optional(),
      description: z.string().optional(),
      warningOnly: z.boolean().optional(),
      editors: z
        .strictObject({
          users: z.array(z.string()).optional(),
          groups: z.array(z.string()).optional(),
          domainUsersCanEdit: z.boolean().optional(),
        })
        .optional(),
    }),
  }),
  deleteProtectedRange: z.strictObject({ protectedRangeId: z.int() }),
  addNamedRange: z.strictObject({ namedRange: NamedRange.required({ name: true, range: true }) }),
  updateNamedRange: z.strictObject({ namedRange: NamedRange.required({ namedRangeId: true }), fields }),
  deleteNamedRange: z.strictObject({ namedRangeId: z.string() }),
  appendCells: z.strictObject({ sheetId: z.int().default(0), rows, fields }),
  updateCells: z
    .strictObject({
      rows: rows.default([]),
      fields,
      start: z
        .strictObject({ sheetId: z.int().default(0), rowIndex: index.default(0), columnIndex: index.default(0) })
        .optional(),
      range: GridRange.optional(),
    })
    .refine(
      (request) => (request.start === undefined) !== (request.range === undefined),
      "needs either start or range",
    ),
  repeatCell: z.strictObject({ range: GridRange, cell: z.unknown(), fields }),
  appendDimension: z.strictObject({
    sheetId: z.int().default(0),
    dimension: z.enum(["ROWS", "COLUMNS"]),
    length: z.int().min(1),
  }),
  insertDimension: z.strictObject({ range: DimensionRange, inheritFromBefore: z.boolean().optional() }),
  deleteDimension: z.strictObject({ range: DimensionRange }),
  moveDimension: z.strictObject({ source: DimensionRange, destinationIndex: index }),
  sortRange: z.strictObject({ range: GridRange, sortSpecs: z.array(SortSpec).min(1) }),
  duplicateSheet: z.strictObject({
    sourceSheetId: z.int(),
    insertSheetIndex: index.optional(),
    newSheetId: index.optional(),
    newSheetName: z.string().min(1).max(100).optional(),
  }),
  cutPaste: z.strictObject({
    source: GridRange,
    destination: z.strictObject({
      sheetId: z.int().default(0),
      rowIndex: index.default(0),
      columnIndex: index.default(0),
    }),
    pasteType: z.literal("PASTE_NORMAL"),
  }),
  mergeCells: z.strictObject({ range: GridRange, mergeType: z.literal("MERGE_ALL") }),
  setBasicFilter: z.strictObject({ filter: z.strictObject(FilterShape) }),
  clearBasicFilter: z.strictObject({ sheetId: z.int().default(0) }),
  addFilterView: z.strictObject({
    filter: z.strictObject({ ...FilterShape, filterViewId: z.int().optional(), title: z.string().optional() }),
  }),
  createDeveloperMetadata: z.strictObject({
    developerMetadata: z.strictObject({
      metadataId: z.int().min(1).optional(),
      metadataKey: z.string().min(1),
      metadataValue: z.string().optional(),
      visibility: z.enum(["DOCUMENT", "PROJECT"]),
      location: Location,
    }),
  }),
} as const;

export type RequestKind = keyof typeof REQUESTS;
export type RequestOf<K extends RequestKind> = z.output<(typeof REQUESTS)[K]>;
