/**
 * The log service: what happened to deliveries in the last days, and between it who changed what (from the audit log).
 */
import type { Context } from "../context";
import type { AuditAction } from "../core/audit";
import { AppError } from "../core/errors";
import { pageToken, parsePageToken, parseResponseId, responseId } from "../core/ids";
import { INSTALLATION, type LogEvent, type LogLevel } from "../core/log";
import * as store from "../store/log-list";

/**
 * An entry as it is shown. `actor` and `object` are those of the audit log; ids are null where an entry is about
 * nothing such.
 */
export interface LogView {
  readonly at: string;
  readonly level: LogLevel;
  readonly event: LogEvent | AuditAction;
  readonly form: string | null;
  readonly integration: string | null;
  readonly requestId: string | null;
  readonly traceId: string | null;
  /** Ids of the first and the last response of the stretch of the log that it is about. */
  readonly responses: { readonly first: string; readonly last: string } | null;
  readonly actor: string | null;
  readonly object: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface LogInput extends Omit<store.LogFilter, "response"> {
  /** Id of a response. */
  readonly response?: string;
  /** Entries before then, in milliseconds since the epoch. */
  readonly until?: number;
  readonly limit: number;
  readonly cursor?: string;
}

/**
 * A page of a workspace's log, newest first; null: of what is about the whole installation. With a filter it looks
 * through a few thousand entries at most: it may be short, or empty, and there is more as long as `next` says so.
 * Throws `invalid_parameter`.
 */
export async function listLogs(
  ctx: Context,
  workspace: string | null,
  { cursor, until, response, ...input }: LogInput,
): Promise<{ items: LogView[]; next: string | null }> {
  const wanted = {
    ...input,
    ...(response !== undefined && { response: addressOf(response) }),
    before: placeOf(cursor, until),
  };
  const { rows, next } = await store.listLogs(ctx.shards, workspace ?? INSTALLATION, wanted);
  return { items: rows.map(view), next: next && pageToken([next.at, next.source, next.n]) };
}

function addressOf(id: string) {
  const address = parseResponseId(id);
  if (!address) throw new AppError("invalid_parameter", { detail: "`response` is the id of a response." });
  return { ...address, id };
}

function placeOf(cursor: string | undefined, until = Number.MAX_SAFE_INTEGER): store.LogPlace {
  if (cursor === undefined) return store.placeBefore(until);
  const [at, source, n] = parsePageToken(cursor, 3) ?? [];
  if (at !== undefined && source !== undefined && n !== undefined) return { at, source, n };
  throw new AppError("invalid_parameter", { detail: "This `cursor` is not one that a list returned." });
}

const view = ({ source, at, n: _, request, trace, first, last, detail, event, ...row }: store.LogRow): LogView => ({
  at: new Date(at).toISOString(),
  event: event as LogView["event"],
  ...row,
  requestId: request,
  traceId: trace,
  responses: first === null || last === null ? null : { first: idAt(source, first), last: idAt(source, last) },
  detail: JSON.parse(detail) as LogView["detail"],
});

/** Sources behind the first are shards. */
const idAt = (source: number, position: number): string => responseId({ shard: source - 1, position });
