/**
 * An XLSX workbook as a stream: the parts of the package (ECMA-376 Part 2) and as many sheets as the rows need. Pure.
 */
import type { Row } from "./columns";
import { encode, pieces } from "./pieces";
import { columnLetters, headerXml, rowXml, SHEET_END, SHEET_ROWS_MAX, STYLES, sheetStart } from "./sheet";
import { type ZipEntry, zip } from "./zip";

export interface Workbook {
  readonly columns: number;
  /** Null: without a header row. */
  readonly header: readonly string[] | null;
  /** In batches; at most `rowsMax` in all. */
  readonly rows: AsyncIterable<readonly Row[]>;
  readonly rowsMax: number;
  /** Rows of a sheet below its header. */
  readonly sheetRows?: number;
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/**
 * The workbook. Sheets are laid out for `rowsMax` rows, because its list of parts comes first. Throws a RangeError past
 * 4 GB.
 */
export function xlsx(workbook: Workbook): AsyncGenerator<Uint8Array> {
  const sheetRows = workbook.sheetRows ?? SHEET_ROWS_MAX - 1;
  const sheets = Array.from({ length: Math.max(1, Math.ceil(workbook.rowsMax / sheetRows)) }, (_, i) => i + 1);
  const take = dealer(workbook.rows);
  const text = (name: string, content: string): ZipEntry => ({ name, content: [encode(XML + content)] });
  return zip([
    text("[Content_Types].xml", contentTypes(sheets)),
    text("_rels/.rels", relationships([["rId1", "officeDocument", "xl/workbook.xml"]])),
    text("xl/workbook.xml", workbookXml(sheets)),
    text("xl/_rels/workbook.xml.rels", relationships([...sheets.map(sheetLink), ["styles", "styles", "styles.xml"]])),
    text("xl/styles.xml", STYLES),
    ...sheets.map((n) => ({ name: `xl/worksheets/sheet${n}.xml`, content: sheet(workbook, take(sheetRows)) })),
  ]);
}

/** Deals the batches out: `take(n)` gives the next n rows, or what is left of them. */
function dealer(rows: AsyncIterable<readonly Row[]>): (count: number) => AsyncGenerator<readonly Row[]> {
  const source = rows[Symbol.asyncIterator]();
  let rest: readonly Row[] = [];
  return async function* take(count) {
    for (let left = count; left > 0; ) {
      if (rest.length === 0) {
        const next = await source.next();
        if (next.done) return;
        rest = next.value;
      }
      const dealt = rest.slice(0, left);
      rest = rest.slice(left);
      left -= dealt.length;
      yield dealt;
    }
  };
}

async function* sheet(
  { columns, header }: Workbook,
  batches: AsyncIterable<readonly Row[]>,
): AsyncGenerator<Uint8Array> {
  const letters = Array.from({ length: columns }, (_, i) => columnLetters(i));
  yield encode(XML + sheetStart(columns, header !== null) + (header ? headerXml(header, letters) : ""));
  let number = header ? 1 : 0;
  for await (const batch of batches) {
    yield* pieces(batch, (row) => {
      number += 1;
      return rowXml(row, number, letters);
    });
  }
  yield encode(SHEET_END);
}

const sheetLink = (n: number) => [`rId${n}`, "worksheet", `worksheets/sheet${n}.xml`] as const;

function relationships(links: readonly (readonly [id: string, type: string, target: string])[]): string {
  const each = links.map(([id, type, to]) => `<Relationship Id="${id}" Type="${DOCUMENT}/${type}" Target="${to}"/>`);
  return `<Relationships xmlns="${PACKAGE}/relationships">${each.join("")}</Relationships>`;
}

function contentTypes(sheets: readonly number[]): string {
  const part = (name: string, type: string) =>
    `<Override PartName="/xl/${name}.xml" ContentType="${SPREADSHEET}.${type}+xml"/>`;
  return (
    `<Types xmlns="${PACKAGE}/content-types">` +
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
    '<Default Extension="xml" ContentType="application/xml"/>' +
    part("workbook", "sheet.main") +
    part("styles", "styles") +
    `${sheets.map((n) => part(`worksheets/sheet${n}`, "worksheet")).join("")}</Types>`
  );
}

function workbookXml(sheets: readonly number[]): string {
  const name = (n: number) => (n === 1 ? "Responses" : `Responses ${n}`);
  const each = sheets.map((n) => `<sheet name="${name(n)}" sheetId="${n}" r:id="rId${n}"/>`);
  return (
    `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${DOCUMENT}">` +
    `<sheets>${each.join("")}</sheets></workbook>`
  );
}
