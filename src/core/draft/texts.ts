/** The texts of a draft and what they are in another language, as one list for whoever translates. Pure. */
import { choicesOf, idOf, labelOf } from "./choices";
import { type Draft, listOf, nameOf } from "./draft";
import { differs, type Sent, sentText } from "./fields";
import { isObject, itemsOf, memberOf, objectOf, textOf, valueAt, withValueAt } from "./json";

/**
 * A text: where its translation stands under the language, what it is about, and what it says in the form's own
 * language.
 */
export interface TextPlace {
  readonly path: readonly string[];
  readonly about: string;
  /** "": nothing (any more); only its translation is there. */
  readonly original: string;
  readonly translation: string;
  readonly long: boolean;
}

type Place = Pick<TextPlace, "path" | "about"> & { readonly value: unknown; readonly long?: boolean };

/** Every text that a translation may have, in the order of the form, and behind them what a language has besides. */
export function textsOf(draft: Draft, tag: string): TextPlace[] {
  const translation = memberOf(draft.translations, tag);
  const named = placesOf(draft).filter(({ value }) => textOf(value) !== "");
  const known = new Set(named.map(({ path }) => nameOfPath(path)));
  const others = leavesOf(translation).filter((path) => !known.has(nameOfPath(path)));
  return [
    ...named.map(({ value, ...place }) => ({ ...place, original: textOf(value) })),
    ...others.map((path) => ({ path, about: path.join(" "), original: "" })),
  ].map((place) => ({ long: false, ...place, translation: textOf(valueAt(translation, place.path)) }));
}

function placesOf(draft: Draft): Place[] {
  const form: Place[] = [
    { path: ["title"], about: "Title of the form", value: draft.title },
    { path: ["description"], about: "Description of the form", value: draft.description, long: true },
  ];
  const questions = listOf(draft, "questions").flatMap((question): Place[] => {
    const ref = nameOf("questions", question);
    const at = ["questions", ref];
    const page = memberOf(question, "page");
    return [
      { path: [...at, "page", "title"], about: "Title of the page", value: memberOf(page, "title") },
      {
        path: [...at, "page", "description"],
        about: "Text of the page",
        value: memberOf(page, "description"),
        long: true,
      },
      { path: [...at, "title"], about: "Question", value: memberOf(question, "title") },
      { path: [...at, "description"], about: "Help", value: memberOf(question, "description"), long: true },
      ...choicePlaces([...at, "choices"], choicesOf(question)),
    ];
  });
  const lists = Object.entries(objectOf(draft.choiceLists)).flatMap(([name, choices]) =>
    choicePlaces(["choiceLists", name], itemsOf(choices)),
  );
  const rules = listOf(draft, "rules").map((rule): Place => {
    const value = memberOf(rule, "message");
    return { path: ["rules", nameOf("rules", rule)], about: "Message of a rule", value, long: true };
  });
  return [...form, ...questions, ...lists, ...rules];
}

const choicePlaces = (at: readonly string[], choices: readonly unknown[]): Place[] =>
  choices.map((choice) => ({ path: [...at, idOf(choice)], about: "Choice", value: labelOf(choice) }));

/** Where the texts of a translation stand. */
function leavesOf(value: unknown, at: readonly string[] = []): string[][] {
  if (typeof value === "string") return [[...at]];
  return isObject(value) ? Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...at, name])) : [];
}

/** The name of the input of a text: its path as a JSON Pointer. */
export const nameOfPath = (path: readonly string[]): string =>
  path.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/** The draft after the page of a language was sent: what was emptied is left out, what was not touched stays. */
export function applyTexts(draft: Draft, tag: string, sent: Sent): Draft {
  let next = draft;
  for (const { path, translation, long } of textsOf(draft, tag)) {
    const kind = long ? "text" : "line";
    const text = sentText(sent, nameOfPath(path));
    if (text === null || !differs(text, translation || undefined, kind)) continue;
    const value = (long ? text.replaceAll("\r\n", "\n") : text).trim() || undefined;
    // The language stays, also without any text: it is taken away as a whole.
    const known = objectOf(memberOf(next.translations, tag));
    const changed = withValueAt(known, path, value);
    next = withValueAt(next, ["translations", tag], changed);
  }
  return next;
}
