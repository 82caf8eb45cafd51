/** What happened to a response: its revisions with what each changed, and its reviews. Oldest first. */
import type { Context } from "../context";
import { type Difference, differences, sameJson } from "../core/difference";
import { AppError } from "../core/errors";
import type { Flag } from "../core/flag";
import { pageToken, parsePageToken } from "../core/ids";
import type { ResponseRecord } from "../core/response";
import type { ReviewState } from "../core/review";
import { type HistoryRow, readHistory, readReviews } from "../store/history";
import { addressOf } from "./change";
import { loadOwnForm } from "./forms";
import { findOwnResponse } from "./responses";

/** A page holds two states of the response for each revision, and a state has half a megabyte at most. */
export const HISTORY_PAGE_MAX = 50;

export interface HistoryInput {
  readonly form: string;
  readonly response: string;
  readonly limit: number;
  readonly cursor?: string;
}

export interface RevisionView {
  readonly revision: number;
  readonly event: "created" | HistoryRow["event"];
  readonly at: string;
  /**
   * Id of the key or integration that did it, `collector` for a correction by link, or `system` for a re-check; null:
   * not known.
   */
  readonly by: string | null;
  /** By question ref; nothing once the response is erased. */
  readonly answers: Readonly<Record<string, Difference>>;
  readonly metadata: Readonly<Record<string, Difference>>;
  readonly review?: Difference<ReviewState>;
  readonly flags?: { readonly from: readonly Flag[]; readonly to: readonly Flag[] };
  readonly comment?: string;
}

interface Page<T> {
  readonly items: T[];
  readonly next: string | null;
}

/** The revisions of a response, the first (as it came) included. Throws not_found, invalid_parameter. */
export async function listRevisions(ctx: Context, workspace: string, input: HistoryInput): Promise<Page<RevisionView>> {
  const { response, db, page } = await openHistory(ctx, workspace, input);
  const first = page.after === 0 ? [created(response)] : [];
  const rows = await readHistory(db, response.position, { ...page, limit: page.limit - first.length });
  const views = [...first, ...rows.map((row) => viewRevision(row, response))];
  return { items: views, next: nextOf(views, rows, input) };
}

export interface ReviewView {
  readonly revision: number;
  readonly state: ReviewState;
  readonly comment: string | null;
  readonly at: string;
  readonly by: string | null;
}

/** The reviews of a response, and the corrections between them. Throws not_found, invalid_parameter. */
export async function listReviews(ctx: Context, workspace: string, input: HistoryInput): Promise<Page<ReviewView>> {
  const { response, db, page } = await openHistory(ctx, workspace, input);
  const rows = await readReviews(db, response.position, page);
  const views = rows.map((row) => ({
    revision: row.revision,
    state: row.review ?? "received",
    comment: row.comment,
    at: new Date(row.createdAt).toISOString(),
    by: row.author,
  }));
  return { items: views, next: nextOf(views, rows, input) };
}

async function openHistory(ctx: Context, workspace: string, input: HistoryInput) {
  const form = await loadOwnForm(ctx, workspace, input.form);
  const response = await findOwnResponse(ctx, form, input.response);
  const [after] = input.cursor === undefined ? [0] : (parsePageToken(input.cursor, 1) ?? []);
  if (after === undefined) {
    throw new AppError("invalid_parameter", { detail: "This `cursor` is not one that this list returned." });
  }
  return { response, db: ctx.shards.get(addressOf(response).shard).db, page: { after, limit: input.limit } };
}

/** A page that is full has another behind it, after its last change; the response as it came is no change. */
function nextOf(views: readonly unknown[], rows: readonly HistoryRow[], { limit }: HistoryInput): string | null {
  return views.length === limit ? pageToken([rows.at(-1)?.id ?? 1]) : null;
}

const created = (response: ResponseRecord): RevisionView => ({
  revision: 1,
  event: "created",
  at: new Date(response.receivedAt).toISOString(),
  by: null,
  answers: {},
  metadata: {},
});

interface State {
  readonly flags?: readonly Flag[] | null;
  readonly answers: ResponseRecord["answers"];
  readonly metadata: ResponseRecord["metadata"];
  readonly review?: ReviewState;
}

function viewRevision(row: HistoryRow, response: ResponseRecord): RevisionView {
  const before = row.previous === null ? null : (JSON.parse(row.previous) as Partial<State>);
  const after = row.next === null ? response : (JSON.parse(row.next) as State);
  const edited = before !== null && row.event === "updated";
  // What comes with flags is told with the first revision, before which there was nothing.
  const came = row.event === "flagged" && row.revision === 1;
  const from = before?.review ?? (came ? "received" : null);
  const flags = { from: before?.flags ?? [], to: flagsAfter(row, response) };
  return {
    revision: row.revision,
    event: row.event,
    at: new Date(row.createdAt).toISOString(),
    by: row.author,
    answers: edited ? differences(before.answers ?? {}, after.answers) : {},
    metadata: edited ? differences(before.metadata ?? {}, after.metadata) : {},
    ...(from !== null && from !== row.review && { review: { from, to: row.review } }),
    ...((before !== null || came) && !sameJson(flags.from, flags.to) && { flags }),
    ...(row.comment !== null && { comment: row.comment }),
  };
}

function flagsAfter({ nextState }: HistoryRow, response: ResponseRecord): readonly Flag[] {
  return nextState === null ? response.flags : ((JSON.parse(nextState) as Pick<State, "flags">).flags ?? []);
}
