/** Phone numbers as people type them, in one form for each number. */
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/min";
import * as z from "zod";

/** A country by its two letters (ISO 3166 alpha-2). */
export const CountrySchema = z
  .string()
  .toUpperCase()
  .refine((code) => isSupportedCountry(code), "two letters of a country, such as IN");

/**
 * The number in E.164 (`+919876543210`), or null when it is none. Numbers without a country code are read as numbers of
 * `defaultCountry` (ISO 3166 alpha-2); without one they are refused.
 */
export function toE164(text: string, defaultCountry?: string): string | null {
  const country = defaultCountry !== undefined && isCountry(defaultCountry) ? defaultCountry : undefined;
  const number = parsePhoneNumberFromString(text, { ...(country && { defaultCountry: country }), extract: false });
  return number?.isValid() ? number.number : null;
}

/** The country of a number in E.164 (ISO 3166 alpha-2), or null when it can't be told. */
export const countryOf = (number: string): CountryCode | null => parsePhoneNumberFromString(number)?.country ?? null;

const isCountry = (code: string): code is CountryCode => isSupportedCountry(code);
