/** Texts in one writing (nfc.ts), as schemas want them. */
import * as z from "zod";
import { toNfc } from "./nfc";

/** A string of a body, taken in NFC: put its bounds behind it. */
export const NfcString = z.string().overwrite(toNfc);
