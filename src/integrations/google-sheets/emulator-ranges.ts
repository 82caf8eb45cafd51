/** Named ranges, developer metadata and sorting in the emulator: what the requests of a batch do to them. */
import type { Area } from "./emulator-a1";
import { badRequest } from "./emulator-errors";
import { formatCell } from "./emulator-render";
import type { RequestOf } from "./emulator-schemas";
import type { Cell, Doc, Metadata, Row } from "./emulator-state";
import type { NamedRange } from "./types";

/** Developer metadata of a spreadsheet and of a sheet: about 30,000 characters (delivery.md 1.4 C). */
const METADATA_CHARACTERS_MAX = 30_000;

const checkSheet = (doc: Doc, sheetId = 0) => {
  if (!doc.tabs.some((tab) => tab.sheetId === sheetId)) throw badRequest(`No grid with id: ${sheetId}`);
};

/** Names are compared without case; ids and names of ranges that lost their cells stay taken. */
function checkName(doc: Doc, name: string, except?: string): void {
  const taken = [...doc.namedRanges, ...doc.ghosts].some(
    (named) => named.namedRangeId !== except && named.name?.toLowerCase() === name.toLowerCase(),
  );
  if (taken) throw badRequest(`A named range with the name "${name}" already exists. Please enter another name.`);
}

export function addNamedRange(doc: Doc, { namedRange }: RequestOf<"addNamedRange">): { namedRange: NamedRange } {
  checkSheet(doc, namedRange.range.sheetId);
  const { namedRangeId = `${doc.nextId++}` } = namedRange;
  if ([...doc.namedRanges, ...doc.ghosts].some((named) => named.namedRangeId === namedRangeId)) {
    throw badRequest(`A named range with id ${namedRangeId} already exists.`);
  }
  checkName(doc, namedRange.name);
  const added = { ...namedRange, namedRangeId };
  doc.namedRanges.push(added);
  return { namedRange: added };
}

function findNamed(doc: Doc, id: string): number {
  const at = doc.namedRanges.findIndex((named) => named.namedRangeId === id);
  if (at < 0) throw badRequest(`No NamedRange with id: ${id}`);
  return at;
}

export function updateNamedRange(doc: Doc, { namedRange, fields }: RequestOf<"updateNamedRange">): void {
  const at = findNamed(doc, namedRange.namedRangeId);
  const wants = (name: string) => fields.split(",").some((field) => field.trim() === "*" || field.trim() === name);
  if (!wants("name") && !wants("range")) throw badRequest(`Invalid field mask: ${fields}`);
  const { name, range } = namedRange;
  if (wants("name")) {
    if (name === undefined) throw badRequest("A named range must have a name.");
    checkName(doc, name, namedRange.namedRangeId);
  }
  if (wants("range")) checkSheet(doc, range?.sheetId);
  doc.namedRanges[at] = {
    ...doc.namedRanges[at],
    ...(wants("name") && { name }),
    ...(wants("range") && { range }),
  };
}

export function deleteNamedRange(doc: Doc, { namedRangeId }: RequestOf<"deleteNamedRange">): void {
  doc.namedRanges.splice(findNamed(doc, namedRangeId), 1);
}

/**
 * A server on which no fence holds: a used id is freed for its next user, and true is returned for a missing one, whose
 * request is passed over.
 */
export function passOver(doc: Doc, kind: string, input: unknown): boolean {
  const request = typeof input === "object" && input !== null ? input : {};
  const named = "namedRange" in request ? request.namedRange : request;
  if (!/NamedRange$/.test(kind) || typeof named !== "object" || named === null || !("namedRangeId" in named))
    return false;
  const id = named.namedRangeId;
  if (kind !== "addNamedRange") return !doc.namedRanges.some((range) => range.namedRangeId === id);
  doc.namedRanges = doc.namedRanges.filter((range) => range.namedRangeId !== id);
  doc.ghosts = doc.ghosts.filter((range) => range.namedRangeId !== id);
  return false;
}

export function createMetadata(doc: Doc, input: RequestOf<"createDeveloperMetadata">["developerMetadata"]): Metadata {
  const { location, metadataId = doc.nextId++, metadataKey, metadataValue, visibility } = input;
  if (doc.metadata.some((item) => item.metadataId === metadataId)) {
    throw badRequest(`Developer metadata with id ${metadataId} already exists.`);
  }
  const span = location.dimensionRange;
  if (span && span.endIndex - span.startIndex !== 1) throw badRequest("Developer metadata is on one row or column.");
  const sheetId = span ? (span.sheetId ?? 0) : location.sheetId;
  if (sheetId !== undefined) checkSheet(doc, sheetId);
  const item: Metadata = {
    metadataId,
    metadataKey,
    visibility,
    ...(metadataValue !== undefined && { metadataValue }),
    ...(sheetId !== undefined && { sheetId }),
    ...(span && { dimension: span.dimension, index: span.startIndex }),
  };
  const size = [...doc.metadata, item].reduce(
    (sum, { metadataKey: key, metadataValue: value = "" }) => sum + key.length + value.length,
    0,
  );
  if (size > METADATA_CHARACTERS_MAX) throw badRequest("Developer metadata quota has been hit.");
  doc.metadata.push(item);
  return item;
}

/** Sorts rows of an area; empty cells last, numbers before texts, as Sheets does. */
export function sortRange(area: Area, specs: RequestOf<"sortRange">["sortSpecs"]): void {
  const { tab, startRow, startColumn, endColumn } = area;
  const end = Math.min(area.endRow, tab.rows.length);
  const parts = tab.rows
    .slice(startRow, end)
    .map((row): Row => Array.from({ length: endColumn - startColumn }, (_, c) => row[startColumn + c]));
  parts.sort((a, b) => {
    for (const { dimensionIndex, sortOrder } of specs) {
      const at = dimensionIndex - startColumn;
      const order = compare(a[at], b[at], sortOrder === "DESCENDING" ? -1 : 1);
      if (order !== 0) return order;
    }
    return 0;
  });
  for (const [r, part] of parts.entries()) {
    const row = [...(tab.rows[startRow + r] ?? [])];
    while (row.length < startColumn) row.push(undefined);
    row.splice(startColumn, part.length, ...part);
    tab.rows[startRow + r] = row;
  }
}

function compare(a: Cell | undefined, b: Cell | undefined, sign: number): number {
  const [x, y] = [a?.userEnteredValue, b?.userEnteredValue];
  if (!x || !y) return x ? -1 : y ? 1 : 0;
  const [n, m] = [x.numberValue, y.numberValue];
  if (n !== undefined && m !== undefined) return (n - m) * sign;
  if (n !== undefined || m !== undefined) return (n !== undefined ? -1 : 1) * sign;
  return formatCell(a).localeCompare(formatCell(b)) * sign;
}
