/**
 * Whether a text may be sent now: the countries and the hours that the config allows. Pure; asked before each attempt.
 */
import type { Deps, Entry, Outcome } from "../../core/integration";
import { countryOf } from "../../core/phone";
import type { Config, Secrets } from "./manifest";
import { contentOf } from "./message";
import { quietSecondsLeft } from "./quiet-hours";

/** `rejected` for a number of another country, `retry` until the quiet hours end, null: go on. */
export function admitEntry(entry: Entry, { config, now }: Deps<Config, Secrets>): Outcome | null {
  if (config.allowedCountries) {
    const country = countryOf(contentOf(entry).to);
    if (country === null || !config.allowedCountries.includes(country)) return OTHER_COUNTRY;
  }
  const afterSeconds = config.quietHours ? quietSecondsLeft(config.quietHours, now()) : 0;
  return afterSeconds > 0 ? { type: "retry", reason: QUIET, afterSeconds } : null;
}

const OTHER_COUNTRY: Outcome = {
  type: "rejected",
  reason:
    "The recipient's number belongs to a country that is not among allowedCountries. Add the country, then retry.",
};
const QUIET = "It is one of the quiet hours: the text is sent when they end.";
