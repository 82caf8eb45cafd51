/**
 * Acts on what receivers answered to the events of a page: one annotation for each response, all of them together,
 * before the page is settled. A page whose answers say nothing costs no call. What did not count is noted with the
 * attempt.
 */
import type { AnnotationInput, AnnotationResult } from "../../core/annotation";
import type { AttemptRecord, Deps, Entry, Outcome, Page, PageResult } from "../../core/integration";
import type { ResponseRecord } from "../../core/response";
import { readAnswer } from "./answer";
import type { Heard } from "./client";
import type { Config, Secrets } from "./manifest";
import { pauseOfDelivery } from "./schedule";

/** A page that was sent, and the answers of those events that were taken, by position. */
export interface Sent {
  readonly result: PageResult;
  readonly heard: ReadonlyMap<number, Heard>;
}

/** What is said of one response, by the answers to these entries. */
interface Statement {
  readonly response: ResponseRecord;
  readonly entries: readonly Entry[];
  readonly says: AnnotationInput;
}

const NOTES: Readonly<Record<AnnotationResult, string>> = {
  done: "applied to the response",
  stale: "not applied: the response was edited or erased meanwhile, and an edit is an event of its own",
  busy: "not applied: others kept changing the response",
  refused: "not applied: its metadata would have too many entries, or another collector",
};

/** The page's result once what the answers say is applied. */
export async function heedAnswers(
  page: Page,
  deps: Deps<Config, Secrets>,
  { result, heard }: Sent,
): Promise<PageResult> {
  const { statements, notes } = await collect(page, deps, heard);
  if (statements.length === 0 && notes.size === 0) return result;
  const results = statements.length > 0 ? await deps.annotate(statements.map(annotationOf)) : [];
  const outcomes = new Map(result.outcomes);
  for (const [index, { entries }] of statements.entries()) {
    const done = results[index] ?? "busy";
    for (const entry of entries) {
      notes.set(entry.position, NOTES[done]);
      if (done === "busy") outcomes.set(entry.position, askAgain(entry));
    }
  }
  return { ...result, outcomes, attempts: noted(result.attempts, notes) };
}

const annotationOf = ({ response, says }: Statement) => ({ response, ...says });

/** In the order of the log, so that of two things said of one response the later one holds. */
async function collect(page: Page, { secrets }: Deps<Config, Secrets>, heard: Sent["heard"]) {
  const notes = new Map<number, string>();
  const statements = new Map<number, Statement>();
  for (const entry of page.entries) {
    const answer = heard.get(entry.position);
    const asked = { id: entry.delivery, revision: entry.response.revision, secrets };
    const said = answer ? await readAnswer(answer, asked) : null;
    if (!said) continue;
    const refused = "refused" in said ? said.refused : reasonNotToAsk(entry);
    if (refused !== null) notes.set(entry.position, `not applied: ${refused}`);
    if (refused !== null || "refused" in said) continue;
    const { position } = entry.response;
    statements.set(position, join(statements.get(position), entry, said.says));
  }
  return { statements: [...statements.values()], notes };
}

/**
 * Only who submits or edits asks for a validator's word. What a reviewer or another integration does must not: two
 * validators would answer each other for ever.
 */
function reasonNotToAsk({ event, annotated }: Entry): string | null {
  if (event === "created" || (event === "updated" && !annotated)) return null;
  return "only what is answered to response.created, and to response.updated of an edit, counts";
}

function join(before: Statement | undefined, entry: Entry, says: AnnotationInput): Statement {
  const { response } = entry;
  if (!before) return { response, entries: [entry], says };
  const metadata = { ...before.says.metadata, ...says.metadata };
  return { response, entries: [...before.entries, entry], says: { ...before.says, ...says, metadata } };
}

const askAgain = ({ delivery, attempted }: Entry): Outcome => ({
  type: "retry",
  reason: "The response was changed by others while the receiver's answer was applied.",
  afterSeconds: pauseOfDelivery(delivery, (attempted?.attempts ?? 0) + 1, null),
});

/** The attempts with what became of their answers before these. */
function noted(
  attempts: PageResult["attempts"],
  notes: ReadonlyMap<number, string>,
): ReadonlyMap<number, AttemptRecord> {
  const all = new Map(attempts);
  for (const [position, note] of notes) {
    const attempt = all.get(position);
    if (attempt) all.set(position, { ...attempt, answer: `Formlog: ${note}.\n${attempt.answer}` });
  }
  return all;
}
