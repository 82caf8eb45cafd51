/**
 * Why an entry was not appended (store/append.ts): the form as it is now, or a key that came before, and what was
 * answered then.
 */
import type { Flag } from "../core/flag";
import { SEGMENT_SIZE } from "../core/ids";
import type { NewResponse } from "./append";
import { usesOf } from "./link-uses";

const S = SEGMENT_SIZE;

/** Why an entry was not stored, or that it was. */
export type Refusal =
  | { readonly type: "stored"; readonly position: number }
  | { readonly type: "closed" }
  /** The form has all the responses that it takes. */
  | { readonly type: "full" }
  /** The link that it came by has. */
  | { readonly type: "link_full" }
  | { readonly type: "stale" }
  /** Its segment takes nothing any more: the form goes on in the next one. */
  | { readonly type: "retired" }
  /** Its key was used before, for content with this fingerprint. */
  | { readonly type: "key_used"; readonly position: number; readonly fingerprint: string; readonly first: FirstAnswer };

/** What the first request with a key was told. */
export interface FirstAnswer {
  readonly version: number;
  readonly receivedAt: number;
  readonly flags: readonly Flag[];
}

/**
 * The response `k` of a query as it was told of when it was stored: the state before the first change, if there was
 * one.
 */
export const FIRST_STATE = `coalesce((SELECT json_object('version', v.previous->'$.version', 'flags', v.previous->'$.flags')
  FROM revisions v WHERE v.response = k.id AND v.previous IS NOT NULL ORDER BY v.id LIMIT 1),
  json_object('version', k.version, 'flags', json(k.flags)))`;

/** Reads what FIRST_STATE gave. */
export function toFirstAnswer(row: { first: unknown; received_at: unknown }): FirstAnswer {
  const { version, flags } = JSON.parse(String(row.first)) as { version: number; flags: Flag[] | null };
  return { version, receivedAt: Number(row.received_at), flags: flags ?? [] };
}

/** `?2`: keys as JSON. `form` is SQL. */
const usedKeys = (form: string) => `
SELECT k.id, k.idempotency_key, k.fingerprint, k.received_at, ${FIRST_STATE} AS first
FROM segments f CROSS JOIN json_each(?2) e CROSS JOIN responses k
WHERE f.form = ${form} AND (k.id >> 33) = +f.no AND k.idempotency_key = e.value`;

/** The response that a key came with, and what its sender was told. */
export type UsedKey = Omit<Extract<Refusal, { type: "key_used" }>, "type">;

function toUsedKeys(rows: readonly Record<string, unknown>[]): Map<string, UsedKey> {
  return new Map(
    rows.map((row) => {
      const first = toFirstAnswer({ first: row.first, received_at: row.received_at });
      const used = { position: Number(row.id), fingerprint: String(row.fingerprint), first };
      return [String(row.idempotency_key), used];
    }),
  );
}

/** Which of these keys came to a form before and lie on this shard, by key. One round trip. */
export async function findUsedKeys(
  db: D1Database,
  form: string,
  keys: readonly string[],
): Promise<Map<string, UsedKey>> {
  if (keys.length === 0) return new Map();
  const { results } = await db.prepare(usedKeys("?1")).bind(form, JSON.stringify(keys)).all<Record<string, unknown>>();
  return toUsedKeys(results);
}

/** Looks up what became of an entry that `appendResponses` did not store. One round trip. */
export async function findRefusal(db: D1Database, entry: NewResponse): Promise<Refusal> {
  const [mine, used, segment] = await db.batch<Record<string, unknown>>([
    db
      .prepare("SELECT id FROM responses WHERE id > ? AND id < ? AND nonce = ? LIMIT 1")
      .bind(entry.since, (entry.segment + 1) * S, entry.nonce),
    db
      .prepare(usedKeys("(SELECT form FROM segments WHERE no = ?1)"))
      .bind(entry.segment, JSON.stringify([entry.idempotencyKey])),
    db
      .prepare(
        `SELECT state, retired_at IS NOT NULL AS retired, version = ?2 AND responses_max <= coalesce((SELECT r.id FROM responses r
           WHERE r.id > ?1 * ${S} AND r.id < (?1 + 1) * ${S} ORDER BY r.id DESC LIMIT 1) - ?1 * ${S}, 0) AS full,
           ?4 <= ${usesOf("s.form", "?3")} AS link_full
         FROM segments s WHERE no = ?1`,
      )
      .bind(entry.segment, entry.version, entry.link?.id ?? null, entry.link?.responsesMax ?? null),
  ]);
  const found = mine?.results[0];
  if (found) return { type: "stored", position: Number(found.id) };
  const key = toUsedKeys(used?.results ?? []).get(entry.idempotencyKey ?? "");
  if (key) return { type: "key_used", ...key };
  const now = segment?.results[0];
  if (now?.retired === 1) return { type: "retired" };
  if (now?.state !== "open") return { type: "closed" };
  if (now.full === 1) return { type: "full" };
  return { type: now.link_full === 1 ? "link_full" : "stale" };
}
