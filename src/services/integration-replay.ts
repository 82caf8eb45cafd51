/**
 * Replays: an integration is put back to an earlier place of the log, or to its end, or delivers chosen responses
 * again. What the provider has already is not doubled; in a kind with a ledger, what was delivered is never sent again.
 */
import type { Context } from "../context";
import type { AuditDetail } from "../core/audit";
import { AppError, type Problem } from "../core/errors";
import { parseResponseId, segmentOf, segmentStart } from "../core/ids";
import { findKind } from "../integrations/kinds";
import { rewindStatement } from "../store/cursor-control";
import type { Cursor } from "../store/cursors";
import { readDeliveries, scheduleDeliveries } from "../store/deliveries";
import type { IntegrationRow } from "../store/integrations";
import { passOver, seizeCursor } from "../store/pass-over";
import { findSince, readAfter, readAt } from "../store/responses";
import { headOf } from "../store/shards";
import { record } from "./audit";
import { type IntegrationView, type PlacedCursor, readCursors, ring, viewIntegration } from "./integration-view";
import { filterOf, findOwnIntegration, type Named } from "./integrations";

/** Exactly one of the three. */
export interface ReplayInput {
  /** `beginning`, `now` (the backlog is given up), or the id of the first response to be delivered again. */
  readonly from?: string | undefined;
  /** RFC 3339: the first response that was received then or later. */
  readonly since?: string | undefined;
  /** Ids of the responses to be delivered again. */
  readonly responses?: readonly string[] | undefined;
}

/** What a replay from `now` gave up, and how many deliveries were under way and are brought to their end. */
interface GivenUp {
  readonly skipped: number;
  readonly underWay: number;
}

/** What becomes of chosen responses. */
interface Chosen {
  /** Due now. */
  readonly scheduled: number;
  /** The cursor comes to them by itself. */
  readonly ahead: number;
  /** Being delivered already. */
  readonly underWay: number;
  /** Delivered, and never sent twice by this kind. */
  readonly delivered: number;
  /** Ids that the integration's filter leaves out. */
  readonly leftOut: readonly string[];
}

export type ReplayView = IntegrationView & Partial<GivenUp> & { readonly responses?: Chosen };

/**
 * Throws `not_found`; `invalid_request` for an id that is no response of this form; `conflict` when it can't be
 * stopped.
 */
export async function replayIntegration(
  ctx: Context,
  workspace: string,
  input: Named & ReplayInput,
): Promise<ReplayView> {
  const { from, since, responses } = input;
  if ([from, since, responses].filter((one) => one !== undefined).length !== 1) {
    throw new AppError("invalid_request", { detail: "Send exactly one of from, since and responses." });
  }
  const row = await findOwnIntegration(ctx, workspace, input);
  const placed = await readCursors(ctx, row);
  let told: Partial<GivenUp> & { readonly responses?: Chosen } = {};
  let detail: AuditDetail = from === undefined ? { since } : { from };
  if (responses) {
    told = { responses: await replayChosen(ctx, { row, placed }, responses) };
    detail = told;
  } else if (from === "now") {
    told = await giveUp(ctx, { row, placed });
    detail = { from, ...told };
  } else {
    await rewind(ctx, placed, await findStart(ctx, placed, { from, since }));
  }
  await record(ctx, {
    workspace,
    action: "integration.replayed",
    object: row.id,
    detail: { form: row.form, ...detail },
  });
  await ring(ctx, row);
  return { ...(await viewIntegration(ctx, row)), ...told };
}

interface Target {
  readonly row: IntegrationRow;
  readonly placed: readonly PlacedCursor[];
}

/** Where a replay begins: a cursor of those placed, and the position before the first response. */
interface Start {
  readonly index: number;
  readonly position: number;
}

/** Null: nothing was received since then. */
async function findStart(
  ctx: Context,
  placed: readonly PlacedCursor[],
  { from = "", since }: Pick<ReplayInput, "from" | "since">,
): Promise<Start | null> {
  if (since !== undefined) return findStartSince(placed, Date.parse(since));
  const first = placed[0];
  if (from === "beginning") return first ? { index: 0, position: segmentStart(first.cursor.segment) } : null;
  const at = placeOf(placed, from);
  const known = at && (await readAt(ctx.shards.get(at.shard), [at.position])).has(at.position);
  if (known) return { index: placed.indexOf(at.placed), position: at.position - 1 };
  const detail = "Send beginning, now, or the id of a response of this form.";
  throw new AppError("invalid_request", { errors: [{ pointer: "/from", code: "unknown_response", detail }] });
}

async function findStartSince(placed: readonly PlacedCursor[], since: number): Promise<Start | null> {
  for (const [index, { db, cursor }] of placed.entries()) {
    const found = await findSince(db, cursor.segment, since);
    if (found !== null) return { index, position: found - 1 };
  }
  return null;
}

/** The cursor that a response lies under, by its id; null: it is none of this form's. */
function placeOf(placed: readonly PlacedCursor[], id: string) {
  const address = parseResponseId(id);
  const found = address && placed.find((one) => isUnder(one, address));
  return found ? { ...address, placed: found } : null;
}

const isUnder = ({ shard, cursor }: PlacedCursor, at: { shard: number; position: number }): boolean =>
  shard === at.shard && cursor.segment === segmentOf(at.position);

