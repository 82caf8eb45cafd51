/** Which scripts and languages are compared by sound, and how closely. Pure. */

/** Scripts whose sounds are read. */
export const SCRIPTS = [
  "Latin",
  "Arabic",
  "Devanagari",
  "Bengali",
  "Gurmukhi",
  "Gujarati",
  "Oriya",
  "Tamil",
  "Telugu",
  "Kannada",
  "Malayalam",
] as const;
export type Script = (typeof SCRIPTS)[number];

const PATTERNS = SCRIPTS.map(
  (script) => [script, new RegExp(`^(?=.*\\p{L})[\\p{Script=${script}}\\p{M}\\p{Nd}']+$`, "u")] as const,
);

/**
 * The script of a word that went through `cleanse`; null: another one, or several, and it is compared only as it is
 * written.
 */
export const scriptOf = (word: string): Script | null =>
  PATTERNS.find(([, pattern]) => pattern.test(word))?.[0] ?? null;

/**
 * How closely two words are heard. `north` tells aspirates apart (bhai, bai); `south` does not (thambi, tambi); `tamil`
 * neither voice (Tamil has one letter for k and g); `abjad` leaves short vowels out, as Arabic script does.
 */
export const HEARINGS = ["north", "south", "tamil", "abjad"] as const;
export type Hearing = (typeof HEARINGS)[number];

const SOUTHERN_LANGUAGES = new Set("ta te kn ml tcy".split(" "));
const SOUTHERN_SCRIPTS: ReadonlySet<Script> = new Set(["Telugu", "Kannada", "Malayalam"]);
const NORTHERN_LANGUAGES = new Set(
  "hi mr ur ne pa gu bn as or sa kok bho mai sd ks doi raj awa mag hne bgc ar fa ps".split(" "),
);

/** Which family a language (BCP 47) is heard as; null: its words are compared as they are written. */
function familyOf(language: string): "north" | "south" | null {
  const [primary = ""] = language.toLowerCase().split("-");
  if (SOUTHERN_LANGUAGES.has(primary)) return "south";
  return NORTHERN_LANGUAGES.has(primary) ? "north" : null;
}

/** Whether the words of a language are compared by sound too. */
export const isHeard = (language: string): boolean => familyOf(language) !== null;

/**
 * How a word of a lexicon is compared with a word of an answer besides as it is written; null: it is not. Words of the
 * same script are not, except in Latin, where everybody spells these languages differently.
 */
export function hearingOf(language: string, listed: Script, found: Script): Hearing | null {
  const family = familyOf(language);
  if (family === null) return null;
  if (listed === found) return listed === "Latin" ? family : null;
  if (listed === "Arabic" || found === "Arabic") return "abjad";
  if (listed === "Tamil" || found === "Tamil") return "tamil";
  return SOUTHERN_SCRIPTS.has(listed) || SOUTHERN_SCRIPTS.has(found) ? "south" : family;
}
