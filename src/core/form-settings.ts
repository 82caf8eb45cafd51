/**
 * What the owner of a form sets beside its definition: when it takes responses, how many, and what happens after
 * sending. Not versioned. Pure: whether a form takes a response now is decided here, from the cached form and the time.
 */
import type * as z from "zod";
import type { SettingsSchema } from "./form-settings-schema";
import { nextOpening, opensWithin } from "./opening-hours";

export type FormSettings = Readonly<z.infer<typeof SettingsSchema>>;

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
