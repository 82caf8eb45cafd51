/**
 * The answers of one response while they are checked: filled in question by question, with what is not asked left out
 * and what is calculated computed. Pure; called by core/answer.ts and core/edit.ts.
 */
import type { Complaint } from "./answer-types";
import type { CompiledDefinition, CompiledQuestion } from "./compiled";
import type { CheckedExpression } from "./expression";
import type { Question } from "./form";
import type { QuestionLogic } from "./form-logic";
import type { Answer, Answers } from "./response";

/** More than a person reads, less than a hostile body could ask for. */
export const PROBLEMS_MAX = 100;

/** What an edit does not touch and therefore leaves as it is (core/edit.ts). */
export interface Kept {
  /** Answers that stand, also where their question would not take them any more. */
  readonly answers: Answers;
  /** Questions that need not be answered although they demand it: they had no answer before. */
  readonly owed: ReadonlySet<string>;
  /** Questions that were not asked before: their answers stand when they still are not. */
  readonly hidden: ReadonlySet<string>;
}

const isEmpty = (value: unknown) =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

/** The answer to a question; null: there is none. */
export const answerOf = (answers: Readonly<Record<string, Answer | null>>, ref: string): Answer | null =>
  Object.hasOwn(answers, ref) ? (answers[ref] ?? null) : null;

/** The answers while they are checked: by ref, null where there is none (yet). */
export interface Sheet {
  readonly input: Readonly<Record<string, unknown>>;
  /** Answers that are taken as they are. */
  readonly kept: Answers;
  readonly values: Record<string, Answer | null>;
  readonly complaints: Map<string, Complaint[]>;
  /** Questions that are not asked, given the answers. */
  readonly hidden: Set<string>;
}

/** Takes in what was sent; `kept` stands, whatever was sent for it. */
export function readSheet(compiled: CompiledDefinition, input: Sheet["input"], kept: Answers): Sheet {
  const sheet: Sheet = { input, kept, values: {}, complaints: new Map(), hidden: new Set() };
  if (compiled.hasLogic) fillInOrder(compiled, sheet);
  else for (const question of compiled.questions.values()) fill(question, sheet);
  return sheet;
}

/**
 * Which questions of the form stored answers leave unanswered that demand an answer, and which are not asked given
 * them.
 */
export function lookThrough(compiled: CompiledDefinition, answers: Answers): Omit<Kept, "answers"> {
  const sheet = readSheet(compiled, {}, answers);
  const owed = new Set<string>();
  for (const { question, logic } of compiled.questions.values()) {
    if (answerOf(sheet.values, question.ref) === null && isOwed(question, logic, sheet)) owed.add(question.ref);
  }
  return { owed, hidden: sheet.hidden };
}

/** What is always asked comes first, because conditions may look ahead at it; the rest in the order of the form. */
function fillInOrder(compiled: CompiledDefinition, sheet: Sheet): void {
  const later: CompiledQuestion[] = [];
  for (const compiledQuestion of compiled.questions.values()) {
    const { question } = compiledQuestion;
    sheet.values[question.ref] = null;
    const waits = question.visibleIf !== undefined || question.calculated !== undefined;
    if (waits) later.push(compiledQuestion);
    else fill(compiledQuestion, sheet);
  }
  for (const compiledQuestion of later) {
    const { question, logic } = compiledQuestion;
    if (logic.visibleIf && !holds(logic.visibleIf, sheet)) sheet.hidden.add(question.ref);
    else if (question.calculated === undefined) fill(compiledQuestion, sheet);
    else sheet.values[question.ref] = calculate(compiledQuestion, sheet);
  }
}

function fill({ question, check }: CompiledQuestion, sheet: Sheet): void {
  const { ref } = question;
  const standing = answerOf(sheet.kept, ref);
  if (standing !== null) {
    sheet.values[ref] = standing;
    return;
  }
  const value = Object.hasOwn(sheet.input, ref) ? sheet.input[ref] : undefined;
  if (isEmpty(value)) return;
  let complaints: Complaint[] | undefined;
  const answer = check(value, (complaint) => {
    complaints ??= [];
    if (complaints.length < PROBLEMS_MAX) complaints.push(complaint);
    return undefined;
  });
  if (complaints) sheet.complaints.set(ref, complaints);
  else if (answer !== undefined) sheet.values[ref] = answer;
}

/** A condition on an answer that is not there does not hold. */
function holds(condition: CheckedExpression, { values }: Sheet): boolean {
  try {
    return condition.run(values) === true;
  } catch {
    return false;
  }
}

/** Nobody can mend a calculated answer: one that can't be computed, or does not fit its question, is left out. */
function calculate({ check, logic }: CompiledQuestion, { values }: Sheet): Answer | null {
  try {
    const value = logic.calculated?.run(values);
    if (isEmpty(value)) return null;
    let fits = true;
    const answer = check(value, () => {
      fits = false;
      return undefined;
    });
    return fits ? (answer ?? null) : null;
  } catch {
    return null;
  }
}

/** Whether a question must be answered, given the other answers. */
export function isDemanded(question: Question, logic: QuestionLogic, sheet: Sheet): boolean {
  if (sheet.hidden.has(question.ref)) return false;
  return question.required === true || (logic.requiredIf !== undefined && holds(logic.requiredIf, sheet));
}

/** Whether a question that has no answer must have one, and nothing else is wrong with it. */
export const isOwed = (question: Question, logic: QuestionLogic, sheet: Sheet): boolean =>
  !sheet.complaints.has(question.ref) && isDemanded(question, logic, sheet);
