/**
 * The written forms that text answers can have (e-mail addresses, phone numbers, days …), each as a yes-or-no test of a
 * string. Called by core/answer-types.ts. Every pattern is anchored and without nested or overlapping repetition, so a
 * test costs time in proportion to the length of the text, whatever a hostile client sends.
 */

/** RFC 5321 section 4.5.3.1.3: a path has 256 octets, its two brackets included. */
const EMAIL_LENGTH_MAX = 254;
const PHONE_LENGTH_MAX = 50;
const URL_LENGTH_MAX = 2_048;

/** HTML Standard, "valid email address": ASCII local part, host of labels with at most 63 characters. */
const EMAIL_LOCAL = /^[\w.!#$%&'*+/=?^`{|}~-]+$/;
const HOST_LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** As browsers decide it for an input of type email, and at most 254 characters. */
export function isEmail(text: string): boolean {
  const at = text.indexOf("@");
  if (text.length > EMAIL_LENGTH_MAX || at < 1 || !EMAIL_LOCAL.test(text.slice(0, at))) return false;
  return text
    .slice(at + 1)
    .split(".")
    .every((label) => HOST_LABEL.test(label));
}

/** 5 to 20 digits, as people write them: one + before the first digit, and ( ) - . and spaces anywhere. */
export function isPhone(text: string): boolean {
  if (text.length > PHONE_LENGTH_MAX) return false;
  let digits = 0;
  let plus = false;
  for (const character of text) {
    if (character >= "0" && character <= "9") digits++;
    else if (character === "+" && digits === 0 && !plus) plus = true;
    else if (!" ().-".includes(character)) return false;
  }
  return digits >= 5 && digits <= 20;
}

// The URL parser trims, drops line breaks inside, and takes "http:x": what is stored must be what was meant.
const WEB_ADDRESS = /^https?:\/\/[^\s]+$/i;

/** An absolute http or https URL of at most 2,048 characters. */
export const isWebAddress = (text: string): boolean =>
  text.length <= URL_LENGTH_MAX && WEB_ADDRESS.test(text) && URL.canParse(text);

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** A day of the (proleptic Gregorian) calendar, as YYYY-MM-DD, from the year 1. */
export function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8));
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && leap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
  return year >= 1 && day >= 1 && day <= days;
}

/** HH:MM or HH:MM:SS, from 00:00 to 23:59:59. */
export const isTime = (text: string): boolean => /^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?$/.test(text);

// RFC 3339 section 5.6; "T" and "Z" may be in lower case. Leap seconds (:60) are refused: no reader of ours knows them.
const DATETIME_REST = /^[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** RFC 3339 date-time, its offset included. */
export const isDatetime = (text: string): boolean => isDate(text.slice(0, 10)) && DATETIME_REST.test(text.slice(10));

/** Characters as people count them, roughly: code points, so that an emoji is not two. */
export function countCharacters(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++) if ((text.codePointAt(i) ?? 0) > 0xffff) count--;
  return count;
}
