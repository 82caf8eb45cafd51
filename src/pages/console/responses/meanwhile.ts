/**
 * An edit of a response that somebody else changed since it was read: what was typed stays, what others changed comes
 * in, and where both touched an answer it is said. Pure.
 */
import { differences } from "../../../core/difference";
import type { Problem } from "../../../core/errors";
import type { Definition } from "../../../core/form";
import type { Answer, Answers } from "../../../core/response";
import type { RevisionView } from "../../../services/history";
import { patchFrom, typedFrom } from "../../form/prefill";
import { inputName, type Typed } from "../../form/read";

/** The answers as they were at a revision, by those of today and the history between. */
export function answersAt(answers: Answers, revisions: readonly RevisionView[], revision: number): Answers {
  const before = new Map(Object.entries(answers));
  for (const later of revisions.filter((one) => one.revision > revision).toReversed()) {
    for (const [ref, { from }] of Object.entries(later.answers)) {
      if (from === null) before.delete(ref);
      else before.set(ref, from as Answer);
    }
  }
  return Object.fromEntries(before);
}

interface Meanwhile {
  /** The inputs: the answers of today, and over them what was typed. */
  readonly typed: Typed;
  /** What others changed, by question. */
  readonly changes: readonly Problem[];
}

interface Both {
  /** When the page was read, and now. */
  readonly base: Answers;
  readonly now: Answers;
  readonly typed: Typed;
}

/** Brings together what was typed over `base` with what the answers are now. `say` puts an answer into words. */
export function bringTogether(
  definition: Definition,
  { base, now, typed }: Both,
  say: (ref: string, answer: Answer) => string,
): Meanwhile {
  const touched = new Set(Object.keys(patchFrom(definition, typed, typedFrom(definition, base))));
  const isTouched = (name: string) => [...touched].some((ref) => belongsTo(name, ref));
  const kept = [...typedFrom(definition, now)].filter(([name]) => !isTouched(name));
  const own = [...typed].filter(([name]) => isTouched(name));
  const changes = Object.entries(differences(base, now)).map(([ref, { to }]) => ({
    pointer: `/answers/${ref}`,
    question: ref,
    code: "changed_meanwhile",
    detail: sentence(to === null ? null : say(ref, to as Answer), touched.has(ref)),
  }));
  return { typed: new Map([...kept, ...own]), changes };
}

/** A question's own input, or one of its parts. */
const belongsTo = (name: string, ref: string) => name === inputName(ref) || name.startsWith(`${inputName(ref)}.`);

function sentence(now: string | null, touched: boolean): string {
  const became = now === null ? "Somebody took the answer away" : `Somebody made it “${now}”`;
  if (touched) return `${became}. What you typed stands here.`;
  return now === null ? `${became}.` : `${became}, as it stands here.`;
}
