/**
 * A form's next segment (docs/decisions/025): opened when its shard is full, or its segment. The old one is retired
 * before the new one is in the directory, so that no key of the old one can be missed, and the new one has its cursors
 * by then. Everything may be cut short and repeated, by several at once: whoever comes first into the directory has
 * opened it.
 */

import { segmentStart } from "../core/ids";
import type { KindTraits } from "../core/manifest";
import { nextNight } from "../core/night";
import { setIndexedQuestions } from "../store/answer-index";
import { createCursor, findCursor } from "../store/cursor-control";
import { type FormRow, findForm, readDefinitions } from "../store/form-reads";
import * as placement from "../store/placement";
import { beginRecheck, readRechecks } from "../store/rechecks";
import { isRestoring } from "../store/restoring";
import { listSegments, type Segment, type Shards } from "../store/shards";
import * as events from "../telemetry/events";

export interface Opener {
  readonly shards: Shards;
  readonly now: () => number;
  readonly capBytes: number;
  readonly traitsOf: (kind: string) => KindTraits | undefined;
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
  // The cursors of a deleted form are held: those that were made as they are now would stay so when it is restored.
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
  if (!row || row.deletedAt !== null || !last || !next) return;
  await furnish(on, row, { last, next });
  await placement.noteSettled(on.shards, id, next);
}

/** Forms whose openings one sweep settles. */
const SETTLE_MAX = 100;

/** Settles what was cut short. Done by the sweeper. */
export async function settleOpenings(on: Opener): Promise<void> {
  for (const form of await placement.listUnsettled(on.shards, SETTLE_MAX)) await settleOpening(on, form);
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
  const [here, there] = [shards.get(last.shard).db, shards.get(next.shard).db];
  for (const { no, kind } of await placement.listFollowers(shards, form.id)) {
    const cursor = await findCursor(here, last.no, no);
    await createCursor(there, firstPlace(on, { integration: no, kind, segment: next.no }), { segment: last, cursor });
  }
  const questions = (await readDefinitions(shards.control, form.id, [form.version])).get(form.version)?.questions ?? [];
  const indexed = questions.filter((question) => question.indexed);
  if (indexed.length > 0) await setIndexedQuestions(there, next.no, indexed);
  const { rows } = await readRechecks(shards, form.id, [last]);
  for (const { version, askedAt } of rows) {
    const request = { form: form.id, version, askedAt, startAt: askedAt };
    await beginRecheck(there, next.no, { request, now: on.now() });
  }
}

/** Where an integration begins in a new segment: before its first response, and before its first change. */
function firstPlace(on: Opener, at: { integration: number; kind: string; segment: number }) {
  const kind = on.traitsOf(at.kind);
  const follows = kind?.events.some((event) => event !== "created") === true;
  const start = segmentStart(at.segment);
  return {
    ...at,
    position: start,
    revisionPosition: follows ? start : null,
    reconcileAt: kind?.reconciled ? nextNight(on.now(), at.integration) : null,
  };
}
