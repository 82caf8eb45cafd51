/** Metadata (metadata.ts), as bodies have it. */
import * as z from "zod";
import { METADATA_MAX, METADATA_NAME_MAX, METADATA_TEXT_MAX } from "./metadata";
import { isStorable } from "./nfc";
import { NfcString } from "./nfc-string";

const text = (min: number, max: number) =>
  NfcString.min(min).max(max).refine(isStorable, "has NUL or half of a Unicode pair, which can't be stored");
const Value = z.union([text(0, METADATA_TEXT_MAX), z.number(), z.boolean(), z.null()]);
export const MetadataSchema = z
  .record(text(1, METADATA_NAME_MAX), Value)
  .refine((m) => Object.keys(m).length <= METADATA_MAX, `at most ${METADATA_MAX} entries of metadata`);
