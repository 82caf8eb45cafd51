/**
 * The forms of `soak` and their integrations: two with a sheet, one with a sheet and texts, one with a sheet and a
 * webhook.
 */
import type { Fleet } from "./fleet";
import { FORM } from "./lists-load";
import { TEXT } from "./providers";

export interface SoakForm {
  readonly name: "sheet 1" | "sheet 2" | "texts" | "webhooks";
  readonly path: string;
}

export const SPREADSHEETS = ["soak-0", "soak-1", "soak-2", "soak-3"];
const NAMES: readonly SoakForm["name"][] = ["sheet 1", "sheet 2", "texts", "webhooks"];

/** Makes them. */
export async function makeForms({ call, port }: Fleet): Promise<SoakForm[]> {
  const forms: SoakForm[] = [];
  for (const [i, name] of NAMES.entries()) {
    const { id } = await call("POST", "/v1/forms", { ...FORM, title: name });
    const path = `/v1/forms/${id}`;
    const add = (kind: string, config: object) => call("POST", `${path}/integrations`, { kind, config });
    await add("google-sheets", { spreadsheetId: SPREADSHEETS[i] });
    if (name === "texts") await add("twilio-sms", { to: "phone", body: TEXT, defaultCountry: "IN" });
    if (name === "webhooks") {
      await add("webhook", { url: `http://127.0.0.1:${port + 3}/hook`, events: ["response.created"] });
    }
    forms.push({ name, path });
  }
  return forms;
}

/** Responses a second of each form, by name. */
export type Rates = Readonly<Record<SoakForm["name"], number>>;

/** Of a text, in the order of the forms: `326,326,12,27`. Throws a TypeError. */
export function readRates(text: string): Rates {
  const numbers = text.split(",").map(Number);
  if (numbers.length !== NAMES.length || !numbers.every((n) => n > 0))
    throw new TypeError(`--rates takes ${NAMES.length} numbers: ${NAMES.join(", ")}`);
  return Object.fromEntries(NAMES.map((name, i) => [name, numbers[i]])) as Rates;
}

/**
 * Of the closed loop that finds the capacity: the forms with texts and webhook get more than they can send, and not so
 * much that it takes long to drain.
 */
export const LOOP_MIX: Rates = { "sheet 1": 0.4, "sheet 2": 0.4, texts: 0.04, webhooks: 0.16 };

/** Rows added to the sheets, texts taken, events taken: all, or a second. */
export interface Delivered {
  readonly rows: number;
  readonly texts: number;
  readonly events: number;
}

/** What was reached at once, a second, with the responses stored. */
export interface Reached extends Delivered {
  readonly stored: number;
}

/** Deliveries over what came in: the pages of a sheet come seconds apart, so a little is always on its way. */
const KEPT_UP = 0.95;

/** Whether what was delivered in so many seconds is what came in at these rates. */
export function isKeptUp(
  { before, after }: { readonly before: Delivered; readonly after: Delivered },
  rates: Rates,
  seconds: number,
): boolean {
  const rows = Object.values(rates).reduce((a, b) => a + b, 0);
  const came: Delivered = { rows, texts: rates.texts, events: rates.webhooks };
  const kept = (what: keyof Delivered) => after[what] - before[what] >= KEPT_UP * came[what] * seconds;
  return kept("rows") && kept("texts") && kept("events");
}

/**
 * A share of what was reached by each: of the texts to the form with texts, of the events to that with the webhook, the
 * rest to the sheets. Each response is a row: they are as many together as rows were added, if that was less than was
 * stored.
 */
export function ratesOf({ stored, rows, texts, events }: Reached, share: number): Rates {
  const [sms, hooks] = [share * texts, share * events];
  const rest = Math.max(0, share * Math.min(stored, rows) - sms - hooks) / 2;
  return { "sheet 1": rest, "sheet 2": rest, texts: sms, webhooks: hooks };
}

/** A form by its share of all, for a number in [0, 1). */
export function pickForm<F extends SoakForm>(forms: readonly F[], rates: Rates, at: number): F {
  const total = forms.reduce((sum, { name }) => sum + rates[name], 0);
  let left = at * total;
  for (const form of forms) {
    left -= rates[form.name];
    if (left < 0) return form;
  }
  return forms[0] as F;
}
