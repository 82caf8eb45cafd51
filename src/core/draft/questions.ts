/**
 * Questions of a draft: added, moved, copied, removed, renamed, given another type. Pages keep their questions. Pure.
 */
import { CHOICE_TYPES, NUMBER_TYPES, type QuestionType, TEXT_TYPES } from "../form";
import { LOGIC_KEYS } from "../form-logic";
import {
  type Draft,
  indexOf,
  isAlone,
  isFree,
  itemOf,
  keysOf,
  listOf,
  mapTranslations,
  moveTexts,
  nameOf,
  withListItem,
  withNewItem,
} from "./draft";
import { isObject, type JsonObject, memberOf, moved, objectOf, textOf, withMember, withValueAt } from "./json";
import { freshName, renameIn } from "./names";

/** A changed draft, and the key of the question that it is about. */
export interface Edited {
  readonly draft: Draft;
  readonly key: string;
}

const refsOf = (draft: Draft) => listOf(draft, "questions").map((question) => nameOf("questions", question));

/**
 * With a new question, behind another one or at the end. `taken`: refs that it must not have, as those of earlier
 * versions.
 */
export function addQuestion(
  draft: Draft,
  { type, title, after }: { type: QuestionType; title: string; after?: string },
  taken: Iterable<string>,
): Edited {
  const ref = freshName(title, "question", new Set([...refsOf(draft), ...taken]));
  const question = { ref, type, title };
  return { draft: withNewItem(draft, "questions", question, after), key: ref };
}

/** With the page that begins with one question beginning with another one instead. */
function movePage(draft: Draft, from: number, to: number): Draft {
  const [source, target] = [listOf(draft, "questions")[from], listOf(draft, "questions")[to]];
  const page = memberOf(source, "page");
  if (!isObject(source) || !isObject(target) || page === undefined) return draft;
  const given = withListItem(draft, "questions", to, withMember(target, "page", page));
  const taken = withListItem(given, "questions", from, withMember(source, "page", undefined));
  const [was, is] = [nameOf("questions", source), nameOf("questions", target)];
  return mapTranslations(taken, (translation) => {
    const texts = memberOf(memberOf(memberOf(translation, "questions"), was), "page");
    if (texts === undefined) return translation;
    return withValueAt(
      withValueAt(translation, ["questions", was, "page"], undefined),
      ["questions", is, "page"],
      texts,
    );
  });
}

const beginsPage = (draft: Draft, at: number) => memberOf(listOf(draft, "questions")[at], "page") !== undefined;
const isQuestion = (draft: Draft, at: number) => isObject(listOf(draft, "questions")[at]);

/**
 * With a question one place up or down. Pages stay where they are: the first question of a page goes up into the page
 * before, and the last one down into the next. One that is alone on its page takes the page along.
 */
export function moveQuestion(draft: Draft, key: string, by: -1 | 1): Draft {
  const at = indexOf(draft, "questions", key);
  const other = at + by;
  if (at < 0 || other < 0 || other >= listOf(draft, "questions").length) return draft;
  const swapped = (one: Draft) => withMember(one, "questions", moved(listOf(one, "questions"), at, by));
  const alone = (i: number) => beginsPage(draft, i) && (beginsPage(draft, i + 1) || !isQuestion(draft, i + 1));
  if (alone(at)) return swapped(draft);
  // Over the edge of a page: the page begins one question later, or earlier.
  if (by === -1 && beginsPage(draft, at)) return movePage(draft, at, at + 1);
  if (by === 1 && beginsPage(draft, other) && isQuestion(draft, at)) return movePage(draft, other, at);
  // Within a page whose first question is one of the two: the page begins with whichever comes first.
  const first = Math.min(at, other);
  return swapped(beginsPage(draft, first) ? movePage(draft, first, Math.max(at, other)) : draft);
}

/** Without a question and its texts in other languages. A page that began with it begins with the next one. */
export function removeQuestion(draft: Draft, key: string): Draft {
  const at = indexOf(draft, "questions", key);
  const ref = nameOf("questions", listOf(draft, "questions")[at]);
  const paged = beginsPage(draft, at) && !beginsPage(draft, at + 1) ? movePage(draft, at, at + 1) : draft;
  const removed = withListItem(paged, "questions", at, undefined);
  if (!isAlone(draft, "questions", ref)) return removed;
  return mapRules(moveTexts(removed, "questions", ref, null), (rule) => {
    const named = memberOf(rule, "questions");
    if (!Array.isArray(named) || !named.includes(ref)) return rule;
    const rest = named.filter((one) => one !== ref);
    return withMember(rule, "questions", rest.length === 0 ? undefined : rest);
  });
}

