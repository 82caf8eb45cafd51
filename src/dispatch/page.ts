/** Reading pages: what comes next for a cursor, with what earlier attempts left behind. */
import { compileFilter } from "../core/expression";
import { deliveryId } from "../core/ids";
import type { Entry, EntryEvent, Page } from "../core/integration";
import type { ResponseRecord } from "../core/response";
import type { Cursor } from "../store/cursors";
import { type DeliveryRow, readDeliveries, readDue } from "../store/deliveries";
import type { IntegrationSetup } from "../store/integrations";
import { readAfter, readAt } from "../store/responses";
import { readRevisionsAfter, readRevisionsAt } from "../store/revisions";
import type { Shard } from "../store/shards";
import type { Engine } from "./engine";

/** Where the work on a cursor happens. */
export interface Place {
  readonly shard: Shard;
  readonly setup: IntegrationSetup;
}

/** A page with the delivery rows that exist for its entries, by position. */
export interface PageWork {
  readonly page: Page;
  readonly rows: ReadonlyMap<number, DeliveryRow>;
  /** Entries of deliveries whose time has come: the cursor does not move over them. */
  readonly due: boolean;
}

interface Event {
  readonly position: number;
  readonly event: EntryEvent;
  readonly response: ResponseRecord;
}

/** Deliveries of this cursor that are due, as a page; null when there are none. */
export async function readDuePage(engine: Engine, place: Place, cursor: Cursor): Promise<PageWork | null> {
  const limit = engine.kind.manifest.policy.pageSize;
  const all = await readDue(place.shard.db, cursor, { now: engine.now(), limit });
  const feed = all[0]?.feed;
  if (feed === undefined) return null;
  const rows = all.filter((row) => row.feed === feed);
  const revisions =
    feed === 1
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
    return response ? [{ position: row.position, event: revision?.event ?? "created", response }] : [];
  });
  return {
    page: {
      feed: feed === 0 ? "responses" : "revisions",
      segment: cursor.segment,
      after: feed === 0 ? cursor.position : (cursor.revisionPosition ?? 0),
      through: feed === 0 ? cursor.position : (cursor.revisionPosition ?? 0),
      entries: events.map((event) =>
        toEntry(
          place,
          event,
          rows.find((row) => row.position === event.position),
        ),
      ),
      replay: true,
      markedAt: engine.now(),
      inDoubt: false,
    },
    rows: new Map(rows.map((row) => [row.position, row])),
    due: true,
  };
}

/** The next page of the log for this cursor: a page in doubt first, then responses, then revisions. Null: nothing left. */
export async function readNextPage(engine: Engine, place: Place, cursor: Cursor): Promise<PageWork | null> {
  const { flight } = cursor;
  return (
    (flight && (await readPage(engine, place, cursor, flight.feed))) ??
    (await readPage(engine, place, cursor, "responses")) ??
    (cursor.revisionPosition === null ? null : await readPage(engine, place, cursor, "revisions"))
  );
}

async function readPage(engine: Engine, place: Place, cursor: Cursor, feed: Page["feed"]): Promise<PageWork | null> {
  const { policy } = engine.kind.manifest;
  const after = feed === "responses" ? cursor.position : (cursor.revisionPosition ?? 0);
  // The first try after a failure is a probe; one request of a page costs the same whatever its size.
  const count = cursor.failures > 0 && policy.cost === "entry" ? 1 : policy.pageSize;
  const events =
    feed === "responses"
      ? await readResponses(place, cursor, { count, bytes: policy.pageBytes })
      : await readRevisions(place, cursor, count);
  const last = events.at(-1);
  if (!last) return null;
  const replay = feed === "responses" && after < cursor.high;
  // A replay ends where the log was reached before: beyond it, entries are new.
  const covered = replay ? events.filter((event) => event.position <= cursor.high) : events;
  const through = covered.at(-1)?.position ?? last.position;
  const wanted = covered.filter(filterOf(engine, place));
  const number = feed === "responses" ? 0 : 1;
  const rows =
    policy.ledger || replay
      ? await readDeliveries(
          place.shard.db,
          cursor.integration,
          number,
          wanted.map((event) => event.position),
        )
      : new Map<number, DeliveryRow>();
  const { flight } = cursor;
  // In a ledger, only what was never marked, or marked by a holder that died, is this page's business.
  const open = wanted.filter((event) => !policy.ledger || (rows.get(event.position)?.state ?? "sending") === "sending");
  return {
    page: {
      feed,
      segment: cursor.segment,
      after,
      through,
      entries: open.map((event) => toEntry(place, event, rows.get(event.position))),
      replay,
      markedAt: flight?.markedAt ?? engine.now(),
      inDoubt: flight !== null,
    },
    rows,
    due: false,
  };
}

async function readResponses(place: Place, cursor: Cursor, limits: { count: number; bytes: number }): Promise<Event[]> {
  const responses = await readAfter(place.shard, cursor.segment, cursor.position, limits);
  return responses.map((response) => ({ position: response.position, event: "created", response }));
}

async function readRevisions(place: Place, cursor: Cursor, count: number): Promise<Event[]> {
  const after = cursor.revisionPosition ?? 0;
  const revisions = await readRevisionsAfter(place.shard.db, cursor.segment, after, count);
  const responses = await readAt(
    place.shard,
    revisions.map((revision) => revision.response),
  );
  return revisions.flatMap((revision): Event[] => {
    const response = responses.get(revision.response);
    return response ? [{ position: revision.id, event: revision.event, response }] : [];
  });
}

function filterOf(engine: Engine, { setup }: Place): (event: Event) => boolean {
  const events = new Set(engine.kind.manifest.events);
  const { filter } = setup.integration;
  const compiled = filter === null ? null : compileFilter(filter, setup.definition);
  return ({ event, response }) => {
    if (!events.has(event)) return false;
    // An erasure is passed on whatever the filter says: what was delivered must be cleared.
    if (compiled === null || event === "erased") return true;
    return compiled.ok && compiled.evaluate(response.answers, response.metadata);
  };
}

function toEntry(place: Place, event: Event, row: DeliveryRow | undefined): Entry {
  const address = {
    shard: place.shard.no,
    integration: place.setup.integration.no,
    feed: event.event === "created" ? (0 as const) : (1 as const),
    position: event.position,
  };
  return {
    ...event,
    delivery: deliveryId(address),
    ...(row && {
      attempted: {
        attempts: row.attempts,
        looks: row.looks,
        triedAt: row.triedAt,
        reference: row.reference,
        // Only a person sets the attempts of a text that was fixed back to none.
        byHand: row.state === "retrying" && row.attempts === 0 && row.content !== null,
      },
      ...(row.content !== null && { content: JSON.parse(row.content) as unknown }),
    }),
  };
}
