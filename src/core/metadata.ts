/**
 * Metadata: short values of their own that people give to forms, questions, links and responses; nothing of ours reads
 * them. Checked here by hand, because that is done for each response; metadata-schema.ts says the same to those who
 * take whole definitions. Pure.
 */
import type { Problem } from "./errors";
import { isStorable, toNfc } from "./nfc";

export type Metadata = Record<string, string | number | boolean | null>;

/** Entries at most, and characters of a name and of a text. */
export const METADATA_MAX = 50;
export const METADATA_NAME_MAX = 64;
export const METADATA_TEXT_MAX = 1_000;

/** The metadata of a response, in NFC, and what is wrong with it. */
export function checkMetadata(input: unknown): { value: Metadata; problems: Problem[] } {
  if (input === undefined || input === null) return { value: {}, problems: [] };
  if (typeof input !== "object" || Array.isArray(input)) return { value: {}, problems: [problemAt("/metadata")] };
  const value: Metadata = {};
  const problems: Problem[] = [];
  for (const [given, entry] of Object.entries(input)) {
    const name = toNfc(given);
    const taken = toValue(entry);
    const named = name.length > 0 && name.length <= METADATA_NAME_MAX && isStorable(name);
    if (taken === undefined || !named) {
      problems.push(problemAt(`/metadata/${given}`));
    } else value[name] = taken;
  }
  if (problems.length === 0 && Object.keys(value).length > METADATA_MAX) problems.push(problemAt("/metadata"));
  return { value: problems.length === 0 ? value : {}, problems };
}

/** As it is stored; undefined: it is no value of metadata. */
function toValue(entry: unknown): Metadata[string] | undefined {
  if (entry === null || typeof entry === "boolean") return entry;
  if (typeof entry === "number") return Number.isFinite(entry) ? entry : undefined;
  const text = typeof entry === "string" ? toNfc(entry) : undefined;
  return text !== undefined && text.length <= METADATA_TEXT_MAX && isStorable(text) ? text : undefined;
}

const problemAt = (pointer: string): Problem => ({
  pointer,
  code: "invalid_metadata",
  detail: "metadata is an object of short texts, numbers and booleans, at most 50",
});
