/**
 * What the owner of a form sets beside its definition: when it takes responses, how many, and what happens after sending.
 * Not versioned. Pure: whether a form takes a response now is decided here, from the cached form and the time.
 */
import * as z from "zod";
import { SiteSchema, ThemeSchema } from "./form-theme";
import { NfcString } from "./nfc";
import { nextOpening, OpeningHoursSchema, opensWithin } from "./opening-hours";
import { OriginsSchema } from "./origins";

/** An instant as RFC 3339 with its offset, kept as it was written. */
const Instant = z.iso.datetime({ offset: true, error: "an instant with its offset, such as 2026-12-01T09:00:00Z" });

const REDIRECT_BASE = "https://own.invalid";

/** https, or a path of the site that the form is on: nothing that runs script, and nothing that looks like one of the two. */
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

export type FormSettings = Readonly<z.infer<typeof SettingsSchema>>;

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

/** What is wrong between several settings, by the name of the setting that is to be changed. */
export function findSettingsMistake({ opensAt, closesAt }: FormSettings): { key: string; message: string } | null {
  const backwards = opensAt !== undefined && closesAt !== undefined && Date.parse(closesAt) <= Date.parse(opensAt);
  return backwards ? { key: "closesAt", message: "the form would close before it opens" } : null;
}

/** Why a form takes no response now, and when it will (milliseconds since the epoch) as far as that is known. */
export interface Closed {
  readonly detail: string;
  readonly opensAt: number | null;
}

/** Of a form whose quota is used up. */
export const FULL = "This form has all the responses that it takes.";
const NO_MORE = "This form takes no more responses.";

/** Why a form takes no response at this time, whether its owner closed it or its settings do. Null: it takes them. */
export function whyClosed(form: { state: "open" | "closed"; settings: FormSettings }, now: number): Closed | null {
  if (form.state === "open") return closedAt(form.settings, now);
  return { detail: inItsWords(form.settings, NO_MORE), opensAt: null };
}

/** A reason with what the owner has to say about it. */
export const inItsWords = ({ closedMessage }: FormSettings, reason: string): string =>
  closedMessage === undefined ? reason : `${closedMessage} ${reason}`;

/** Null: by its settings, the form takes responses at this time. */
export function closedAt(settings: FormSettings, now: number): Closed | null {
  const { opensAt, closesAt, openingHours } = settings;
  const closed = (reason: string, at: number | null): Closed => ({ detail: inItsWords(settings, reason), opensAt: at });
  if (closesAt !== undefined && now >= Date.parse(closesAt)) return closed(NO_MORE, null);
  const from = Math.max(now, opensAt === undefined ? now : Date.parse(opensAt));
  if (from === now && (!openingHours || opensWithin(openingHours, now))) return null;
  const next = openingHours ? nextOpening(openingHours, from) : from;
  if (next === null || (closesAt !== undefined && next >= Date.parse(closesAt))) {
    return closed(NO_MORE, null);
  }
  const zone = openingHours ? `, in its opening hours (${openingHours.timeZone})` : "";
  return closed(`This form takes responses from ${isoOf(next)} on${zone}.`, next);
}

const isoOf = (at: number) => new Date(at).toISOString().replace(/\.\d{3}Z$/, "Z");
