/**
 * Answers against the definition they answer: a definition is compiled once (and kept by its caller), then each response
 * is checked by walking its questions; no schema is built on the way. Pure; called by services for every submission, and
 * by everything that shows an answer to people.
 */
import { type AnswerCode, CHECKS, type Check, type Complaint, isPlainObject } from "./answer-types";
import type { Problem } from "./errors";
import type { Definition, Question } from "./form";
import type { Answer, Answers } from "./response";

export interface CompiledQuestion {
  readonly question: Question;
  readonly check: Check;
  /** Label by choice id; empty for types without choices. */
  readonly choices: ReadonlyMap<string, string>;
}

export interface CompiledDefinition {
  readonly definition: Definition;
  /** By ref, in the order of the form. */
  readonly questions: ReadonlyMap<string, CompiledQuestion>;
  readonly required: readonly string[];
}

export type CheckedAnswers =
  | { readonly ok: true; readonly answers: Answers }
  | { readonly ok: false; readonly problems: Problem[] };

/** More than a person reads, less than a hostile body could ask for. */
export const PROBLEMS_MAX = 100;
/** A ref has 64 characters at most (RefSchema); of a longer key this much is named. */
const KEY_SHOWN_MAX = 64;

/** Prepares a definition for `checkAnswers`. Costs a few microseconds for a question: keep the result. */
export function compileDefinition(definition: Definition): CompiledDefinition {
  const questions = new Map<string, CompiledQuestion>();
  for (const question of definition.questions) {
    // RefSchema has no such ref; as a key of a plain object it would set a prototype.
    if (question.ref === "__proto__") continue;
    const choices = new Map(question.choices?.map((choice) => [choice.id, choice.label]));
    questions.set(question.ref, { question, check: CHECKS[question.type](question), choices });
  }
  const required = definition.questions.filter((q) => q.required).map((q) => q.ref);
  return { definition, questions, required };
}

const isEmpty = (value: unknown) =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

/**
 * Checks what was sent as `answers` (DESIGN.md section 6). null, "" and [] mean "not answered" and are left out. Reports
 * every mistake, at most PROBLEMS_MAX, those of questions in the order of the form; a detail never repeats an answer.
 */
export function checkAnswers(compiled: CompiledDefinition, input: unknown): CheckedAnswers {
  const problems: Problem[] = [];
  if (!isPlainObject(input)) {
    const detail = "Answers must be an object: question refs with their answers.";
    return { ok: false, problems: [{ pointer: "/answers", code: "wrong_type", detail }] };
  }
  const answers: Record<string, Answer> = {};
  let ref = "";
  const report = (complaint: Complaint): undefined => {
    if (problems.length < PROBLEMS_MAX) problems.push(problemOf(ref, complaint));
  };
  let known = 0;
  for (const { question, check } of compiled.questions.values()) {
    ref = question.ref;
    const sent = Object.hasOwn(input, ref);
    if (sent) known++;
    const value = sent ? input[ref] : undefined;
    if (isEmpty(value)) {
      if (question.required) report({ code: "required", detail: "An answer is required." });
      continue;
    }
    const answer = check(value, report);
    if (answer !== undefined) answers[ref] = answer;
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
export function displayAnswer(question: Question, answer: Answer): string {
  if (typeof answer === "boolean") return answer ? "Yes" : "No";
  if (typeof answer === "number") return String(answer);
  if (typeof answer === "string") return question.choices ? choiceLabel(question, answer) : answer;
  if ("latitude" in answer) return `${answer.latitude}, ${answer.longitude}`;
  return answer.map((id) => choiceLabel(question, id)).join(", ");
}

const choiceLabel = (question: Question, id: string) =>
  question.choices?.find((choice) => choice.id === id)?.label ?? id;
