/**
 * The parts of the Sheets v4 resources that this kind sends and reads, named as Google names them (discovery document
 * rev 20260921). Everything in an answer is optional: Google leaves out what is zero, false or not asked for.
 */

/** Exactly one of them is set; a `stringValue` is never a formula. */
export interface ExtendedValue {
  readonly stringValue?: string;
  readonly numberValue?: number;
  readonly boolValue?: boolean;
  readonly formulaValue?: string;
}

export interface CellFormat {
  readonly numberFormat?: { readonly type: "DATE" | "DATE_TIME"; readonly pattern: string };
  readonly textFormat?: { readonly bold: boolean };
}

export interface CellData {
  readonly userEnteredValue?: ExtendedValue;
  readonly userEnteredFormat?: CellFormat;
  readonly formattedValue?: string;
}

export interface RowData {
  readonly values?: readonly CellData[];
}

/** Half-open, zero-based; a missing bound is unbounded and a missing sheetId is 0. */
export interface GridRange {
  readonly sheetId?: number;
  readonly startRowIndex?: number;
  readonly endRowIndex?: number;
  readonly startColumnIndex?: number;
  readonly endColumnIndex?: number;
}

export interface NamedRange {
  readonly namedRangeId?: string;
  readonly name?: string;
  readonly range?: GridRange;
}

export interface DeveloperMetadata {
  readonly metadataKey?: string;
  readonly metadataValue?: string;
}

export interface SheetProperties {
  readonly sheetId?: number;
  readonly title?: string;
  readonly hidden?: boolean;
  readonly gridProperties?: { readonly rowCount?: number; readonly columnCount?: number };
}

export interface GridData {
  readonly startRow?: number;
  readonly startColumn?: number;
  readonly rowData?: readonly RowData[];
  readonly columnMetadata?: readonly { readonly developerMetadata?: readonly DeveloperMetadata[] }[];
}

export interface Sheet {
  readonly properties?: SheetProperties;
  readonly data?: readonly GridData[];
}

export interface Spreadsheet {
  readonly properties?: { readonly title?: string };
  readonly sheets?: readonly Sheet[];
  readonly namedRanges?: readonly NamedRange[];
}

/** The answer of `spreadsheets.batchUpdate`: a reply for each request, in order. */
export interface BatchAnswer {
  readonly replies?: readonly {
    readonly addNamedRange?: { readonly namedRange?: NamedRange };
  }[];
}

export interface ValueRange {
  readonly values?: readonly (readonly unknown[])[];
}

/** One request of `spreadsheets.batchUpdate`: an object with one key, the kind of request. */
export type SheetsRequest = Readonly<Record<string, unknown>>;
