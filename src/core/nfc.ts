/**
 * Texts in one writing: NFC (Unicode Standard Annex 15), so that what looks alike is alike when it is compared: answers
 * with choices and patterns, filters with answers, a repeat with what was sent first. Pure.
 */
const BEYOND_ASCII = /[\u0080-\uffff]/;
// Every character that NFC may have to sort is of category M. Sorting takes the square of their number: seconds for a
// text of 100,000 that somebody made for it. UAX 15 section 13 calls 30 in a row more than any language has.
const LONG_RUN = /\p{M}{31}/u;

/**
 * Whether more than 30 combining marks stand in a row: normalising it, here or wherever it is delivered, could take
 * long.
 */
export const isPiledUp = (text: string): boolean => BEYOND_ASCII.test(text) && LONG_RUN.test(text);

/**
 * Whether databases, providers and files keep a text as it is: none of them agree on NUL, or on half of a surrogate
 * pair.
 */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes("\0");

/**
 * A text in NFC; one that is piled up is left as it is. Costs time in proportion to the text; next to none for ASCII.
 */
export function toNfc(text: string): string {
  return !BEYOND_ASCII.test(text) || LONG_RUN.test(text) ? text : text.normalize("NFC");
}
