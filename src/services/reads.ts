/** From where a request reads: the copy of the database that is near, the primary, or what somebody wrote before. */
import type { SubmissionContext } from "../context-submission";
import { type Bookmarks, formatBookmarks, laterOf, NEWEST, parseBookmarks } from "../core/bookmark";
import { AppError } from "../core/errors";
import { followShards, nearShards } from "../store/copies";
import type { Shards } from "../store/shards";

interface Asking {
  /** It changes nothing (GET, HEAD). */
  readonly reads: boolean;
  /** The bookmarks that it brought. */
  readonly bookmark: string | undefined;
}

const NONE: Bookmarks = new Map();

/**
 * The context of a request by somebody who is known. One that reads does so from the copy that is near and at least as
 * new as the bookmarks; one that writes asks the primary alone. Throws `invalid_parameter` for what is no bookmark.
 */
export function inSession<C extends SubmissionContext>(ctx: C, { reads, bookmark }: Asking): C {
  const known = bookmark === undefined ? NONE : parseBookmarks(bookmark);
  if (known === null) {
    throw new AppError("invalid_parameter", {
      detail: "Formlog-Bookmark is what an answer brought in it, as it was, or `primary`.",
    });
  }
  if (reads) return known === NEWEST ? ctx : { ...ctx, shards: nearShards(ctx.primary, known) };
  const { shards, bookmarks } = followShards(ctx.primary);
  const before = known === NEWEST ? NONE : known;
  return { ...ctx, shards, primary: shards, bookmarks: () => laterOf(before, bookmarks()) };
}

/** What brings its client what it wrote, and what it brought itself; null: nothing was asked of a database. */
export const bookmarkOf = (ctx: Pick<SubmissionContext, "bookmarks">): string | null =>
  formatBookmarks(ctx.bookmarks());

/**
 * What is at an address: a copy that does not have it yet is not believed, so that what a 201 named is never
 * `not_found`. One round trip more where there is nothing, of reading requests only.
 */
export async function seek<T>(
  ctx: Pick<SubmissionContext, "shards" | "primary">,
  read: (shards: Shards) => Promise<T | null>,
): Promise<T | null> {
  return (await read(ctx.shards)) ?? (ctx.shards === ctx.primary ? null : read(ctx.primary));
}
