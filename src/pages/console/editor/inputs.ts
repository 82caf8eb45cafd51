/** What the inputs of an edited thing hold: what is stored, or after a refusal or a check what was typed. Pure. */
import { type FieldKinds, type Sent, sentText, shownAs } from "../../../core/draft/fields";
import { memberOf } from "../../../core/draft/json";

/** The text of an input by its name. */
export type Inputs = (name: string) => string;

export type Fields = Readonly<Record<string, string>>;

export const inputsOf =
  (stored: Fields, sent?: Sent): Inputs =>
  (name) =>
    (sent && sentText(sent, name)) ?? (Object.hasOwn(stored, name) ? (stored[name] ?? "") : "");

/** The fields of an object's members, as core/draft/fields.ts reads them again. */
export const fieldsOf = (object: unknown, kinds: FieldKinds, prefix = ""): Fields =>
  Object.fromEntries(
    Object.entries(kinds).map(([member, kind]) => [prefix + member, shownAs(memberOf(object, member), kind)]),
  );

/** Whether a form says just what is stored: nobody touched it. */
export const isAsStored = (stored: Fields, sent: Sent): boolean =>
  Object.entries(stored).every(([name, text]) => {
    const typed = sentText(sent, name);
    return typed === null || typed.replaceAll(/[\r\n]+/g, "\n") === text.replaceAll(/[\r\n]+/g, "\n");
  });
