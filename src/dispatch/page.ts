/** Reading pages: what comes next for a cursor, with what earlier attempts left behind. */
import { compileFilter } from "../core/expression";
import { deliveryId, FEEDS, type Feed, isIntegrationId } from "../core/ids";
import type { Attempted, Deliverable, Entry, EntryEvent, NoticePage, Page } from "../core/integration";
import type { ResponseRecord } from "../core/response";
import { FAILING_GAP_MS, OUTAGE_AFTER } from "../core/retry";
import type { Cursor } from "../store/cursors";
import { type DeliveryRow, readDeliveries } from "../store/deliveries";
import type { IntegrationSetup } from "../store/integrations";
import { readAfter, readAt } from "../store/responses";
import { readRevisionsAfter } from "../store/revisions";
import type { Shard } from "../store/shards";
import type { Engine } from "./engine";

/** Where the work on a cursor happens. */
export interface Place {
  readonly shard: Shard;
  readonly setup: IntegrationSetup;
}

/** A page with the delivery rows that exist for its entries, by position. */
export interface PageWork<P = Page> {
  readonly page: P;
  readonly rows: ReadonlyMap<number, DeliveryRow>;
  /** Entries of deliveries whose time has come: the cursor does not move over them. */
  readonly due: boolean;
  /** No entry, but work that was noted for this cursor elsewhere: the kind is given its turn. */
  readonly asked?: true;
}

/** Deliveries of notices: always due ones. */
export type NoticeWork = PageWork<NoticePage>;

/** What settling looks at, whatever the page tells of. */
export type AnyWork = PageWork<Page<Deliverable, Page["feed"] | NoticePage["feed"]>>;

export const isOfNotices = (work: PageWork | NoticeWork): work is NoticeWork => work.page.feed === "notices";

/** What happened, at its place in a feed. */
export interface Event {
  readonly position: number;
  readonly event: EntryEvent;
  readonly response: ResponseRecord;
  readonly changedAt?: number;
  /** Id of who changed it, if that is known. */
  readonly author?: string | null;
  readonly filtered?: true;
}

/**
 * The next page of the log for this cursor: a page in doubt first, then responses, then revisions. Null: nothing left.
 */
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
  // In an outage a probe is enough; one request of a page costs the same whatever its size.
  const count = cursor.failures >= OUTAGE_AFTER && policy.cost === "entry" ? 1 : policy.pageSize;
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
  const wanted = wantedOf(engine, place, covered);
  const rows =
    policy.ledger || replay
      ? await readDeliveries(
          place.shard.db,
          cursor.integration,
          FEEDS[feed],
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
      ...failingOf(cursor, engine.now()),
    },
    rows,
    due: false,
  };
}

/** How long nothing has got through, unless that is long over. */
export function failingOf({ failing, failures }: Cursor, now: number): Pick<Page, "failing"> {
  const over = failing === null || now - failing.at > FAILING_GAP_MS;
  return over ? {} : { failing: { since: failing.since, times: failures } };
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
    return response
      ? [{ position: revision.id, event: revision.event, changedAt: revision.at, author: revision.author, response }]
      : [];
  });
}

/**
 * The events that the integration follows and its filter lets pass; to an index, what does not pass is told as such.
 */
function wantedOf(engine: Engine, place: Place, events: readonly Event[]): Event[] {
  const { manifest } = engine.kind;
  const { id, config } = place.setup.integration;
  const followed = new Set(manifest.eventsOf?.(config) ?? manifest.events);
  // Told of what it said itself, an integration could say something else each time, and never end.
  const mine = events.filter(({ event, author }) => followed.has(event) && author !== id);
  return manifest.index ? mine.map(filterMark(engine, place)) : mine.filter(passes(place));
}

/** Marks what does not pass the filter (kinds with an index only): it leaves the index. */
export function filterMark(engine: Engine, place: Place): (event: Event) => Event {
  if (!engine.kind.manifest.index) return (event) => event;
  const pass = passes(place);
  // Of an erased response nobody knows any more whether it passed.
  return (event) => (pass(event) || event.response.erasedAt !== null ? event : { ...event, filtered: true });
}

function passes({ setup }: Place): (event: Event) => boolean {
  const { filter } = setup.integration;
  const compiled = filter === null ? null : compileFilter(filter, setup.definition);
  return ({ event, response }) => {
    // An erasure is passed on whatever the filter says: what was delivered must be cleared.
    if (compiled === null || event === "erased") return true;
    return compiled.ok && compiled.evaluate(response.answers, response.metadata);
  };
}

/** An event as the kind gets it. */
export function toEntry(place: Place, { author, ...event }: Event, row: DeliveryRow | undefined): Entry {
  return {
    ...event,
    ...(isIntegrationId(author) && { annotated: true }),
    delivery: deliveryOf(place, event.event === "created" ? "responses" : "revisions", event.position),
    ...(row && {
      attempted: attemptedOf(row),
      ...(row.content !== null && { content: JSON.parse(row.content) as unknown }),
    }),
  };
}

/** The public id of a delivery to this integration. */
export const deliveryOf = ({ shard, setup }: Place, feed: Feed, position: number): string =>
  deliveryId({ shard: shard.no, integration: setup.integration.no, feed: FEEDS[feed], position });

/** What an earlier attempt left in its row. */
export const attemptedOf = ({ attempts, looks, triedAt, reference, state, content }: DeliveryRow): Attempted => ({
  attempts,
  looks,
  triedAt,
  reference,
  // Only a person sets the attempts of a text that was fixed back to none.
  byHand: state === "retrying" && attempts === 0 && content !== null,
});
