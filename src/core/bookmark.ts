/**
 * Bookmarks: how far each shard had come when a client last wrote. A client that sends them back reads what it wrote,
 * also from a copy of the database that lags behind. As text `0.<bookmark>~1.<bookmark>`: fit for a header and for a
 * cookie.
 */

/** What D1 gave for each shard, by its number. D1 compares them as texts: what is later is greater. */
export type Bookmarks = ReadonlyMap<number, string>;

/** Instead of bookmarks: whatever the primary has. */
export const NEWEST = "primary";

// D1's own are hexadecimal with dashes; what they mean is D1's.
const ONE = /^(\d{1,4})\.([0-9a-f-]{8,100})$/;
const SHARDS_MAX = 64;

/** The text of bookmarks; null: there are none. */
export function formatBookmarks(bookmarks: Bookmarks): string | null {
  if (bookmarks.size === 0) return null;
  return [...bookmarks].map(([shard, bookmark]) => `${shard}.${bookmark}`).join("~");
}

/** The bookmarks of a text, or `primary`; null: it is neither. */
export function parseBookmarks(text: string): Bookmarks | typeof NEWEST | null {
  if (text === NEWEST) return NEWEST;
  const parts = text.split("~");
  if (parts.length > SHARDS_MAX) return null;
  const found = parts.map((part) => ONE.exec(part));
  if (!found.every((one) => one !== null)) return null;
  return new Map(found.map(([, shard, bookmark = ""]) => [Number(shard), bookmark]));
}

/** The later of two for each shard. */
export function laterOf(one: Bookmarks, other: Bookmarks): Bookmarks {
  const all = new Map(one);
  for (const [shard, bookmark] of other) if (bookmark > (all.get(shard) ?? "")) all.set(shard, bookmark);
  return all;
}
