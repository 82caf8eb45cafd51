/** What changed between two definitions of a form, question by question. Pure. */
import { type Definition, type Question, unresolved } from "./form";

/** A member before and after; left out where it was not there. */
export interface Change {
  readonly from?: unknown;
  readonly to?: unknown;
}

export interface DefinitionDiff {
  /** Members of the definition itself: title, description, language, choiceLists, rules, translations. */
  readonly form: Readonly<Record<string, Change>>;
  readonly added: readonly Question[];
  readonly removed: readonly Question[];
  readonly changed: readonly { readonly ref: string; readonly changes: Readonly<Record<string, Change>> }[];
  /** The refs that both have, in their new order; null: their order is the same. */
  readonly reordered: readonly string[] | null;
}

/** What leads from one definition to another. */
export function diffDefinitions(from: Definition, to: Definition): DefinitionDiff {
  const { questions: before, ...formBefore } = unresolved(from);
  const { questions: after, ...formAfter } = unresolved(to);
  const was = new Map(before.map((question) => [question.ref, question]));
  const is = new Map(after.map((question) => [question.ref, question]));
  const kept = after.filter(({ ref }) => was.has(ref));
  const changed = kept.flatMap((question) => {
    const changes = diffMembers(was.get(question.ref) ?? {}, question);
    return Object.keys(changes).length > 0 ? [{ ref: question.ref, changes }] : [];
  });
  const oldOrder = before.filter(({ ref }) => is.has(ref)).map(({ ref }) => ref);
  const newOrder = kept.map(({ ref }) => ref);
  return {
    form: diffMembers(formBefore, formAfter),
    added: after.filter(({ ref }) => !was.has(ref)),
    removed: before.filter(({ ref }) => !is.has(ref)),
    changed,
    reordered: same(oldOrder, newOrder) ? null : newOrder,
  };
}

function diffMembers(from: object, to: object): Record<string, Change> {
  const before = new Map<string, unknown>(Object.entries(from));
  const after = new Map<string, unknown>(Object.entries(to));
  const changes: Record<string, Change> = {};
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(key), after.get(key)];
    if (same(old, now)) continue;
    changes[key] = { ...(old !== undefined && { from: old }), ...(now !== undefined && { to: now }) };
  }
  return changes;
}

/** Equal as JSON, whatever the order of keys. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), new Map<string, unknown>(Object.entries(b))];
  return left.length === right.size && left.every(([key, value]) => right.has(key) && same(value, right.get(key)));
}
