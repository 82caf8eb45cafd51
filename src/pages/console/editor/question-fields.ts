/**
 * A question as the inputs of its page, and back into the draft. What the page has no input for stays as it is. Pure.
 */
import {
  addChoices,
  type Choices,
  choicesOf,
  dropLabels,
  idOf,
  type Owner,
  relabel,
} from "../../../core/draft/choices";
import { type Draft, indexOf, listOf, nameOf, withListItem } from "../../../core/draft/draft";
import { applyFields, differs, type FieldKinds, type Sent, sentText, shownAs } from "../../../core/draft/fields";
import { isObject, type JsonObject, memberOf, moved, objectOf, withItem, withMember } from "../../../core/draft/json";
import { type Edited, hasSetting, renameQuestion, retyped } from "../../../core/draft/questions";
import type { Problem } from "../../../core/errors";
import { type Definition, QUESTION_TYPES, type QuestionType } from "../../../core/form";
import { applyCondition, conditionFields } from "./condition-fields";
import { type Fields, fieldsOf } from "./inputs";

/** What every question has an input for, and what those of some types have. */
const SHARED: FieldKinds = {
  title: "line",
  description: "text",
  required: "flag",
  indexed: "flag",
  shown: "flag",
  calculated: "text",
  metadata: "pairs",
};
const OF_TYPES: FieldKinds = {
  choiceList: "line",
  min: "number",
  max: "number",
  minLength: "number",
  maxLength: "number",
  pattern: "line",
  minChoices: "number",
  maxChoices: "number",
};
const PAGE: FieldKinds = { title: "line", description: "text" };
export const CONDITIONS = ["visibleIf", "requiredIf"] as const;

const kindsOf = (type: unknown): FieldKinds => ({
  ...SHARED,
  ...Object.fromEntries(Object.entries(OF_TYPES).filter(([member]) => hasSetting(type, member))),
});

/** The inputs of a question's page. */
export function questionFields(question: unknown, definition: Pick<Definition, "questions">): Fields {
  const type = memberOf(question, "type");
  return {
    ...fieldsOf(question, { ...kindsOf(type), ref: "line", type: "line" }),
    ...Object.assign({}, ...CONDITIONS.map((member) => conditionFields(question, member, definition))),
    begins: memberOf(question, "page") === undefined ? "" : "on",
    ...fieldsOf(memberOf(question, "page"), PAGE, "page."),
    ...choiceFields(choicesOf(question)),
  };
}

export const choiceFields = (choices: Choices): Fields => ({
  ...Object.fromEntries(choices.map((choice, i) => [`choice.${i}`, shownAs(memberOf(choice, "label"), "line")])),
  more: "",
});

export interface Change extends Edited {
  readonly problems: readonly Problem[];
}

/** The draft after the page of a question was sent, and its key by then. Problems: what could not be put together. */
export function applyQuestion(
  draft: Draft,
  key: string,
  sent: Sent,
  definition: Pick<Definition, "questions">,
): Change {
  const at = indexOf(draft, "questions", key);
  const question = listOf(draft, "questions")[at];
  if (!isObject(question)) return { draft, key, problems: [] };
  const problems: Problem[] = [];
  let next = applyPage(applyFields(question, kindsOf(question.type), sent), sent);
  for (const member of CONDITIONS) {
    const { object, mistake } = applyCondition(next, member, { sent, definition });
    next = object;
    if (mistake) problems.push({ pointer: `/questions/${at}/${member}`, code: "condition", detail: mistake });
  }
  // A list takes the place of the choices that the question had itself.
  if (next.choiceList !== question.choiceList && next.choiceList !== undefined)
    next = withMember(next, "choices", undefined);
  const chosen = next.choiceList === undefined ? applyChoices(next.choices, sent) : null;
  if (chosen && chosen.choices !== next.choices) next = withMember(next, "choices", orNone(chosen.choices));
  const type = sentText(sent, "type");
  if (type !== null && isType(type) && differs(type, question.type, "line")) next = retyped(next, type);
  let changed = next === question ? draft : withListItem(draft, "questions", at, next);
  const ref = nameOf("questions", question);
  for (const id of chosen?.dropped ?? []) changed = dropLabels(changed, ["questions", ref], id);
  const named = sentText(sent, "ref");
  if (named === null || !differs(named, question.ref, "line")) return { draft: changed, key, problems };
  return { ...renameQuestion(changed, key, named.trim()), problems };
}

const isType = (text: string): text is QuestionType => QUESTION_TYPES.some((type) => type === text);
const orNone = (choices: Choices) => (choices.length === 0 ? undefined : choices);

function applyPage(question: JsonObject, sent: Sent): JsonObject {
  const begins = sentText(sent, "begins");
  const { page } = question;
  if (begins === null || (page !== undefined && !isObject(page) && begins === "on")) return question;
  if (begins !== "on") return page === undefined ? question : withMember(question, "page", undefined);
  const next = applyFields(objectOf(page), PAGE, sent, "page.");
  return next === page ? question : withMember(question, "page", next);
}

/**
 * Choices after their inputs were sent: labels, new ones, and what the pressed button does (`do`: up:2, down:2,
 * drop:2).
 */
export function applyChoices(stored: unknown, sent: Sent): { choices: Choices; dropped: readonly string[] } | null {
  if (stored !== undefined && !Array.isArray(stored)) return null;
  const before: Choices = stored ?? [];
  let choices: Choices = before;
  for (const [i, choice] of before.entries()) {
    const label = sentText(sent, `choice.${i}`);
    if (label !== null && differs(label, memberOf(choice, "label"), "line"))
      choices = relabel(choices, i, label.trim());
  }
  const [deed = "", place = ""] = (sent.get("do") ?? "").split(":");
  const at = Number(place);
  const dropped = deed === "drop" && choices[at] !== undefined ? [idOf(choices[at])] : [];
  if (deed === "up" || deed === "down") choices = moved(choices, at, deed === "up" ? -1 : 1);
  if (dropped.length > 0) choices = withItem(choices, at, undefined);
  const labels = (sentText(sent, "more") ?? "").split(/\r?\n/);
  return { choices: addChoices(choices, labels), dropped };
}

/** A list of the form after its page was sent. */
export function applyList(draft: Draft, name: string, sent: Sent): Draft {
  const lists = objectOf(draft.choiceLists);
  if (!Array.isArray(memberOf(lists, name))) return draft;
  const changed = applyChoices(lists[name], sent);
  if (!changed || changed.choices === lists[name]) return draft;
  const owner: Owner = ["choiceLists", name];
  const next = withMember(draft, "choiceLists", withMember(lists, name, changed.choices));
  return changed.dropped.reduce((one, id) => dropLabels(one, owner, id), next);
}
