/** Rules of a draft: renamed and removed with their messages in other languages. Pure. */
import { type Draft, indexOf, isAlone, isFree, keysOf, listOf, moveTexts, nameOf, withListItem } from "./draft";
import { isObject, withMember } from "./json";
import type { Edited } from "./questions";

/** Without a rule and its messages in other languages. */
export function removeRule(draft: Draft, key: string): Draft {
  const at = indexOf(draft, "rules", key);
  const name = nameOf("rules", listOf(draft, "rules")[at]);
  const removed = withListItem(draft, "rules", at, undefined);
  return isAlone(draft, "rules", name) ? moveTexts(removed, "rules", name, null) : removed;
}

/** With a rule under another name; its messages in other languages follow, if it is clear that they are its own. */
export function renameRule(draft: Draft, key: string, to: string): Edited {
  const at = indexOf(draft, "rules", key);
  const rule = listOf(draft, "rules")[at];
  const from = nameOf("rules", rule);
  if (!isObject(rule) || from === to) return { draft, key };
  const clear = isAlone(draft, "rules", from) && isFree(draft, "rules", to);
  const followed = clear ? moveTexts(draft, "rules", from, to) : draft;
  const renamed = withListItem(followed, "rules", at, withMember(rule, "name", to));
  return { draft: renamed, key: keysOf(renamed, "rules")[at] ?? to };
}
