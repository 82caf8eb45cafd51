/** CSV as RFC 4180 has it: CRLF after every record, quotes where they are needed. Pure. */
import { isPhone } from "../answer-formats";
import type { Cell, Row } from "./columns";

/** Tells Excel that the file is UTF-8. */
export const BOM = "\uFEFF";

// OWASP "CSV Injection", with the full-width forms that spreadsheets take for the same.
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;
const QUOTED = /[",\r\n]/;

/**
 * A text that a spreadsheet might run gets an apostrophe in front. One that is written as a phone number is left alone:
 * of digits, ( ) - . and one + nobody makes a formula that reads or sends anything.
 */
export const guardText = (text: string): string => (FORMULA.test(text) && !isPhone(text) ? `'${text}` : text);

/** A text as it was before `guardText`. */
export const unguardText = (text: string): string =>
  text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text;

const quote = (text: string): string => (QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function textOf(cell: Cell, guard: boolean): string {
  if (cell === null) return "";
  if (typeof cell === "string") return quote(guard ? guardText(cell) : cell);
  if (typeof cell === "number") return String(cell);
  if (typeof cell === "boolean") return cell ? "TRUE" : "FALSE";
  return "day" in cell ? cell.day : new Date(cell.moment).toISOString();
}

/** One record with its line end. `guard`: whether texts that look like formulas are made harmless. */
export const csvRecord = (cells: Row, guard: boolean): string =>
  `${cells.map((cell) => textOf(cell, guard)).join(",")}\r\n`;
