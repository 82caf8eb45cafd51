/**
 * An edit of stored answers, checked against the newest version of the form. What the edit does not touch stays as it
 * is: a choice that the form no longer has, or a question that it asks only now, is no reason to refuse the correction
 * of a name. Pure.
 */
import { type CheckedAnswers, checkAnswers } from "./answer";
import { lookThrough } from "./answer-sheet";
import type { CompiledDefinition } from "./compiled";
import { sameJson } from "./difference";
import { mergePatch } from "./merge-patch";
import type { Answer, Answers } from "./response";

type Patch = Readonly<Record<string, unknown>>;

/**
 * The answers after a JSON Merge Patch (RFC 7396). Checked are those that it changes, what follows from them (questions
 * that are asked or demanded because of them) and what is calculated. Kept are all others, also answers to questions
 * that the form no longer asks.
 */
export function checkEdit(compiled: CompiledDefinition, stored: Answers, patch: Patch): CheckedAnswers {
  const merged = mergePatch(stored, patch) as Patch;
  const isTouched = (ref: string) => !sameJson(at(merged, ref), at(stored, ref));
  const isAsked = (ref: string) => compiled.questions.has(ref);
  const untouched = Object.entries(stored).filter(([ref]) => !isTouched(ref));
  const before = lookThrough(compiled, stored);
  // A name that is known to nobody is told, also when its answer is to be taken away.
  const removed = Object.keys(patch).filter((ref) => patch[ref] === null && !Object.hasOwn(stored, ref));
  const changed = Object.entries(merged).filter(([ref]) => isTouched(ref));
  const input = Object.fromEntries([...changed, ...removed.map((ref) => [ref, null] as const)]);
  const answers = Object.fromEntries(untouched.filter(([ref]) => isAsked(ref)));
  const owed = new Set([...before.owed].filter((ref) => !isTouched(ref)));
  const checked = checkAnswers(compiled, input, { kept: { answers, owed, hidden: before.hidden } });
  if (!checked.ok) return checked;
  const old: [string, Answer][] = untouched.filter(([ref]) => !isAsked(ref));
  return { ok: true, answers: { ...Object.fromEntries(old), ...checked.answers } };
}

const at = (answers: Patch, ref: string): unknown => (Object.hasOwn(answers, ref) ? answers[ref] : null);
