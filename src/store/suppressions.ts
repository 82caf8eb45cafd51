/**
 * The opt-out list: recipients that asked a sender to stop. Kept as digests by scope (kind and account), shared by all
 * integrations of that account; what the provider itself knows is mirrored here, so that no call is made in vain.
 */
import { sha256 } from "../core/sha256";

/** Which of these recipients are on the list. One round trip, none for an empty list. */
export async function findSuppressed(
  db: D1Database,
  scope: string,
  recipients: readonly string[],
): Promise<ReadonlySet<string>> {
  if (recipients.length === 0) return new Set();
  const digests = await Promise.all(recipients.map((recipient) => digest(scope, recipient)));
  const { results } = await db
    .prepare("SELECT recipient FROM suppressions WHERE scope = ?1 AND recipient IN (SELECT value FROM json_each(?2))")
    .bind(scope, JSON.stringify(digests))
    .all<{ recipient: string }>();
  const listed = new Set(results.map((row) => row.recipient));
  return new Set(recipients.filter((_, i) => listed.has(digests[i] ?? "")));
}

export async function addSuppressed(db: D1Database, scope: string, recipient: string, now: number): Promise<void> {
  await db
    .prepare("INSERT INTO suppressions (scope, recipient, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
    .bind(scope, await digest(scope, recipient), now)
    .run();
}

export async function removeSuppressed(db: D1Database, scope: string, recipient: string): Promise<void> {
  await db
    .prepare("DELETE FROM suppressions WHERE scope = ? AND recipient = ?")
    .bind(scope, await digest(scope, recipient))
    .run();
}

const digest = (scope: string, recipient: string): Promise<string> => sha256(`${scope} ${recipient}`);