async function rewind(ctx: Context, placed: readonly PlacedCursor[], start: Start | null): Promise<void> {
  if (start === null) return;
  for (const [index, { db, cursor }] of placed.entries()) {
    if (index < start.index) continue;
    const position = index === start.index ? start.position : segmentStart(cursor.segment);
    await rewindStatement(db, cursor, { position, now: ctx.now() }).run();
  }
}

/** How long a cursor is kept from its worker while it is moved. */
const SEIZE_MS = 10_000;

/** Puts the cursors at the end of the log. What was under way is not given up: it is found out about, and finished. */
async function giveUp(ctx: Context, { row, placed }: Target): Promise<GivenUp> {
  let [skipped, underWay] = [0, 0];
  for (const one of placed) {
    const given = (await giveUpOne(ctx, row, one)) ?? (await giveUpOne(ctx, row, one));
    if (!given) throw new AppError("conflict", { detail: "Somebody else moves this integration just now. Try again." });
    skipped += given.skipped;
    underWay += given.underWay;
  }
  return { skipped, underWay };
}

/** Null: somebody else took the cursor in between. */
async function giveUpOne(ctx: Context, row: IntegrationRow, { shard, db, cursor: seen }: PlacedCursor) {
  const now = ctx.now();
  const [cursor, head] = await Promise.all([
    seizeCursor(db, { segment: seen.segment, integration: row.no }, now + SEIZE_MS),
    headOf(ctx.shards, { shard, no: seen.segment }),
  ]);
  if (!cursor) return null;
  const through = Math.max(cursor.position, head);
  const inFlight = await inFlightOf(ctx, row, { shard, cursor });
  const underWay = await passOver(db, cursor, { through, inFlight, now });
  return underWay === null ? null : { skipped: through - cursor.position - underWay, underWay };
}

/**
 * Positions after the cursor whose effect may exist: those of a page in flight that the filter lets pass. In a ledger
 * they have marks.
 */
async function inFlightOf(
  ctx: Context,
  row: IntegrationRow,
  { shard, cursor }: { shard: number; cursor: Cursor },
): Promise<number[]> {
  const { flight, position, segment } = cursor;
  if (flight?.feed !== "responses" || flight.marks || flight.through <= position) return [];
  const after = Math.max(position, flight.after);
  // A page's worth at most: that many rows were read when it was marked.
  const limits = { count: flight.through - after, bytes: Number.MAX_SAFE_INTEGER };
  const page = await readAfter(ctx.shards.get(shard), segment, after, limits);
  return page.filter(await filterOf(ctx, row)).map((response) => response.position);
}

/** Makes the chosen responses due, all or (when one of them is unknown) none. */
async function replayChosen(ctx: Context, { row, placed }: Target, ids: readonly string[]): Promise<Chosen> {
  const chosen = [...new Set(ids)].map((id) => ({ id, at: placeOf(placed, id) }));
  const found = new Map<string, PlacedCursor>();
  const passes = await filterOf(ctx, row);
  const leftOut: string[] = [];
  const wanted = new Map<PlacedCursor, number[]>();
  for (const one of placed) {
    const here = chosen.flatMap(({ at }) => (at?.placed === one ? [at.position] : []));
    for (const [position, response] of await readAt(ctx.shards.get(one.shard), here)) {
      found.set(response.id, one);
      if (passes(response)) wanted.set(one, [...(wanted.get(one) ?? []), position]);
      else leftOut.push(response.id);
    }
  }
  refuseUnknown(ids, found);
  const counts = { scheduled: 0, ahead: 0, underWay: 0, delivered: 0 };
  for (const [one, positions] of wanted) {
    const made = await schedule(ctx, row, { placed: one, positions });
    for (const name of ["scheduled", "ahead", "underWay", "delivered"] as const) counts[name] += made[name];
  }
  return { ...counts, leftOut };
}

function refuseUnknown(ids: readonly string[], found: ReadonlyMap<string, unknown>): void {
  const detail = "This form has no such response.";
  const errors = ids.flatMap((id, i): Problem[] =>
    found.has(id) ? [] : [{ pointer: `/responses/${i}`, code: "unknown_response", detail }],
  );
  if (errors.length === 0) return;
  throw new AppError("invalid_request", { detail: "Nothing was changed.", errors: errors.slice(0, 100) });
}

async function schedule(
  ctx: Context,
  row: IntegrationRow,
  { placed: { db, cursor }, positions }: { placed: PlacedCursor; positions: readonly number[] },
): Promise<Omit<Chosen, "leftOut">> {
  const keepDelivered = findKind(row.kind)?.policy.ledger === true;
  const known = await readDeliveries(db, row.no, 0, positions);
  const of = { segment: cursor.segment, integration: row.no, keepDelivered };
  const scheduled = await scheduleDeliveries(db, of, positions, ctx.now());
  const ahead = positions.filter((position) => position > cursor.position && !known.has(position)).length;
  const kept = positions.filter((position) => keepDelivered && known.get(position)?.state === "delivered").length;
  const underWay = Math.max(0, positions.length - scheduled - ahead - kept);
  return { scheduled, ahead, underWay, delivered: kept };
}
