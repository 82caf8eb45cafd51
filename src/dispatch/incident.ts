/**
 * Whom a page's end is told to (docs/decisions/025): an integration is stopped, and delivers again, as one, however
 * many segments its form has. What was told is noted with the cursor of the form's first segment, which decides: of all
 * segments that find the same cause, at whatever moment, one tells it, and so does the first that delivers again.
 */
import { blockedAfter, type Incident, type PageEnd } from "../core/notice";
import { findCursor } from "../store/cursor-control";
import type { Cursor } from "../store/cursors";
import { noteIncident } from "../store/notices";
import { listSegments } from "../store/shards";
import type { Engine } from "./engine";
import type { Place } from "./page";
import type { Settlement } from "./settle";

/** Each try that fails is one that another segment won. */
const TRIES_MAX = 20;

/**
 * What is told of a page. Of a first segment's it is to be noted with what settles the page; of a later one's it is
 * noted by now, with the first one's cursor, which is asked when the page was stopped, or delivered after a stop: three
 * round trips, two when there is nothing to tell, none of other pages.
 */
export async function tellIncident(
  engine: Engine,
  place: Place,
  cursor: Cursor,
  { end, incident }: Pick<Settlement, "end" | "incident">,
): Promise<Incident | null> {
  if (cursor.follows === null) return incident;
  const matters = end.cause !== null || (end.delivered && cursor.blocked !== null);
  return matters ? tellAtFirst(engine, place, cursor, end) : null;
}

async function tellAtFirst(
  { shards }: Engine,
  { setup }: Place,
  cursor: Cursor,
  end: PageEnd,
): Promise<Incident | null> {
  const [first] = await listSegments(shards, setup.form.id);
  if (!first) return null;
  const { db } = shards.get(first.shard);
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const deciding = await findCursor(db, first.no, cursor.integration);
    // The integration is being deleted.
    if (!deciding) return null;
    const { blocked, incident } = blockedAfter(deciding.blocked, end);
    if (!incident || (await noteIncident(db, deciding, { blocked, incident, now: end.now }))) return incident;
  }
  throw new Error("other segments changed what was told of an integration at each try");
}
