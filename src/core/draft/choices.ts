/** Choices of a question or of a list of the form: added by their labels, renamed, moved, removed. Ids stay. Pure. */
import { type Draft, mapTranslations } from "./draft";
import { isObject, itemsOf, memberOf, textOf, withItem, withMember, withValueAt } from "./json";
import { freshId } from "./names";

export type Choices = readonly unknown[];

export const choicesOf = (owner: unknown): Choices => itemsOf(memberOf(owner, "choices"));
export const idOf = (choice: unknown): string => textOf(memberOf(choice, "id"));
export const labelOf = (choice: unknown): string => textOf(memberOf(choice, "label"));

/** With choices of these labels at the end; empty ones, and those that are there already, are left out. */
export function addChoices(choices: Choices, labels: readonly string[]): Choices {
  const [ids, known] = [new Set(choices.map(idOf)), new Set(choices.map(labelOf))];
  const added = labels.flatMap((text) => {
    const label = text.trim();
    if (label === "" || known.has(label)) return [];
    const id = freshId(label, ids);
    ids.add(id);
    known.add(label);
    return [{ id, label }];
  });
  return added.length === 0 ? choices : [...choices, ...added];
}

/** With another label for one of them. */
export function relabel(choices: Choices, at: number, label: string): Choices {
  const choice = choices[at];
  return isObject(choice) ? withItem(choices, at, withMember(choice, "label", label || undefined)) : choices;
}

/** Whose choices they are: a question (by its ref), or a list (by its name). */
export type Owner = readonly ["questions" | "choiceLists", string];

/** Without what other languages call a choice. */
export function dropLabels(draft: Draft, [kind, name]: Owner, id: string): Draft {
  const path = kind === "questions" ? [kind, name, "choices", id] : [kind, name, id];
  return mapTranslations(draft, (translation) => withValueAt(translation, path, undefined));
}
