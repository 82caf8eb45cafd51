/**
 * What the choices of a form are called. A response shows the label that its own version gave a choice; where that
 * version no longer has the question (an edit moves a response to a later version and keeps its old answers), the
 * newest label there ever was. Pure.
 */
import type { Definition } from "../form";
import type { Answers } from "../response";

/** Labels by choice id, by question ref. */
export type QuestionLabels = ReadonlyMap<string, ReadonlyMap<string, string>>;

export interface Labels {
  /** Whether the definition of a version is known. */
  has(version: number): boolean;
  /** Makes a version known that was published later. */
  add(version: number, definition: Definition): void;
  /** The label of a choice; the id itself when no version has it. */
  of(version: number, ref: string, id: string): string;
  /** Answers with the labels of choices in the place of their ids. */
  answers(version: number, answers: Answers): Answers;
}

const labelsOf = (definition: Definition): QuestionLabels =>
  new Map(
    definition.questions.flatMap(({ ref, choices }) =>
      choices ? [[ref, new Map(choices.map(({ id, label }) => [id, label]))]] : [],
    ),
  );

/** Definitions from the newest version to the oldest. */
export const newestFirst = (definitions: ReadonlyMap<number, Definition>): Definition[] =>
  [...definitions].sort(([a], [b]) => b - a).map(([, definition]) => definition);

/** Every choice that a question had in any version, with its newest label: those of the newest version first. */
export function mergeLabels(definitions: ReadonlyMap<number, Definition>): QuestionLabels {
  const merged = new Map<string, Map<string, string>>();
  for (const definition of newestFirst(definitions)) {
    for (const [ref, labels] of labelsOf(definition)) {
      const known = merged.get(ref) ?? new Map<string, string>();
      for (const [id, label] of labels) if (!known.has(id)) known.set(id, label);
      merged.set(ref, known);
    }
  }
  return merged;
}

export function createLabels(definitions: ReadonlyMap<number, Definition>): Labels {
  const versions = new Map([...definitions].map(([version, definition]) => [version, labelsOf(definition)]));
  const merged = mergeLabels(definitions);
  const of = (version: number, ref: string, id: string) =>
    versions.get(version)?.get(ref)?.get(id) ?? merged.get(ref)?.get(id) ?? id;
  const isChoice = (version: number, ref: string) => (versions.get(version)?.has(ref) ?? false) || merged.has(ref);
  return {
    has: (version) => versions.has(version),
    add: (version, definition) => void versions.set(version, labelsOf(definition)),
    of,
    answers(version, answers) {
      const shown = Object.entries(answers).map(([ref, answer]) => {
        if (typeof answer === "string") return [ref, isChoice(version, ref) ? of(version, ref, answer) : answer];
        return [ref, Array.isArray(answer) ? answer.map((id) => of(version, ref, id)) : answer];
      });
      return Object.fromEntries(shown);
    },
  };
}
