/**
 * Members of an object as inputs of a form, and back. A member is written only if its input says something else than
 * the stored value does: what an input can't hold, and what nobody touched, stays as it is. What can't be read (letters
 * for a number) is kept as a text, so that the draft tells what is wrong with it and nothing typed is lost. Pure.
 */
import { type JsonObject, memberOf, withMember } from "./json";
import { pairsText, readPairs } from "./pairs";

/** A text of one line or of several, a number, a tick, metadata as lines (pairs.ts). */
export type FieldKind = "line" | "text" | "number" | "flag" | "pairs";
export type FieldKinds = Readonly<Record<string, FieldKind>>;
/** What a form sent. */
export type Sent = Pick<URLSearchParams, "get" | "getAll" | "has">;

const TICKED = "on";

/** What the input of a value holds. */
export function shownAs(value: unknown, kind: FieldKind): string {
  if (kind === "flag") return value === true ? TICKED : "";
  if (value === undefined) return "";
  if (kind === "pairs") return pairsText(value) ?? JSON.stringify(value);
  if (kind === "number" && typeof value === "number") return String(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

function readAs(text: string, kind: FieldKind): unknown {
  if (kind === "flag") return text === TICKED || undefined;
  const typed = text.trim();
  if (typed === "") return undefined;
  if (kind === "pairs") return readPairs(typed) ?? typed;
  if (kind !== "number") return typed;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(typed) ? Number(typed) : typed;
}

/**
 * As browsers send a value back: line breaks in their own way, and none at all from an input of one line (HTML,
 * 4.10.5).
 */
export const asSent = (text: string, kind: FieldKind): string =>
  kind === "text" || kind === "pairs" ? text.replaceAll(/\r\n?/g, "\n") : text.replaceAll(/[\r\n]/g, "");

/** What was sent under a name; null: the form has no such input. An input of a tick has a hidden one beside it. */
export const sentText = (sent: Sent, name: string): string | null =>
  sent.has(name) ? (sent.getAll(name).at(-1) ?? "") : null;

/** Whether an input says something else than a value does. */
export const differs = (text: string, value: unknown, kind: FieldKind): boolean =>
  asSent(text, kind) !== asSent(shownAs(value, kind), kind);

/** The object after a form was sent; inputs are named as members, behind `prefix`. */
export function applyFields(object: JsonObject, kinds: FieldKinds, sent: Sent, prefix = ""): JsonObject {
  let next = object;
  for (const [member, kind] of Object.entries(kinds)) {
    const text = sentText(sent, prefix + member);
    if (text === null || !differs(text, memberOf(object, member), kind)) continue;
    next = withMember(next, member, readAs(asSent(text, kind), kind));
  }
  return next;
}
