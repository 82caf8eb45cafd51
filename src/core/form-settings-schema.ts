/** The settings of a form (form-settings.ts), as a body has them, and a change of them. */
import * as z from "zod";
import type { FormSettings } from "./form-settings";
import { SiteSchema, ThemeSchema } from "./form-theme";
import { NfcString } from "./nfc-string";
import { OpeningHoursSchema } from "./opening-hours-schema";
import { OriginsSchema } from "./origins-schema";

/** An instant as RFC 3339 with its offset, kept as it was written. */
const Instant = z.iso.datetime({ offset: true, error: "an instant with its offset, such as 2026-12-01T09:00:00Z" });

const REDIRECT_BASE = "https://own.invalid";

/**
 * https, or a path of the site that the form is on: nothing that runs script, and nothing that looks like one of the
 * two.
 */
function isRedirect(text: string): boolean {
  if (/[\s\\]/.test(text) || !URL.canParse(text, REDIRECT_BASE)) return false;
  const url = new URL(text, REDIRECT_BASE);
  if (text.startsWith("/")) return url.origin === REDIRECT_BASE;
  return url.protocol === "https:" && /^https:\/\//i.test(text) && url.username === "" && url.password === "";
}

export const SettingsSchema = z.strictObject({
  /** Responses are taken from this time on, and until that one. */
  opensAt: Instant.optional(),
  closesAt: Instant.optional(),
  openingHours: OpeningHoursSchema.optional(),
  /** Responses that the form takes in all; erased ones count. */
  responsesMax: z.int().min(1).max(1_000_000_000).optional(),
  /** Where the hosted form leads after a response was stored. */
  redirectUrl: z
    .string()
    .max(2_000)
    .refine(isRedirect, "an https address, or a path of this site that starts with one /")
    .optional(),
  /** Said to people who come while the form takes no responses. */
  closedMessage: NfcString.min(1).max(1_000).optional(),
  /** Said to people whose response was stored. */
  thanksMessage: NfcString.min(1).max(1_000).optional(),
  theme: ThemeSchema.optional(),
  /** The sites that may show the hosted form in a frame; none unless told. */
  embedOn: z.array(SiteSchema).min(1).max(20).optional(),
  /** Whether the hosted form keeps what is typed on the device until it is sent; it does unless told. */
  keepTyped: z.boolean().optional(),
  /** Sites whose pages may send responses; all of them unless told. */
  allowedOrigins: OriginsSchema.optional(),
});

/** A change of settings: what is left out stays, null takes a setting away. */
export const SettingsPatchSchema = z.strictObject({
  opensAt: SettingsSchema.shape.opensAt.nullable(),
  closesAt: SettingsSchema.shape.closesAt.nullable(),
  openingHours: SettingsSchema.shape.openingHours.nullable(),
  responsesMax: SettingsSchema.shape.responsesMax.nullable(),
  redirectUrl: SettingsSchema.shape.redirectUrl.nullable(),
  closedMessage: SettingsSchema.shape.closedMessage.nullable(),
  thanksMessage: SettingsSchema.shape.thanksMessage.nullable(),
  theme: SettingsSchema.shape.theme.nullable(),
  embedOn: SettingsSchema.shape.embedOn.nullable(),
  keepTyped: SettingsSchema.shape.keepTyped.nullable(),
  allowedOrigins: SettingsSchema.shape.allowedOrigins.nullable(),
});

export type SettingsPatch = Readonly<z.infer<typeof SettingsPatchSchema>>;

/** The settings after a change. */
export function patchSettings(settings: FormSettings, patch: SettingsPatch): FormSettings {
  const entries = Object.entries({ ...settings, ...patch });
  return SettingsSchema.parse(Object.fromEntries(entries.filter(([, value]) => value !== null && value !== undefined)));
}
