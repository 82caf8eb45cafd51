/**
 * Metadata as lines that people write, `name: value`, and back. A value is a text unless it reads as a number, true,
 * false or null; a name or text that would be read otherwise stands in quotes, as in JSON. Pure.
 */
import { isObject, type JsonObject } from "./json";

const BARE = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;
const QUOTED = /^"(?:[^"\\]|\\.)*"/;

/** The lines; null where a value is a list or an object, which lines can't say. */
export function pairsText(value: unknown): string | null {
  if (!isObject(value)) return null;
  const entries = Object.entries(value);
  if (entries.some(([, one]) => typeof one === "object" && one !== null)) return null;
  return entries.map(([name, one]) => `${written(name, /^["{]|:/)}: ${said(one)}`).join("\n");
}

const said = (value: unknown) => (typeof value === "string" ? written(value, BARE) : JSON.stringify(value));

/** As it is, or in quotes where it would be read otherwise. */
const written = (text: string, misread: RegExp) =>
  text === "" || text !== text.trim() || /[\r\n]|^"/.test(text) || misread.test(text) ? JSON.stringify(text) : text;

/**
 * The object that lines say, or JSON that was written instead; null: a line is no pair. Of a name that comes twice the
 * last.
 */
export function readPairs(text: string): JsonObject | null {
  const json = text.trimStart().startsWith("{") ? parsed(text) : undefined;
  if (isObject(json)) return json;
  const pairs = text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [readPair(line.trim())]));
  const whole = pairs.filter((pair) => pair !== null);
  return whole.length < pairs.length ? null : Object.fromEntries(whole);
}

function readPair(line: string): [name: string, value: unknown] | null {
  const quoted = QUOTED.exec(line)?.[0];
  const name = quoted === undefined ? line.split(":", 1)[0] : parsed(quoted);
  const rest = line.slice((quoted ?? String(name)).length).trimStart();
  if (typeof name !== "string" || line.startsWith(":") || !rest.startsWith(":")) return null;
  const value = rest.slice(1).trim();
  return [
    quoted === undefined ? name.trim() : name,
    BARE.test(value) || QUOTED.test(value) ? (parsed(value) ?? null) : value,
  ];
}

/** Undefined where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
