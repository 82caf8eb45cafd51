/** An entry of a lexicon as its form sends it. */
import { VARIANT_SEPARATOR } from "../../../core/lexicon/entry";

export const FIELDS = ["term", "language", "city", "variants", "meaning", "partOfSpeech"] as const;

/** Its fields by name, as texts. */
export type EntryValues = Readonly<Partial<Record<string, string>>>;

/**
 * What was typed, as the entry's schema takes it: what is empty is none; variants stand one a line, or as in a file.
 */
export function sentEntry(sent: URLSearchParams): Record<string, unknown> {
  const text = (name: string) => (sent.get(name) ?? "").trim();
  const variants = text("variants")
    .split(/[\r\n]+/)
    .flatMap((line) => line.split(VARIANT_SEPARATOR))
    .map((variant) => variant.trim())
    .filter((variant) => variant !== "");
  const optional = Object.fromEntries(["city", "meaning", "partOfSpeech"].map((name) => [name, text(name) || null]));
  return { term: text("term"), language: text("language"), variants, ...optional };
}
