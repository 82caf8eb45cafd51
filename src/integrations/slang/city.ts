/** Which city a response is of, and which one somebody asks for. Pure. */
import type { Definition, Question } from "../../core/form";
import { cityKey } from "../../core/lexicon/entry";
import type { Answers } from "../../core/response";

/**
 * The subjects of counts: all cities together, a response without one, or `=` with a choice's id or a typed name,
 * folded.
 */
export const EVERYWHERE = "*";
export const NOWHERE = "-";
const named = (id: string) => `=${id}`;

export interface City {
  readonly subject: string;
  /** Names by which entries of a lexicon are of this city, folded. */
  readonly names: readonly string[];
}

const questionOf = (definition: Definition | undefined, ref: string): Question | undefined =>
  definition?.questions.find((question) => question.ref === ref);

/**
 * The city of a response, against the definition that it was answered against. Typed names are one when they fold
 * alike.
 */
export function cityOf(answers: Answers, definition: Definition | undefined, ref: string): City {
  const answer = answers[ref];
  if (typeof answer !== "string") return { subject: NOWHERE, names: [] };
  const key = cityKey(answer);
  const choices = questionOf(definition, ref)?.choices;
  if (!choices) return key === "" ? { subject: NOWHERE, names: [] } : { subject: named(key), names: [key] };
  const label = choices.find(({ id }) => id === answer)?.label;
  return { subject: named(answer), names: [...new Set([key, cityKey(label ?? "")])].filter((name) => name !== "") };
}

/**
 * The subject of a city as it is asked for: by a choice's id or label, or by a typed name; null: the form has no such
 * choice.
 */
export function subjectOf(asked: string, definition: Definition | undefined, ref: string): string | null {
  const choices = questionOf(definition, ref)?.choices;
  if (!choices) return cityKey(asked) === "" ? null : named(cityKey(asked));
  const choice =
    choices.find(({ id }) => id === asked) ?? choices.find(({ label }) => cityKey(label) === cityKey(asked));
  return choice ? named(choice.id) : null;
}

/** The subject of a choice that the newest version does not have any more. */
export const formerSubject = (asked: string): string => named(asked);

/** What cities may be asked for, to be told to somebody who asked for another one. */
export function cityNames(definition: Definition | undefined, ref: string): string {
  const choices = questionOf(definition, ref)?.choices ?? [];
  const names = choices.slice(0, 20).map(({ label }) => label);
  return choices.length > names.length ? `${names.join(", ")}, …` : names.join(", ");
}

/** A city as it is shown: a choice's id and label, or the folded name. */
export function viewCity(subject: string, definition: Definition | undefined, ref: string) {
  if (subject === NOWHERE) return { city: null, label: null };
  const id = subject.slice(1);
  const label = questionOf(definition, ref)?.choices?.find((choice) => choice.id === id)?.label;
  return { city: id, label: label ?? id };
}
