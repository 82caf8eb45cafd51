/**
 * What answers hold that the version they are stored under has no more: choices and whole questions. An edit moves a
 * response to the newest version and keeps what it does not touch (core/edit.ts); whoever shows such answers to people
 * needs the labels that they had. Pure; called by what hands responses to integrations.
 */
import { mergeLabels, newestFirst } from "./export/labels";
import type { Definition } from "./form";
import type { Answers } from "./response";

/** Whether answers hold a choice or answer a question that a version does not have. */
export function holdsFormer({ questions }: Definition, answers: Answers): boolean {
  const asked = new Map(questions.map((question) => [question.ref, question.choices]));
  return Object.entries(answers).some(([ref, answer]) => {
    if (!asked.has(ref)) return true;
    const choices = asked.get(ref);
    return choices !== undefined && [answer].flat().some((id) => !choices.some((choice) => choice.id === id));
  });
}

/**
 * The definition of a version, with what earlier versions had behind its own: choices, and those of their questions
 * that are `held`. Later versions have no say: the same response is always shown alike.
 */
export function withFormer(
  versions: ReadonlyMap<number, Definition>,
  { version, held }: { version: number; held: ReadonlySet<string> },
): Definition | null {
  const definition = versions.get(version);
  if (!definition) return null;
  const earlier = new Map([...versions].filter(([no]) => no < version));
  const labels = mergeLabels(earlier);
  const questions = definition.questions.map((question) => {
    const { ref, choices } = question;
    if (!choices) return question;
    const own = new Set(choices.map(({ id }) => id));
    const former = [...(labels.get(ref) ?? [])].filter(([id]) => !own.has(id)).map(([id, label]) => ({ id, label }));
    return former.length === 0 ? question : { ...question, choices: [...choices, ...former] };
  });
  const known = new Set(questions.map(({ ref }) => ref));
  for (const question of newestFirst(earlier).flatMap((one) => one.questions)) {
    if (known.has(question.ref) || !held.has(question.ref)) continue;
    known.add(question.ref);
    questions.push(question);
  }
  return { ...definition, questions };
}
