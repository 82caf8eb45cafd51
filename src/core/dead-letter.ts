/**
 * A submission that was answered 202 and that the intake consumer could not store: a dead letter (docs/decisions/033).
 * Pure.
 */
import { type Spooled, spoolName } from "./spool";
import { SpooledSchema } from "./spool-schema";

/** Why a spooled submission was not stored. Codes, for logs and alerts: none says anything of the answers. */
export const INTAKE_FAILURES = ["unreadable", "no_shard", "no_segment", "unreachable", "failed"] as const;
export type IntakeFailure = (typeof INTAKE_FAILURES)[number];

/** A message of the dead letter queue as it is kept. */
export interface DeadLetter {
  /** The same for every copy of a submission. */
  readonly id: string;
  /** Id; empty when the message does not say. */
  readonly form: string;
  /** The message as JSON. */
  readonly body: string;
}

/** How a message is kept: one that can't be read too, for a later version of the code or for whoever looks after it. */
export function deadLetterOf({ id, body }: { readonly id: string; readonly body: unknown }): DeadLetter {
  const text = JSON.stringify(body) ?? "null";
  const read = SpooledSchema.safeParse(body);
  if (read.success) return { id: spoolName(read.data), form: read.data.form, body: text };
  const form = (body as { readonly form?: unknown } | null | undefined)?.form;
  return { id, form: typeof form === "string" ? form : "", body: text };
}

/** The submission of a kept message; null when it can't be read. */
export function readDeadLetter({ body }: Pick<DeadLetter, "body">): Spooled | null {
  const read = SpooledSchema.safeParse(JSON.parse(body));
  return read.success ? read.data : null;
}
