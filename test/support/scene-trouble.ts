/** What is the matter with the scene's integrations, and who is told of it. */
import type { Stack } from "./stack";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

// biome-ignore lint/suspicious/noExplicitAny: a body of the API
type Make = (path: string, body: unknown) => Promise<any>;

/** A webhook and, paused, a channel of Slack that alerts go to; their form is made with the first. */
export async function tellSomebody(stack: Stack, { key, make }: { key: string; make: Make }): Promise<void> {
  await make("/v1/alerts/destinations", { type: "webhook", url: stack.receiverUrl });
  const slack = { type: "slack", url: "https://hooks.slack.com/services/of-nobody" };
  const { id, form } = await make("/v1/alerts/destinations", slack);
  await stack.call("POST", `/v1/forms/${form}/integrations/${id}/pause`, { key });
}

interface Troubled {
  readonly form: string;
  /** An integration that is blocked already. */
  readonly blocked: string;
  readonly make: Make;
}

/**
 * A webhook whose receiver has been down for two days, and still is; one that is blocked has been so for an hour. The
 * sweeper tells of both.
 */
export async function fail(stack: Stack, { form, blocked, make }: Troubled): Promise<void> {
  const config = { url: `${stack.receiverUrl}/of-a-partner` };
  const { id } = await make(`/v1/forms/${form}/integrations`, { kind: "webhook", config });
  const db = await stack.db();
  const now = Date.now();
  const of = "WHERE integration = (SELECT no FROM integrations WHERE id = ?1)";
  await db.batch([
    db
      .prepare(
        `UPDATE cursors SET position = position - 3, state = 'waiting', failures = 1234, failing_since = ?2, failed_at = ?3,
           owed_at = ?2, next_at = ?4, last_error = 'The receiver answered 503.' ${of}`,
      )
      .bind(id, now - 2 * DAY_MS, now, now + DAY_MS),
    db
      .prepare(`UPDATE cursors SET blocked = json_set(blocked, '$.since', ?2) ${of}`)
      .bind(blocked, now - 60 * MINUTE_MS),
  ]);
  await stack.sweep();
}
