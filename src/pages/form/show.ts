/**
 * An answer as the page shows it: as displayAnswer does, with yes and no in the page's words. Used by controls.tsx and
 * check.ts.
 */
import { displayAnswer } from "../../core/answer";
import type { Question } from "../../core/form";
import type { Answer } from "../../core/response";
import type { Words } from "./words";

/** At most 10 digits after the point: 0.1 + 0.2 is shown as 0.3. */
export function showAnswer(question: Question, answer: Answer, { form }: Words): string {
  if (typeof answer === "boolean") return answer ? form.yes : form.no;
  if (typeof answer === "number") return String(Number(answer.toFixed(10)));
  return displayAnswer(question, answer);
}
