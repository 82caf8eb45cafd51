/**
 * The opt-out list: recipients that asked a sender to stop. Kept as digests by scope (kind and account, of
 * connections with the workspace); what the provider itself knows is mirrored here, so that no call is made in vain.
 */
import { sha256 } from "../core/sha256";

/** Which of these recipients are on the list of any of these scopes. One round trip, none without recipients. */
export async function findSuppressed(
  db: D1Database,
  scopes: readonly string[],
  recipients: readonly string[],
): Promise<ReadonlySet<string>> {
  if (recipients.length === 0) return new Set();
  const places = await Promise.all(
    scopes.flatMap((scope) =>
      recipients.map(async (recipient) => ({ scope, recipient, digest: await digest(scope, recipient) })),
    ),
  );
  const { results } = await db
    .prepare(
      `SELECT s.recipient FROM json_each(?1) e
       CROSS JOIN suppressions s ON s.scope = e.value->>0 AND s.recipient = e.value->>1`,
    )
    .bind(JSON.stringify(places.map((place) => [place.scope, place.digest])))
    .all<{ recipient: string }>();
  const listed = new Set(results.map((row) => row.recipient));
  return new Set(places.flatMap((place) => (listed.has(place.digest) ? [place.recipient] : [])));
}

export async function addSuppressed(db: D1Database, scope: string, recipient: string, now: number): Promise<void> {
  await db
    .prepare("INSERT INTO suppressions (scope, recipient, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
    .bind(scope, await digest(scope, recipient), now)
    .run();
}

export async function removeSuppressed(db: D1Database, scopes: readonly string[], recipient: string): Promise<void> {
  const removal = db.prepare("DELETE FROM suppressions WHERE scope = ? AND recipient = ?");
  await db.batch(await Promise.all(scopes.map(async (scope) => removal.bind(scope, await digest(scope, recipient)))));
}

const digest = (scope: string, recipient: string): Promise<string> => sha256(`${scope} ${recipient}`);
