/** What the audit log tells: who did what to which object. Pure. */

/**
 * Everything that a person or key can change through the API, and what Formlog stops by itself; submitting a response
 * is not among it.
 */
export const AUDIT_ACTIONS = [
  "workspace.created",
  "key.created",
  "key.revoked",
  "session.started",
  "session.ended",
  "form.created",
  "form.updated",
  "form.version_published",
  "form.recheck_asked",
  "form.opened",
  "form.closed",
  "form.duplicated",
  "form.draft_saved",
  "form.draft_discarded",
  "form.archived",
  "form.unarchived",
  "form.deleted",
  "form.restored",
  "link.created",
  "link.revoked",
  "response.edited",
  "response.corrected",
  "response.erased",
  "response.reviewed",
  "correction_link.created",
  "connection.created",
  "connection.updated",
  "connection.rotated",
  "connection.deleted",
  "integration.created",
  "integration.updated",
  "integration.deleted",
  "integration.paused",
  "integration.resumed",
  "integration.replayed",
  "integration.retried",
  "integration.reconciled",
  "integration.blocked",
  "integration.recovered",
  "lexicon_entry.created",
  "lexicon_entry.updated",
  "lexicon_entry.deleted",
  "lexicon.imported",
  "delivery.retried",
  "delivery.skipped",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export const isAuditAction = (text: string): text is AuditAction => (AUDIT_ACTIONS as readonly string[]).includes(text);

/** Ids, counts and names of what changed. Never an answer, a secret, a config's value or a person's words. */
export type AuditDetail = Readonly<Record<string, unknown>>;

/** One line of the log. `at`: milliseconds since the epoch. */
export interface AuditEntry {
  readonly id: string;
  readonly workspace: string;
  readonly at: number;
  /** Id of the key, `root`, `collector` (by the link of a correction), or `system`: Formlog itself. */
  readonly actor: string;
  readonly action: AuditAction;
  /** Id of what was changed. */
  readonly object: string;
  readonly detail: AuditDetail;
}
