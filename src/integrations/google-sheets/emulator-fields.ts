/**
 * Field masks of the emulator: `a,b(c,d/e),f.g` as a tree, taking parts of an answer (`fields` of a read) and writing
 * parts of a cell (`fields` of a request). A path that Google does not have is an error, as it is there.
 */
import { badRequest } from "./emulator-errors";

/** Keys asked for; an empty map asks for everything below. */
export type Mask = Map<string, Mask>;
export type Json = Record<string, unknown>;

/** Parses a mask. Throws a 400 when it does not parse. */
export function parseMask(text: string): Mask {
  const invalid = () => badRequest(`Request contains an invalid argument. Invalid field mask: ${text}`);
  let at = 0;
  const list = (depth: number): Mask => {
    const mask: Mask = new Map();
    do {
      let node = mask;
      let name = word();
      for (;;) {
        const next = node.get(name) ?? new Map();
        node.set(name, next);
        node = next;
        if (text[at] !== "." && text[at] !== "/") break;
        at += 1;
        name = word();
      }
      if (text[at] === "(") {
        at += 1;
        for (const [key, value] of list(depth + 1)) node.set(key, value);
        if (text[at] !== ")") throw invalid();
        at += 1;
      }
    } while (text[at] === "," && ++at);
    if (depth === 0 && at < text.length) throw invalid();
    return mask;
  };
  const word = (): string => {
    const found = /^\s*([A-Za-z][A-Za-z0-9]*|\*)/.exec(text.slice(at));
    if (!found?.[1]) throw invalid();
    at += found[0].length;
    return found[1];
  };
  return list(0);
}

const CELL = "userEnteredValue,effectiveValue,formattedValue,userEnteredFormat,effectiveFormat,note,hyperlink";
const METADATA = "developerMetadata(metadataId,metadataKey,metadataValue,location,visibility)";
const DIMENSION = `(pixelSize,hiddenByUser,hiddenByFilter,${METADATA})`;

/** Every path of the answers below that the emulator knows; deeper than this it takes any. */
export const SPREADSHEET_FIELDS = parseMask(
  `spreadsheetId,spreadsheetUrl,properties,namedRanges(namedRangeId,name,range),${METADATA},` +
    `sheets(properties(sheetId,title,index,sheetType,hidden,gridProperties),protectedRanges,${METADATA},` +
    `data(startRow,startColumn,rowData(values(${CELL})),rowMetadata${DIMENSION},columnMetadata${DIMENSION}))`,
);
export const CELL_FIELDS = parseMask(CELL);

/** Throws when the mask names a path that is not in `known`. */
export function checkMask(mask: Mask, known: Mask, path = ""): void {
  if (known.size === 0) return;
  for (const [key, below] of mask) {
    if (key === "*") continue;
    const next = known.get(key);
    if (!next) {
      throw badRequest(
        `Request contains an invalid argument. Error expanding 'fields' parameter. Cannot find matching fields for path '${path}${key}'.`,
      );
    }
    checkMask(below, next, `${path}${key}.`);
  }
}

/** The parts of a value that the mask asks for. */
export function select(value: unknown, mask: Mask): unknown {
  if (mask.size === 0 || mask.has("*")) return value;
  if (Array.isArray(value)) return value.map((item) => select(item, mask));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      const below = mask.get(key);
      return below && item !== undefined ? [[key, select(item, below)]] : [];
    }),
  );
}

/** `before` with the masked parts taken from `after`; what `after` lacks is cleared. */
export function overlay(before: Json, after: Json, mask: Mask): Json {
  if (mask.has("*")) return after;
  const result = { ...before };
  for (const [key, below] of mask) {
    const next = after[key];
    if (below.size === 0) {
      if (next === undefined) delete result[key];
      else result[key] = next;
      continue;
    }
    const merged = overlay(asObject(result[key]), asObject(next), below);
    if (Object.keys(merged).length > 0) result[key] = merged;
    else delete result[key];
  }
  return result;
}

const asObject = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
