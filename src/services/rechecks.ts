/**
 * Re-checks, for those who run a form: old responses are looked at again by its present rules. dispatch/recheck.ts does
 * it.
 */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { segmentStart } from "../core/ids";
import { changeAudited } from "../store/audit";
import { type RecheckRequest, readRechecks, requestStatement } from "../store/rechecks";
import { listSegments } from "../store/shards";
import { audited } from "./audit";
import { FORM_CACHE_MS, findOwnRow, unpublished } from "./forms";

export interface RecheckView {
  /** The version whose rules are applied. */
  readonly version: number;
  /** `waiting`: it begins within two minutes. */
  readonly state: "waiting" | "running" | "done";
  readonly askedAt: string;
  readonly finishedAt: string | null;
  /** How many are looked at in all; null while it waits. */
  readonly responses: number | null;
  /** How many of them were looked at. */
  readonly checked: number;
  /** Responses that got flags by it, and those that have none left by it. */
  readonly flagged: number;
  readonly cleared: number;
}

/** The re-check of a form that was asked for last; undefined: there was none. Two round trips, whatever its size. */
export async function findRecheck(ctx: Context, form: string): Promise<RecheckView | undefined> {
  const { request, rows } = await readRechecks(ctx.shards, form, await listSegments(ctx.shards, form));
  if (request) return waiting(request);
  const askedAt = Math.max(...rows.map((row) => row.askedAt));
  const own = rows.filter((row) => row.askedAt === askedAt);
  const [first] = own;
  if (!first) return undefined;
  const sum = (of: (row: (typeof own)[number]) => number) => own.reduce((total, row) => total + of(row), 0);
  const ends = own.map(({ finishedAt }) => finishedAt);
  const done = ends.every((end) => end !== null);
  return {
    version: first.version,
    state: done ? "done" : "running",
    askedAt: isoTime(askedAt),
    finishedAt: done ? isoTime(Math.max(...ends.map(Number))) : null,
    responses: sum(({ through, segment }) => through - segmentStart(segment)),
    checked: sum(({ position, segment }) => position - segmentStart(segment)),
    flagged: sum(({ flagged }) => flagged),
    cleared: sum(({ cleared }) => cleared),
  };
}

/**
 * Until nobody judges by an older version any more: what isolates remember of the form, and what was under way then.
 */
const SETTLED_MS = FORM_CACHE_MS + 10_000;

/** What publishing a version asks for. */
export const requestOf = (
  ctx: Pick<Context, "now">,
  { form, version }: { form: string; version: number },
): RecheckRequest => ({ form, version, askedAt: ctx.now(), startAt: ctx.now() + SETTLED_MS });

/**
 * Asks for a re-check by the form's present rules. One that waits or runs goes on, and is what is returned. Throws
 * not_found, form_draft, conflict.
 */
export async function askForRecheck(ctx: Context, workspace: string, input: { form: string }): Promise<RecheckView> {
  const { id, version } = await findOwnRow(ctx, workspace, input.form);
  if (version === 0) throw unpublished();
  const known = await findRecheck(ctx, id);
  if (known && known.state !== "done" && known.version === version) return known;
  const request = { form: id, version, askedAt: ctx.now(), startAt: ctx.now() };
  const { control } = ctx.shards;
  const entry = audited(ctx, { workspace, action: "form.recheck_asked", object: id, detail: { version } });
  const [asked] = await changeAudited(control, [requestStatement(control, request, { formVersion: version })], entry);
  if (asked?.meta.changes !== 1) {
    throw new AppError("conflict", {
      detail: "Another version was published just now, or the form was erased. Try again.",
    });
  }
  return waiting(request);
}

const waiting = ({ version, askedAt }: RecheckRequest): RecheckView => ({
  version,
  state: "waiting",
  askedAt: isoTime(askedAt),
  finishedAt: null,
  responses: null,
  checked: 0,
  flagged: 0,
  cleared: 0,
});

const isoTime = (at: number): string => new Date(at).toISOString();
