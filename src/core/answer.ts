/**
 * Answers against the definition they answer: a definition is compiled once (core/compiled.ts), then each response is
 * checked by walking its questions; no schema is built on the way. Pure; called by services for every submission, and
 * by everything that shows an answer to people.
 */
import { answerOf, isOwed, type Kept, PROBLEMS_MAX, readSheet } from "./answer-sheet";
import type { AnswerCode, Complaint } from "./answer-types";
import type { CompiledDefinition } from "./compiled";
import type { Problem } from "./errors";
import type { Question } from "./form";
import { isPlainObject } from "./plain-object";
import type { Answer, Answers } from "./response";

export type CheckedAnswers =
  | { readonly ok: true; readonly answers: Answers }
  | { readonly ok: false; readonly problems: Problem[] };

/** A ref has 64 characters at most (RefSchema); of a longer key this much is named. */
const KEY_SHOWN_MAX = 64;

const REQUIRED: Complaint = { code: "required", detail: "An answer is required." };
const NOTHING_KEPT: Kept = { answers: {}, owed: new Set(), hidden: new Set() };

/**
 * Checks what was sent as `answers` (DESIGN.md section 6). null, "" and [] mean "not answered" and are left out.
 * Answers to questions that are not asked are left out, calculated ones are computed here, whatever was sent for them.
 * Reports every mistake, at most PROBLEMS_MAX, those of questions in the order of the form; a detail never repeats an
 * answer. `partial`: no answer is required.
 */
export function checkAnswers(
  compiled: CompiledDefinition,
  input: unknown,
  { partial = false, kept = NOTHING_KEPT }: { partial?: boolean; kept?: Kept } = {},
): CheckedAnswers {
  if (!isPlainObject(input)) {
    const detail = "Answers must be an object: question refs with their answers.";
    return { ok: false, problems: [{ pointer: "/answers", code: "wrong_type", detail }] };
  }
  const sheet = readSheet(compiled, input, kept.answers);
  const answers: Record<string, Answer> = {};
  const problems: Problem[] = [];
  let known = 0;
  for (const { question, logic } of compiled.questions.values()) {
    const { ref } = question;
    if (Object.hasOwn(input, ref)) known++;
    const standing = kept.hidden.has(ref) && sheet.hidden.has(ref) ? answerOf(kept.answers, ref) : null;
    const value = answerOf(sheet.values, ref) ?? standing;
    if (value !== null) answers[ref] = value;
    else if (!partial && !kept.owed.has(ref) && isOwed(question, logic, sheet)) sheet.complaints.set(ref, [REQUIRED]);
    const complaints = sheet.complaints.get(ref) ?? [];
    for (const one of complaints) if (problems.length < PROBLEMS_MAX) problems.push(problemOf(ref, one));
  }
  const keys = Object.keys(input);
  if (keys.length > known) reportUnknown(compiled, keys, problems);
  return problems.length === 0 ? { ok: true, answers } : { ok: false, problems };
}

function reportUnknown(compiled: CompiledDefinition, keys: readonly string[], problems: Problem[]): void {
  for (const key of keys) {
    if (problems.length >= PROBLEMS_MAX) return;
    if (compiled.questions.has(key)) continue;
    const shown = key.length > KEY_SHOWN_MAX ? `${key.slice(0, KEY_SHOWN_MAX)}…` : key;
    const detail = "This form has no such question; leave it out, or use the refs of the present version.";
    problems.push(problemOf(shown, { code: "unknown_question", detail }));
  }
}

/** RFC 6901 section 3: "~" and "/" are escaped inside a token. */
const escapePointer = (token: string) => token.replaceAll("~", "~0").replaceAll("/", "~1");

function problemOf(ref: string, { code, detail, part = "" }: Complaint): Problem & { readonly code: AnswerCode } {
  return { pointer: `/answers/${escapePointer(ref)}${part}`, question: ref, code, detail };
}

/**
 * An answer as people read it: labels of choices (the id where the choice is gone), Yes or No, "latitude, longitude".
 * Total: an answer stored under another type is shown as it stands.
 */
export function displayAnswer(question: Pick<Question, "choices">, answer: Answer): string {
  if (typeof answer === "boolean") return answer ? "Yes" : "No";
  if (typeof answer === "number") return String(answer);
  if (typeof answer === "string") return question.choices ? choiceLabel(question, answer) : answer;
  if ("latitude" in answer) return `${answer.latitude}, ${answer.longitude}`;
  return answer.map((id) => choiceLabel(question, id)).join(", ");
}

const choiceLabel = (question: Pick<Question, "choices">, id: string) =>
  question.choices?.find((choice) => choice.id === id)?.label ?? id;
