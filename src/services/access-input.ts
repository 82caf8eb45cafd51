/** What makes a key, a link and a connection, as a body of the API or a form of the console says it. */
import * as z from "zod";
import { SettingsSchema } from "../core/form-settings-schema";
import { MetadataSchema } from "../core/metadata-schema";
import { NfcString } from "../core/nfc-string";
import { SCOPES } from "./access";

/** When something ends to work: RFC 3339 as it is sent, milliseconds since the epoch for the verbs. */
export const ExpirySchema = z.iso
  .datetime({ offset: true, error: "a time as 2026-12-31T23:59:59Z (RFC 3339)" })
  .transform((text) => Date.parse(text));

/** What people call a workspace, a key, a collector or a connection. */
export const NameSchema = NfcString.trim().min(1).max(200);

export const KeyInputSchema = z.strictObject({
  name: NameSchema,
  scopes: z.array(z.enum(SCOPES)).min(1),
  form: z.string().optional(),
  expiresAt: ExpirySchema.optional(),
});

export const ConnectionInputSchema = z.strictObject({
  kind: z.string(),
  name: NameSchema,
  /** Left out: credentials that Formlog makes itself are made. */
  secrets: z.unknown().optional(),
});
/** What is left out stays. */
export const ConnectionPatchSchema = ConnectionInputSchema.pick({ name: true, secrets: true }).partial();

export const LinkInputSchema = z.strictObject({
  name: NameSchema,
  metadata: MetadataSchema.optional(),
  expiresAt: ExpirySchema.optional(),
  responsesMax: SettingsSchema.shape.responsesMax,
});
