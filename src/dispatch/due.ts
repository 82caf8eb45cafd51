/** Pages of deliveries whose time has come to be attempted (again). */
import { FEEDS } from "../core/ids";
import type { NoticeEntry, NoticePage } from "../core/integration";
import type { Notice } from "../core/notice";
import type { Cursor } from "../store/cursors";
import { type DeliveryRow, readDue } from "../store/deliveries";
import { readAt } from "../store/responses";
import { readRevisionsAt } from "../store/revisions";
import type { Engine } from "./engine";
import {
  attemptedOf,
  deliveryOf,
  type Event,
  failingOf,
  filterMark,
  type NoticeWork,
  type PageWork,
  type Place,
  toEntry,
} from "./page";

/** Deliveries of this cursor that are due for an attempt, as a page; null when there are none. */
export async function readDuePage(engine: Engine, place: Place, cursor: Cursor): Promise<PageWork | NoticeWork | null> {
  const limit = engine.kind.manifest.policy.pageSize;
  const all = await readDue(place.shard.db, cursor, { now: engine.now(), limit });
  // Of one feed: that of the first.
  const rows = all.filter((row) => row.feed === all[0]?.feed);
  if (rows[0]?.feed === FEEDS.notices) return noticeWork(engine, place, { cursor, rows });
  return duePage(engine, place, { cursor, rows });
}

/** Notices are whole in their rows: nothing else is read. */
function noticeWork(
  engine: Engine,
  place: Place,
  { cursor, rows }: { cursor: Cursor; rows: readonly DeliveryRow[] },
): NoticeWork {
  const entries = rows.map((row): NoticeEntry => {
    const { position, content } = row;
    const notice = JSON.parse(content ?? "") as Notice;
    return { position, notice, delivery: deliveryOf(place, "notices", position), attempted: attemptedOf(row) };
  });
  const { segment, position } = cursor;
  const at = { segment, after: position, through: position, replay: true, markedAt: engine.now(), inDoubt: false };
  const page: NoticePage = { feed: "notices", entries, ...at, ...failingOf(cursor, engine.now()) };
  return { page, rows: new Map(rows.map((row) => [row.position, row])), due: true };
}

async function duePage(
  engine: Engine,
  place: Place,
  { cursor, rows }: { cursor: Cursor; rows: readonly DeliveryRow[] },
): Promise<PageWork | null> {
  const feed = rows[0]?.feed;
  if (feed === undefined) return null;
  const revisions =
    feed === FEEDS.revisions
      ? await readRevisionsAt(
          place.shard.db,
          rows.map((row) => row.position),
        )
      : null;
  const responses = await readAt(
    place.shard,
    rows.map((row) => revisions?.get(row.position)?.response ?? row.position),
  );
  const events = rows.flatMap((row): Event[] => {
    const revision = revisions?.get(row.position);
    const response = responses.get(revision?.response ?? row.position);
    if (!response) return [];
    if (!revision) return [{ position: row.position, event: "created", response }];
    return [
      { position: row.position, event: revision.event, changedAt: revision.at, author: revision.author, response },
    ];
  });
  const marked = filterMark(engine, place);
  return {
    page: {
      feed: feed === FEEDS.responses ? "responses" : "revisions",
      segment: cursor.segment,
      after: feed === FEEDS.responses ? cursor.position : (cursor.revisionPosition ?? 0),
      through: feed === FEEDS.responses ? cursor.position : (cursor.revisionPosition ?? 0),
      entries: events.map((event) =>
        toEntry(
          place,
          marked(event),
          rows.find((row) => row.position === event.position),
        ),
      ),
      replay: true,
      markedAt: engine.now(),
      inDoubt: false,
      ...failingOf(cursor, engine.now()),
    },
    rows: new Map(rows.map((row) => [row.position, row])),
    due: true,
  };
}
