/** A rule as the inputs of its page, and back into the draft. Pure. */
import { type Draft, indexOf, listOf, withListItem, withNewItem } from "../../../core/draft/draft";
import { applyFields, differs, type FieldKinds, type Sent, sentText } from "../../../core/draft/fields";
import { isObject, itemsOf, memberOf, type objectOf, withMember } from "../../../core/draft/json";
import { freshName } from "../../../core/draft/names";
import { renameRule } from "../../../core/draft/rules";
import type { Definition } from "../../../core/form";
import { applyCondition, conditionFields } from "./condition-fields";
import { type Fields, fieldsOf } from "./inputs";
import type { Change } from "./question-fields";

const RULE: FieldKinds = { severity: "line", message: "text" };
/** The key of a rule that is not there yet. */
export const NEW_RULE = "@new";

/** The inputs of a rule's page. `questions` has a tick for each question, by ref. */
export function ruleFields(rule: unknown, definition: Pick<Definition, "questions">): Fields {
  return {
    ...fieldsOf(rule, { ...RULE, name: "line" }),
    ...conditionFields(rule, "expression", definition, "rows"),
    ...Object.fromEntries(itemsOf(memberOf(rule, "questions")).map((ref) => [`concerns.${ref}`, "on"])),
  };
}

/** The draft after the page of a rule was sent. */
export function applyRule(draft: Draft, key: string, sent: Sent, definition: Pick<Definition, "questions">): Change {
  const isNew = key === NEW_RULE && indexOf(draft, "rules", key) < 0;
  const at = isNew ? listOf(draft, "rules").length : indexOf(draft, "rules", key);
  const rule = isNew ? { severity: "flag" } : listOf(draft, "rules")[at];
  if (!isObject(rule)) return { draft, key, problems: [] };
  const { object, mistake } = applyCondition(applyFields(rule, RULE, sent), "expression", {
    sent,
    definition,
    none: "rows",
  });
  const next = applyConcerned(object, sent);
  const problems = mistake ? [{ pointer: `/rules/${at}/expression`, code: "condition", detail: mistake }] : [];
  const named = (sentText(sent, "name") ?? "").trim();
  if (isNew) {
    const taken = new Set(listOf(draft, "rules").map((one) => String(memberOf(one, "name"))));
    const name = named || freshName(String(next.message ?? ""), "rule", taken);
    return { draft: withNewItem(draft, "rules", { name, ...next }), key: name, problems };
  }
  const changed = next === rule ? draft : withListItem(draft, "rules", at, next);
  const kept = named === "" || !differs(sentText(sent, "name") ?? "", memberOf(rule, "name"), "line");
  return { ...(kept ? { draft: changed, key } : renameRule(changed, key, named)), problems };
}

/**
 * The questions that it concerns: those ticked; what the page does not show, as a ref that is gone, stays only
 * untouched.
 */
function applyConcerned(rule: ReturnType<typeof objectOf>, sent: Sent): ReturnType<typeof objectOf> {
  const refs = sent.getAll("asked");
  const { questions } = rule;
  if (refs.length === 0 || (questions !== undefined && !Array.isArray(questions))) return rule;
  const before = itemsOf(questions);
  const ticked = (ref: string) => sentText(sent, `concerns.${ref}`) === "on";
  if (refs.every((ref) => ticked(ref) === before.includes(ref))) return rule;
  const next = [
    ...before.filter((ref) => !refs.some((one) => one === ref) || ticked(String(ref))),
    ...refs.filter((ref) => ticked(ref) && !before.includes(ref)),
  ];
  return withMember(rule, "questions", next.length === 0 ? undefined : next);
}
