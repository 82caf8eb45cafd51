/** What an isolate remembers of credentials (keys, links), so that one it knows costs no round trip. */
import type { Remembered, SubmissionContext } from "../context-submission";
import type { Lru } from "../core/lru";
import { isUnavailable } from "../store/failure";
import { orUnavailable } from "./store-failure";

/** A credential that was revoked works for at most this long in an isolate that knew it. */
const FRESH_MS = 30_000;

/**
 * How long a known credential is honoured while D1 can't be asked, so that those who have one can submit during an
 * outage.
 */
const OUTAGE_MS = 15 * 60_000;

/** The value under an id, read again when it is not fresh; null: there is none. Throws `store_unavailable`. */
export async function recall<V extends object>(
  ctx: SubmissionContext,
  memory: Lru<Remembered<V>>,
  { id, read }: { id: string; read: () => Promise<V | null> },
): Promise<V | null> {
  const known = memory.get(id);
  // Counted from before the read: what is revoked while it is under way is noticed in time.
  const loadedAt = ctx.now();
  if (known && loadedAt - known.loadedAt < FRESH_MS) return known.value;
  const value = await read().catch((error: unknown) => {
    if (known && loadedAt - known.loadedAt < OUTAGE_MS && isUnavailable(error)) return known.value;
    return orUnavailable(error);
  });
  // One that stood in during an outage keeps its time: its 15 minutes don't begin again.
  if (value === null) memory.delete(id);
  else if (value !== known?.value) memory.set(id, { value, loadedAt });
  return value;
}
