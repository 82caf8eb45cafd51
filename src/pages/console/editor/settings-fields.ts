/**
 * The settings of a form as inputs, and the change that a sent form asks for: of those settings alone that somebody
 * touched. Pure.
 */
import { type Sent, sentText } from "../../../core/draft/fields";
import { memberOf } from "../../../core/draft/json";
import { pairsText, readPairs } from "../../../core/draft/pairs";
import { DAYS } from "../../../core/opening-hours";
import type { FormView } from "../../../services/form-view";
import type { Fields } from "./inputs";

/** Rows of opening hours on the page: those that there are, and so many empty ones. */
const EMPTY_ROWS = 2;

/** Moments are shown and taken as UTC, as all times of the console. */
const local = (at: string | undefined) => (at === undefined ? "" : new Date(at).toISOString().slice(0, 16));
const lines = (values: readonly string[] | undefined) => (values ?? []).join("\n");

/** The inputs, named as the settings (what follows a dot belongs to one of them). Days of a row are one text. */
export function settingsFields(form: FormView): Fields {
  const rows = hoursOf(form);
  return {
    access: form.access,
    opensAt: local(form.opensAt),
    closesAt: local(form.closesAt),
    "openingHours.timeZone": form.openingHours?.timeZone ?? "",
    ...Object.fromEntries(
      rows.flatMap(({ days, from, to }, i) => [
        [`openingHours.${i}.days`, days.join(" ")],
        [`openingHours.${i}.from`, from],
        [`openingHours.${i}.to`, to],
      ]),
    ),
    responsesMax: form.responsesMax === undefined ? "" : String(form.responsesMax),
    redirectUrl: form.redirectUrl ?? "",
    closedMessage: form.closedMessage ?? "",
    thanksMessage: form.thanksMessage ?? "",
    "theme.color": form.theme?.color ?? "",
    "theme.image": form.theme?.logo?.image ?? "",
    "theme.alt": form.theme?.logo?.alt ?? "",
    embedOn: lines(form.embedOn),
    keepTyped: form.keepTyped === false ? "" : "on",
    metadata: pairsText(form.metadata) ?? "",
    allowedOrigins: form.allowedOrigins === undefined ? "*" : lines(form.allowedOrigins),
  };
}

export const hoursOf = ({ openingHours }: FormView) => [
  ...(openingHours?.hours ?? []),
  ...Array.from({ length: EMPTY_ROWS }, () => ({ days: [] as readonly (typeof DAYS)[number][], from: "", to: "" })),
];

/** The text of an input as it was sent; days of a row come as several ticks. */
export const sentSetting = (sent: Sent, name: string): string =>
  name.endsWith(".days")
    ? DAYS.filter((day) => sent.getAll(name).includes(day)).join(" ")
    : (sentText(sent, name) ?? "").replaceAll("\r\n", "\n");

/** The settings whose inputs say something else than `before` did, by name. */
export function touched(before: Fields, sent: Sent): Set<string> {
  const names = Object.keys(before).filter((name) => sent.has(name.replace(/\.days$/, ".from")));
  const changed = names.filter((name) => sentSetting(sent, name) !== (before[name] ?? "").replaceAll("\r\n", "\n"));
  return new Set(changed.map((name) => name.split(".")[0] ?? name));
}

const wanted = (text: string) => text.trim() || null;
const entries = (text: string) => text.split("\n").flatMap((line) => line.trim() || []);

/** The value of a setting as it was typed, for the schema to check; null: it is taken away. */
export function typedSetting(sent: Sent, setting: string): unknown {
  const text = (name: string) => sentSetting(sent, name);
  switch (setting) {
    case "opensAt":
    case "closesAt":
      return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text(setting)) ? `${text(setting)}:00Z` : wanted(text(setting));
    case "openingHours":
      return typedHours(sent);
    case "responsesMax":
      return /^\d+$/.test(text(setting).trim()) ? Number(text(setting)) : wanted(text(setting));
    case "theme": {
      const [color, image, alt] = [wanted(text("theme.color")), wanted(text("theme.image")), wanted(text("theme.alt"))];
      const theme = {
        ...(color && { color }),
        ...((image || alt) && { logo: { image: image ?? "", alt: alt ?? "" } }),
      };
      return Object.keys(theme).length === 0 ? null : theme;
    }
    case "embedOn":
      return entries(text(setting)).length === 0 ? null : entries(text(setting));
    case "allowedOrigins":
      return entries(text(setting)).includes("*") ? null : entries(text(setting));
    case "metadata":
      return readPairs(text(setting)) ?? text(setting);
    case "keepTyped":
      return text(setting) === "on" ? null : false;
    case "access":
      return text(setting);
    default:
      return wanted(text(setting));
  }
}

function typedHours(sent: Sent): unknown {
  const hours: unknown[] = [];
  for (let i = 0; sent.has(`openingHours.${i}.from`); i += 1) {
    const days = sentSetting(sent, `openingHours.${i}.days`).split(" ").filter(Boolean);
    const [from, to] = [sentSetting(sent, `openingHours.${i}.from`), sentSetting(sent, `openingHours.${i}.to`)];
    if (days.length > 0 || from !== "" || to !== "") hours.push({ days, from, to });
  }
  const timeZone = sentSetting(sent, "openingHours.timeZone").trim();
  return hours.length === 0 && timeZone === "" ? null : { timeZone, hours };
}

/** The settings that are not any more what they were when the page was opened. */
export function changedSince(seen: string, now: Fields): Set<string> {
  try {
    const before: unknown = JSON.parse(seen);
    const names = Object.keys(now).filter((name) => (memberOf(before, name) ?? "") !== now[name]);
    return new Set(names.map((name) => name.split(".")[0] ?? name));
  } catch {
    return new Set();
  }
}

/** The inputs that a page showed; what stands now where it does not say. */
export function seenFields(seen: string, now: Fields): Fields {
  try {
    const before: unknown = JSON.parse(seen);
    return Object.fromEntries(
      Object.entries(now).map(([name, text]) => [name, String(memberOf(before, name) ?? text)]),
    );
  } catch {
    return now;
  }
}
