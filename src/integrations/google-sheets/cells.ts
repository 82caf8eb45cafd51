/**
 * Answers as typed cells. A text becomes a `stringValue`, which Google never reads as a formula, whatever it starts
 * with. Pure; called by requests.ts.
 */
import type { Question } from "../../core/form";
import type { Answer } from "../../core/response";
import type { CellData } from "./types";

/** Characters of a cell (delivery.md 1.1); what is longer is cut, with a note at its end. */
export const CELL_CHARACTERS_MAX = 50_000;
const NOTE_CHARACTERS = 200;

const DAY_MS = 86_400_000;
/** Serial 0: 1899-12-30 (Sheets, "Date and time values"). */
const EPOCH = Date.UTC(1899, 11, 30);

/** Days since 1899-12-30 in UTC, for a time in milliseconds. */
const serial = (time: number): number => (time - EPOCH) / DAY_MS;

const number = (value: number): CellData => ({ userEnteredValue: { numberValue: value } });

/** A text as a cell, cut when it is too long for one. */
export function textCell(text: string): CellData {
  return { userEnteredValue: { stringValue: text.length > CELL_CHARACTERS_MAX ? cut(text) : text } };
}

function cut(text: string): string {
  // Half of a Unicode pair at the cut would be refused as malformed.
  const head = text
    .slice(0, CELL_CHARACTERS_MAX - NOTE_CHARACTERS)
    .toWellFormed()
    .replace(/\uFFFD$/u, "");
  return `${head}… [cut: ${text.length} characters in all, a cell holds ${CELL_CHARACTERS_MAX}; the whole answer is in Formlog]`;
}

/** A moment as date and time in UTC, `time` in milliseconds. */
export function momentCell(time: number): CellData {
  // To the millisecond: a double has no more of it, and the JSON stays short.
  const value = Math.round(serial(time) * 1e8) / 1e8;
  return {
    userEnteredValue: { numberValue: value },
    userEnteredFormat: { numberFormat: { type: "DATE_TIME", pattern: "yyyy-mm-dd hh:mm:ss" } },
  };
}

function dateCell(text: string): CellData {
  const time = Date.parse(`${text}T00:00:00Z`);
  // Sheets and Excel disagree about days before 1900: those stay text.
  if (Number.isNaN(time) || time < Date.UTC(1900, 0, 1)) return textCell(text);
  return {
    userEnteredValue: { numberValue: serial(time) },
    userEnteredFormat: { numberFormat: { type: "DATE", pattern: "yyyy-mm-dd" } },
  };
}

/** The cell of an answer, read against its question as the response pins it; an empty cell when there is none. */
export function answerCell(question: Question | undefined, answer: Answer | undefined): CellData {
  if (answer === undefined || answer === null) return {};
  if (typeof answer === "number") return number(answer);
  if (typeof answer === "boolean") return { userEnteredValue: { boolValue: answer } };
  if (typeof answer === "string") {
    if (question?.type === "date") return dateCell(answer);
    return textCell(question?.choices ? labelOf(question, answer) : answer);
  }
  if ("latitude" in answer) return textCell(`${answer.latitude}, ${answer.longitude}`);
  return textCell(answer.map((id) => labelOf(question, id)).join(", "));
}

/** A choice shows its label; an id that the version does not know shows itself. */
function labelOf(question: Question | undefined, id: string): string {
  return question?.choices?.find((choice) => choice.id === id)?.label ?? id;
}
