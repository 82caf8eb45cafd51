/** What every change of a stored response has in common: the revision it is made on, and who is told. */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { type LogAddress, parseResponseId } from "../core/ids";
import { entityTag, type ResponseRecord } from "../core/response";
import { type ChangeEvent, changeResponse } from "../store/revisions";
import { attempt } from "./store-failure";

/** The revisions that a caller takes (If-Match); `any` is whatever there is. */
export type Precondition = "any" | readonly number[];

function stale(revision: number): AppError {
  const detail =
    "It was changed or erased after the revision that you named. Read it again: ETag says which it is at now.";
  return new AppError("stale_revision", { detail, headers: { etag: entityTag(revision) } });
}

/** Throws `stale_revision`, with the present ETag, unless the response is at a revision that the caller takes. */
export function requireRevision(response: ResponseRecord, precondition: Precondition): void {
  if (precondition !== "any" && !precondition.includes(response.revision)) throw stale(response.revision);
}

/** Throws `conflict` when nothing but the tombstone is left. */
export function refuseErased(response: ResponseRecord): void {
  if (response.erasedAt === null) return;
  throw new AppError("conflict", { detail: "This response was erased: there is nothing left to change." });
}

/** Which shard and row a stored response is. */
export function addressOf(response: ResponseRecord): LogAddress {
  const address = parseResponseId(response.id);
  if (!address) throw new RangeError("a stored response has no address");
  return address;
}

const TRIES_MAX = 3;

/** Does a change again when somebody was faster, unless the caller named the revision that it is about. */
export async function again<T>(precondition: Precondition | undefined, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const done = await attempt(work);
    if (!(done instanceof AppError)) return done;
    if (done.code !== "stale_revision" || precondition !== undefined || tries === TRIES_MAX) throw done;
  }
}

/** Changes a response at the revision that it was read at, and wakes who follows. Throws `stale_revision`. */
export async function applyChange(
  ctx: Context,
  { response, change }: { response: ResponseRecord; change: ChangeEvent },
): Promise<void> {
  const address = addressOf(response);
  const { applied, wakeUps } = await changeResponse(ctx.shards.get(address.shard).db, {
    ...address,
    revision: response.revision,
    now: ctx.now(),
    author: ctx.actor,
    change,
  });
  // Somebody was faster since it was read a moment ago, by one revision at least.
  if (!applied) throw stale(response.revision + 1);
  ctx.waitUntil(ctx.wake(wakeUps));
}
