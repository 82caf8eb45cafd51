/**
 * Questions and rules of a draft by the keys that pages address them with, and the changes to both that concern more
 * than one place: texts in other languages and rules follow. Everything that is not named stays as it is. Pure.
 */
import { RefSchema } from "../form-schema";
import { isObject, itemsOf, type JsonObject, memberOf, objectOf, renamed, textOf, withItem, withMember } from "./json";

/** A draft that its pages can edit: whatever else it has, its lists are lists. */
export type Draft = JsonObject;

/** The draft, if pages can edit it; null: only as JSON. */
export function asDraft(value: unknown): Draft | null {
  if (!isObject(value)) return null;
  const { questions = [], rules = [], translations = {}, choiceLists = {} } = value;
  const fits = Array.isArray(questions) && Array.isArray(rules) && isObject(translations) && isObject(choiceLists);
  return fits ? value : null;
}

export type ListName = "questions" | "rules";
const NAMED_BY = { questions: "ref", rules: "name" } as const;

export const listOf = (draft: Draft, list: ListName): readonly unknown[] => itemsOf(draft[list]);
export const nameOf = (list: ListName, item: unknown): string => textOf(memberOf(item, NAMED_BY[list]));

/** The keys of the questions or rules, in their order: ref or name, or the place of one that has none of its own. */
export function keysOf(draft: Draft, list: ListName): readonly string[] {
  const seen = new Set<string>();
  return listOf(draft, list).map((item, i) => {
    const name = nameOf(list, item);
    if (seen.has(name) || !/^[A-Za-z]\w{0,63}$/.test(name)) return `@${i}`;
    seen.add(name);
    return name;
  });
}

/** Where the item of a key stands; -1: there is none. */
export const indexOf = (draft: Draft, list: ListName, key: string): number => keysOf(draft, list).indexOf(key);

/** The item of a key; undefined: there is none. */
export const itemOf = (draft: Draft, list: ListName, key: string): unknown =>
  listOf(draft, list)[indexOf(draft, list, key)];

/** With an item changed; undefined takes it away. */
export function withListItem(draft: Draft, list: ListName, at: number, item: unknown): Draft {
  return at < 0 ? draft : withMember(draft, list, withItem(listOf(draft, list), at, item));
}

/** With another item behind the one of a key, or at the end. */
export function withNewItem(draft: Draft, list: ListName, item: JsonObject, after?: string): Draft {
  const items = listOf(draft, list);
  const at = after === undefined ? -1 : indexOf(draft, list, after);
  return withMember(draft, list, items.toSpliced(at < 0 ? items.length : at + 1, 0, item));
}

/** Changes what each language says of a question or rule. */
export function mapTranslations(draft: Draft, change: (translation: JsonObject) => JsonObject): Draft {
  const translations = objectOf(draft.translations);
  const next = Object.entries(translations).map(([tag, one]) => [tag, isObject(one) ? change(one) : one] as const);
  if (next.every(([tag, one]) => one === translations[tag])) return draft;
  return withMember(draft, "translations", Object.fromEntries(next));
}

/** What a language says of the item with a name goes to another name; null: it is dropped. */
export function moveTexts(draft: Draft, list: ListName, from: string, to: string | null): Draft {
  return mapTranslations(draft, (translation) => {
    const texts = memberOf(translation, list);
    if (!isObject(texts) || !Object.hasOwn(texts, from)) return translation;
    return withMember(translation, list, to === null ? withMember(texts, from, undefined) : renamed(texts, from, to));
  });
}

/** Whether a name is of one item only, so that what names it means this one. */
export const isAlone = (draft: Draft, list: ListName, name: string): boolean =>
  listOf(draft, list).filter((item) => nameOf(list, item) === name).length === 1;

/** Whether a name may be given to an item beside those that there are. */
export const isFree = (draft: Draft, list: ListName, name: string): boolean =>
  RefSchema.safeParse(name).success && listOf(draft, list).every((item) => nameOf(list, item) !== name);
