/** QR codes as pictures that may be put on anything, paper included. */
import encodeQr from "qr";

/** Modules of quiet around the code (ISO/IEC 18004: four). */
const QUIET_ZONE = 4;
const PAPER = '<rect width="100%" height="100%" fill="#fff"/>';

/** The SVG of a QR code that says this text. */
export const qrSvg = (text: string): string =>
  encodeQr(text, "svg", { ecc: "medium", border: QUIET_ZONE }).replace("<path", `${PAPER}<path`);
