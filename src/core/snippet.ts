/** What is shown of an answer in which something was found. Pure. */
import type { SnippetPart } from "./search";

/** UTF-16 units shown before the first place found, and altogether. */
const BEFORE = 60;
const LENGTH = 240;

/** Where in a text, in UTF-16 units, from a word's start to a word's end. */
export interface Found {
  readonly start: number;
  readonly end: number;
}

/** The part of a text around the first of these places, with what was found marked; `…` where it is cut. */
export const snippetOf = (text: string, places: readonly Found[]): SnippetPart[] => cut(text, merge(places));

/** In order, and those that overlap as one. */
function merge(places: readonly Found[]): Found[] {
  const merged: Found[] = [];
  for (const place of places.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const last = merged.at(-1);
    if (last && place.start < last.end) merged[merged.length - 1] = { ...last, end: Math.max(last.end, place.end) };
    else merged.push(place);
  }
  return merged;
}

/** The part of a text around the first place, marked. */
function cut(text: string, places: readonly Found[]): SnippetPart[] {
  const first = places[0]?.start ?? 0;
  const from = text.length <= LENGTH ? 0 : wordStart(text, Math.max(0, Math.min(first - BEFORE, text.length - LENGTH)));
  const to = wordEnd(text, Math.max(from + LENGTH, Math.min(places[0]?.end ?? 0, from + 2 * LENGTH)));
  const parts: SnippetPart[] = from > 0 ? [{ text: "…" }] : [];
  let at = from;
  for (const { start, end } of places) {
    if (start >= to) break;
    if (start > at) parts.push({ text: text.slice(at, start) });
    parts.push({ text: text.slice(start, Math.min(end, to)), match: true });
    at = Math.min(end, to);
  }
  if (at < to) parts.push({ text: text.slice(at, to) });
  return to < text.length ? [...parts, { text: "…" }] : parts;
}

/** The start of the first word at or after a place, if one begins soon; at least no half of a character. */
function wordStart(text: string, at: number): number {
  if (at === 0) return 0;
  const space = text.slice(at, at + 20).search(/\s/);
  return space < 0 ? whole(text, at) : at + space + 1;
}

function wordEnd(text: string, at: number): number {
  if (at >= text.length) return text.length;
  const space = text.lastIndexOf(" ", at);
  return space > at - 20 ? space : whole(text, at);
}

/** A place that is not inside of a surrogate pair. */
const whole = (text: string, at: number): number => (/[\udc00-\udfff]/.test(text[at] ?? "") ? at - 1 : at);
