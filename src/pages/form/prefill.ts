/**
 * Answers as they would have been typed, and back: which of them somebody has changed. What was not touched is not
 * sent, so that a page shown and sent again changes nothing by itself. Pure; the counterpart of read.ts.
 */
import type { Definition, Question } from "../../core/form";
import type { Answer, Answers } from "../../core/response";
import { inputName, NO, type Part, readAnswers, type Typed, YES } from "./read";

const PARTS: readonly Part[] = ["latitude", "longitude", "accuracy"];

/** Inputs of the form, filled in with these answers. */
export function typedFrom({ questions }: Definition, answers: Answers): Typed {
  const typed = new Map<string, readonly string[]>();
  for (const { ref, type } of questions) {
    const answer = Object.hasOwn(answers, ref) ? answers[ref] : undefined;
    if (answer === undefined) continue;
    if (typeof answer !== "object")
      typed.set(inputName(ref), [type === "datetime" ? localTime(answer) : textOf(answer)]);
    else if (!("latitude" in answer)) typed.set(inputName(ref), answer);
    else {
      for (const part of ["latitude", "longitude", "accuracy"] as const) {
        typed.set(inputName(ref, part), [String(answer[part] ?? "")]);
      }
    }
  }
  return typed;
}

function textOf(answer: Exclude<Answer, object>): string {
  return typeof answer === "boolean" ? (answer ? YES : NO) : String(answer);
}

/** As it was on the clock of whoever answered; `datetime-local` has no offset. */
const localTime = (answer: Exclude<Answer, object>): string =>
  String(answer).replace(/(?::00(?:\.0+)?)?(?:[Zz]|[+-]\d{2}:\d{2})$/, "");

/**
 * A JSON Merge Patch that makes of the answers in `before` what was typed since. Filled-in inputs of questions that the
 * form does not have are in it, so that they are refused and never dropped.
 */
export function patchFrom(definition: Definition, typed: Typed, before: Typed): Readonly<Record<string, unknown>> {
  const questions = new Map(definition.questions.map((question) => [question.ref, question]));
  const patch = Object.entries(readAnswers(definition, typed)).flatMap(([ref, value]) => {
    const question = questions.get(ref);
    if (question && (question.calculated !== undefined || isUntouched(question, typed, before))) return [];
    return [[ref, patchOf(value)]];
  });
  return Object.fromEntries(patch);
}

/** null takes away; a location is patched into the one that is there, so that an accuracy that is gone is named. */
function patchOf(value: unknown): unknown {
  if (value === "" || (Array.isArray(value) && value.length === 0)) return null;
  const isPlace = typeof value === "object" && value !== null && "latitude" in value;
  return isPlace ? { accuracy: null, ...value } : value;
}

function isUntouched({ ref, type }: Question, typed: Typed, before: Typed): boolean {
  const names = type === "location" ? PARTS.map((part) => inputName(ref, part)) : [inputName(ref)];
  return names.every((name) => {
    const values = (from: Typed) => (from.get(name) ?? []).filter((text) => text !== "").map(NORMAL[type] ?? oneLine);
    return values(typed).toSorted().join("\0") === values(before).toSorted().join("\0");
  });
}

/** What a browser makes of a text before it sends it. */
const oneLine = (text: string): string => text.replace(/[\r\n]/g, "");
const NORMAL: Partial<Record<Question["type"], (text: string) => string>> = {
  long_text: (text) => text.replace(/\r\n?/g, "\n"),
  // Seconds come and go: the moment is what counts.
  datetime: (text) => String(Date.parse(`${text.trim()}Z`)),
};
