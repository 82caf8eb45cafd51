/**
 * The pages of a form, as people see them: a question may begin one. Nothing else knows of pages: answers, exports and
 * sheets are of one list of questions. (Not the pages of a log, which are entries read at once.) Pure.
 */
import * as z from "zod";
import type { Question } from "./form";
import { NfcString } from "./nfc-string";

/** What stands over a page; without a title it is only a break. */
export const PageSchema = z.strictObject({
  title: NfcString.min(1).max(300).optional(),
  description: NfcString.max(5000).optional(),
});

export type PageHead = Readonly<z.infer<typeof PageSchema>>;

export interface FormPage extends PageHead {
  readonly questions: readonly Question[];
}

/**
 * The questions by page, in the order of the form. The first page begins with the first question, whether it says so or
 * not.
 */
export function pagesOf(questions: readonly Question[]): FormPage[] {
  const starts = questions.flatMap((question, i) => (i === 0 || question.page ? [i] : []));
  return starts.map((start, n) => ({ ...questions[start]?.page, questions: questions.slice(start, starts[n + 1]) }));
}