/**
 * With a copy of a question behind it, under a ref of its own, with its texts in other languages. It begins no page.
 */
export function duplicateQuestion(draft: Draft, key: string, taken: Iterable<string>): Edited {
  const question = itemOf(draft, "questions", key);
  if (!isObject(question)) return { draft, key };
  const from = nameOf("questions", question);
  const ref = freshName(from || textOf(question.title), "question", new Set([...refsOf(draft), ...taken]));
  const copy = withMember(withMember(question, "page", undefined), "ref", ref);
  const copied = mapTranslations(withNewItem(draft, "questions", copy, key), (translation) => {
    const texts = memberOf(memberOf(translation, "questions"), from);
    if (!isObject(texts)) return translation;
    const own = withMember(texts, "page", undefined);
    return Object.keys(own).length === 0 ? translation : withValueAt(translation, ["questions", ref], own);
  });
  return { draft: copied, key: ref };
}

/**
 * With a question under another ref: its texts, the rules and the expressions that name it follow, if it is clear that
 * they mean it.
 */
export function renameQuestion(draft: Draft, key: string, to: string): Edited {
  const at = indexOf(draft, "questions", key);
  const question = listOf(draft, "questions")[at];
  const from = nameOf("questions", question);
  if (!isObject(question) || from === to) return { draft, key };
  const followed =
    isAlone(draft, "questions", from) && isFree(draft, "questions", to) ? follow(draft, from, to) : draft;
  const renamed = withListItem(
    followed,
    "questions",
    at,
    withMember(objectOf(listOf(followed, "questions")[at]), "ref", to),
  );
  return { draft: renamed, key: keysOf(renamed, "questions")[at] ?? to };
}

function follow(draft: Draft, from: string, to: string): Draft {
  const inMember = (object: JsonObject, name: string) => {
    const source = memberOf(object, name);
    return typeof source === "string" ? withMember(object, name, renameIn(source, from, to)) : object;
  };
  const questions = listOf(draft, "questions").map((one) => (isObject(one) ? LOGIC_KEYS.reduce(inMember, one) : one));
  const asked = moveTexts(withMember(draft, "questions", questions), "questions", from, to);
  return mapRules(asked, (rule) => {
    const named = memberOf(rule, "questions");
    const next = Array.isArray(named) ? named.map((one) => (one === from ? to : one)) : named;
    return inMember(withMember(rule, "questions", next), "expression");
  });
}

function mapRules(draft: Draft, change: (rule: JsonObject) => JsonObject): Draft {
  const rules = listOf(draft, "rules").map((rule) => (isObject(rule) ? change(rule) : rule));
  return draft.rules === undefined ? draft : withMember(draft, "rules", rules);
}

/** The settings that questions of some types have, and which types those are. */
const ONLY: Readonly<Record<string, ReadonlySet<QuestionType>>> = {
  choices: CHOICE_TYPES,
  choiceList: CHOICE_TYPES,
  min: NUMBER_TYPES,
  max: NUMBER_TYPES,
  minLength: TEXT_TYPES,
  maxLength: TEXT_TYPES,
  pattern: TEXT_TYPES,
  minChoices: new Set(["multiple_choice"]),
  maxChoices: new Set(["multiple_choice"]),
};

/** Whether questions of a type have a setting. */
export const hasSetting = (type: unknown, member: string): boolean =>
  ONLY[member] === undefined || [...ONLY[member]].some((one) => one === type);

/** A question of another type: without the settings that it can't have. */
export function retyped(question: JsonObject, type: QuestionType): JsonObject {
  const lost = Object.keys(ONLY).filter((member) => !hasSetting(type, member));
  const unasked = type === "statement" ? ["required", "requiredIf", "calculated", "shown", "indexed"] : [];
  const rest = [...lost, ...unasked].reduce((one, member) => withMember(one, member, undefined), question);
  return withMember(rest, "type", type);
}
