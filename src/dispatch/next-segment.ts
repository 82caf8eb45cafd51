/**
 * A form's next segment (docs/decisions/025): opened when its shard is full, or its segment. The old one is retired
 * before the new one is in the directory, so that no key of the old one can be missed, and the new one has its cursors
 * by then. Everything may be cut short and repeated, by several at once: whoever comes first into the directory has
 * opened it.
 */
import type { Trace } from "../core/trace";
import { setIndexedQuestions } from "../store/answer-index";
import { type FormRow, findForm, readDefinitions } from "../store/form-reads";
import * as placement from "../store/placement";
import { beginRecheck, readRechecks } from "../store/rechecks";
import { isRestoring } from "../store/restoring";
import { listSegments, type Segment } from "../store/shards";
import { count } from "../telemetry/counters";
import * as events from "../telemetry/events";
import { dropOrphans, furnishSegment, type Obeyer, obeyCommands } from "./obey";

export interface Opener extends Obeyer {
  readonly capBytes: number;
}

export interface Opening {
  readonly form: string;
  /** Where the form writes now, as far as the caller knows. */
  readonly from: Segment;
  /** That takes nothing any more, or has no room: another segment on the same shard will do. */
  readonly anywhere: boolean;
}

/**
 * Opens the next segment of a form, closed until its version and state are told to it (updateOpenSegment). False: there
 * is no other shard to go to, somebody else was first, the form is deleted, or a restore is under way, whose cursors
 * are not there yet.
 */
export async function openNextSegment(on: Opener, { form: id, from, anywhere }: Opening): Promise<boolean> {
  const { shards } = on;
  const [row, earlier] = await Promise.all([findForm(shards.control, id), listSegments(shards, id)]);
  const last = earlier.at(-1);
  if (!row || row.deletedAt !== null || !last || !placement.isSame(last, from)) return false;
  if (await isRestoring(shards.control)) return false;
  const rows = await placement.readShards(shards);
  const shard =
    placement.chooseShard(rows, { capBytes: on.capBytes, from: last.shard }) ?? (anywhere ? last.shard : null);
  if (shard === null) return false;
  const now = on.now();
  const next = await placement.makeSegment(shards, { ...row, now }, { shard, earlier });
  await furnish(on, row, { last, next });
  await placement.retireSegment(shards, last, now);
  await placement.listSegment(shards, { id, now }, { ordinal: earlier.length, segment: next });
  await settleOpening(on, id);
  events.segmentOpened({ form: id, shard, segment: next.no, after: last });
  return true;
}

/**
 * What came in between the furnishing of a form's newest segment and the directory: looked at once more, and then
 * settled.
 */
export async function settleOpening(on: Opener, id: string): Promise<void> {
  const [row, segments] = await Promise.all([findForm(on.shards.control, id), listSegments(on.shards, id)]);
  const [last, next] = segments.slice(-2);
  if (!row || row.erasingAt !== null || !last || !next) return;
  await furnish(on, row, { last, next });
  await dropOrphans(on, next);
  await placement.noteSettled(on.shards, id, next);
}

/** Forms that one sweep settles. */
const SETTLE_MAX = 100;

/**
 * Does what was begun with forms and their integrations and not ended, because a worker died or a shard was away. One
 * round trip when there is nothing. A form that fails stops no other; the first failure is thrown at the end.
 */
export async function settleForms(on: Opener, trace?: Trace): Promise<void> {
  const errors: unknown[] = [];
  for (const { form, what } of await placement.listUnsettled(on.shards, SETTLE_MAX)) {
    const work = what === "segment" ? settleOpening(on, form) : obeyCommands(on, form);
    await work.then(
      () => {
        count("formlog_settled", { what });
        events.formSettled({ trace, form, what });
      },
      (error: unknown) => errors.push(error),
    );
  }
  if (errors.length > 0) throw errors[0];
}

interface Step {
  readonly last: Segment;
  readonly next: Segment;
}

/**
 * Gives the next segment what the last one has: a cursor of each integration, its indexes, its re-check. May be
 * repeated.
 */
async function furnish(on: Opener, form: FormRow, { last, next }: Step): Promise<void> {
  const { shards } = on;
  const there = shards.get(next.shard).db;
  await furnishSegment(on, form.id, { last, next });
  const questions = (await readDefinitions(shards.control, form.id, [form.version])).get(form.version)?.questions ?? [];
  const indexed = questions.filter((question) => question.indexed);
  if (indexed.length > 0) await setIndexedQuestions(there, next.no, indexed);
  const { rows } = await readRechecks(shards, form.id, [last]);
  for (const { version, askedAt } of rows) {
    const request = { form: form.id, version, askedAt, startAt: askedAt };
    await beginRecheck(there, next.no, { request, now: on.now() });
  }
}
