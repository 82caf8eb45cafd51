/**
 * Answers as people read them: by the version of the form that they were given to, with the titles of its questions.
 */
import { displayAnswer } from "../../../core/answer";
import { createLabels, newestFirst } from "../../../core/export/labels";
import type { Definition, Question } from "../../../core/form";
import type { Answer } from "../../../core/response";

export interface Reader {
  /** The question that a ref is in a version, or was in the newest version that had it. */
  question(version: number, ref: string): Question | undefined;
  /** The questions of a version that are answered, in its order. */
  asked(version: number): readonly Question[];
  /** What an answer says: labels of choices, Yes or No. */
  text(version: number, ref: string, answer: Answer): string;
}

/** A reader of responses to these versions. */
export function createReader(definitions: ReadonlyMap<number, Definition>): Reader {
  const labels = createLabels(definitions);
  const newest = newestFirst(definitions);
  const find = (definition: Definition | undefined, ref: string) =>
    definition?.questions.find((question) => question.ref === ref);
  return {
    question(version, ref) {
      const here = find(definitions.get(version), ref);
      return here ?? newest.map((definition) => find(definition, ref)).find((question) => question !== undefined);
    },
    asked: (version) => (definitions.get(version)?.questions ?? []).filter(({ type }) => type !== "statement"),
    text(version, ref, answer) {
      const labelled = labels.answers(version, { [ref]: answer })[ref] ?? answer;
      // The choices are read already: an answer that happens to be the id of another choice is not read again.
      return displayAnswer({}, labelled);
    },
  };
}
