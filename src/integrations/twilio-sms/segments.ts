/**
 * How many SMS a text is billed as: 160 characters of the GSM 7-bit alphabet or 70 UTF-16 units alone, 153 or 67 in
 * each part of a longer one (3GPP TS 23.038 section 6.2.1, TS 23.040 section 9.2.3.24). Called by the emulator and by
 * whoever shows a price.
 */

const GSM_BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
/** Sent as two characters: an escape and one more. */
const GSM_EXTENDED = new Set("\f^{}\\[~]|€");

export interface Segments {
  readonly encoding: "GSM-7" | "UCS-2";
  readonly segments: number;
}

/** Encoding and number of segments; an empty text has one. No part ends inside a character. */
export function countSegments(text: string): Segments {
  const characters = [...text];
  const gsm = characters.every((character) => GSM_BASIC.has(character) || GSM_EXTENDED.has(character));
  const [single, part] = gsm ? [160, 153] : [70, 67];
  const widths = characters.map((character) => (gsm ? (GSM_EXTENDED.has(character) ? 2 : 1) : character.length));
  const total = widths.reduce((sum, width) => sum + width, 0);
  const encoding = gsm ? "GSM-7" : "UCS-2";
  if (total <= single) return { encoding, segments: 1 };
  let segments = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > part) {
      segments += 1;
      used = 0;
    }
    used += width;
  }
  return { encoding, segments };
}
