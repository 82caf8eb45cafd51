/** Metadata (metadata.ts), as bodies have it. */
import * as z from "zod";
import { METADATA_MAX, METADATA_NAME_MAX, METADATA_TEXT_MAX } from "./metadata";
import { NfcString } from "./nfc-string";

const Value = z.union([NfcString.max(METADATA_TEXT_MAX), z.number(), z.boolean(), z.null()]);
export const MetadataSchema = z
  .record(NfcString.min(1).max(METADATA_NAME_MAX), Value)
  .refine((m) => Object.keys(m).length <= METADATA_MAX, `at most ${METADATA_MAX} entries of metadata`);
