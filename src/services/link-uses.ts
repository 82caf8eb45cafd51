/** How far collector links that take only so many responses are used up. */
import type { SubmissionContext } from "../context-submission";
import { AppError } from "../core/errors";
import type { LinkRow } from "../store/link-reads";
import { readUses } from "../store/link-uses";
import { listSegments } from "../store/shards";

/** A link as what comes by it needs it. */
export type Collector = Pick<LinkRow, "id" | "name" | "responsesMax">;

/** Responses by each of these links of a form; by none for one that has no maximum: they are not counted. */
export async function findUses(
  ctx: SubmissionContext,
  form: string,
  links: readonly Pick<LinkRow, "id" | "responsesMax">[],
): Promise<(link: Pick<LinkRow, "id" | "responsesMax">) => number | null> {
  const ids = links.flatMap(({ id, responsesMax }) => (responsesMax === null ? [] : [id]));
  const uses = ids.length === 0 ? new Map() : await readUses(ctx.shards, await listSegments(ctx.shards, form), ids);
  return ({ id, responsesMax }) => (responsesMax === null ? null : (uses.get(id) ?? 0));
}

/** Whether a link of a form has brought all the responses that it may. No round trip for one without a maximum. */
export async function isUsedUp(ctx: SubmissionContext, form: string, link: Collector): Promise<boolean> {
  if (link.responsesMax === null) return false;
  const uses = await findUses(ctx, form, [link]);
  return (uses(link) ?? 0) >= link.responsesMax;
}

/** What a sender is told whose link is used up. */
export const linkFull = (): AppError =>
  new AppError("link_full", {
    detail: "This link has brought all the responses that it may. Ask whoever gave it to you for a new one.",
  });
