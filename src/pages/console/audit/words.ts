/** What the audit log tells, in words. */
import type { AuditAction } from "../../../core/audit";
import type { AuditView } from "../../../services/audit";

export const ACTIONS: Readonly<Record<AuditAction, string>> = {
  "workspace.created": "Workspace made",
  "key.created": "Key made",
  "key.revoked": "Key revoked",
  "session.started": "Signed in to the console",
  "session.ended": "Signed out of the console",
  "form.created": "Form made",
  "form.updated": "Settings of a form changed",
  "form.version_published": "Version of a form published",
  "form.opened": "Form opened",
  "form.closed": "Form closed",
  "form.duplicated": "Form duplicated",
  "form.draft_saved": "Draft saved",
  "form.draft_discarded": "Draft discarded",
  "form.archived": "Form archived",
  "form.unarchived": "Form taken out of the archive",
  "form.deleted": "Form deleted",
  "form.restored": "Form restored",
  "form.recheck_asked": "Older responses to be looked at again",
  "link.created": "Collector link made",
  "link.revoked": "Collector link withdrawn",
  "response.edited": "Response edited",
  "response.corrected": "Response corrected by its link",
  "response.erased": "Response erased",
  "response.reviewed": "Response reviewed",
  "correction_link.created": "Correction link made",
  "connection.created": "Connection stored",
  "connection.updated": "Connection changed",
  "connection.rotated": "Credentials of a connection renewed",
  "connection.deleted": "Connection deleted",
  "integration.created": "Integration added",
  "integration.updated": "Integration changed",
  "integration.deleted": "Integration deleted",
  "integration.paused": "Integration paused",
  "integration.resumed": "Integration resumed",
  "integration.replayed": "Integration replayed",
  "integration.retried": "Parked deliveries of an integration retried",
  "integration.reconciled": "Integration compared with its other side",
  "integration.blocked": "Integration stopped",
  "integration.recovered": "Integration works again",
  "lexicon_entry.created": "Term added to the lexicon",
  "lexicon_entry.updated": "Term of the lexicon changed",
  "lexicon_entry.deleted": "Term taken out of the lexicon",
  "lexicon.imported": "Lexicon imported",
  "delivery.retried": "Delivery retried",
  "delivery.skipped": "Delivery skipped",
};

/** Those who act without a key. */
export const OTHERS: Readonly<Record<string, string>> = {
  root: "The root key",
  collector: "A collector, by a correction link",
  system: "Formlog itself",
};

/** What the columns of the table say already; the key of a session is who it is of. */
const ELSEWHERE = new Set(["form", "key"]);

/** What an entry tells besides, as in "changed: title, access". */
export function sayDetail({ detail }: Pick<AuditView, "detail">): string {
  return Object.entries(detail)
    .filter(([name]) => !ELSEWHERE.has(name))
    .map(([name, value]) => `${nameOf(name)}: ${sayValue(value)}`)
    .join(" · ");
}

/** "expiresAt" as "expires at". */
const nameOf = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function sayValue(value: unknown): string {
  if (Array.isArray(value)) return value.map(sayValue).join(", ");
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}
