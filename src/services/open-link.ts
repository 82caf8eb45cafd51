/** A collector link that somebody comes with: whether it works, and for which form. */
import type { CachedForm, SubmissionContext } from "../context-submission";
import { AppError } from "../core/errors";
import { type LinkClaims, readLink } from "../core/link-token";
import { findLink, type LinkRow } from "../store/link-reads";
import { loadForm } from "./forms";
import { recall } from "./recall";

/** The link that this text is, if it works for the form. Throws `link_refused` with the reason, `store_unavailable`. */
export async function openLink(ctx: SubmissionContext, form: Pick<CachedForm, "id">, token: string): Promise<LinkRow> {
  const claims = await readClaims(ctx, token);
  if (claims.form !== form.id) throw refused("This link is for another form.");
  return findWorking(ctx, claims);
}

/**
 * The link that this text is, and its form. Throws `link_refused` with the reason, `not_found`, `store_unavailable`.
 */
export async function openAnyLink(ctx: SubmissionContext, token: string): Promise<{ form: CachedForm; link: LinkRow }> {
  const claims = await readClaims(ctx, token);
  const link = await findWorking(ctx, claims);
  return { form: await loadForm(ctx, claims.form), link };
}

/** What a link claims that we signed. */
async function readClaims({ config: { keyRing } }: SubmissionContext, token: string): Promise<LinkClaims> {
  const claims = keyRing ? await readLink(keyRing, token) : null;
  if (!claims) throw refused("This is not a link of this installation, or it is cut off. Use the whole link.");
  return claims;
}

/** The row of a link, unless it expired or was withdrawn. */
async function findWorking(ctx: SubmissionContext, claims: LinkClaims): Promise<LinkRow> {
  if (claims.expiresAt !== null && claims.expiresAt <= ctx.now()) {
    throw refused(`This link expired at ${isoTime(claims.expiresAt)}. Ask whoever gave it to you for a new one.`);
  }
  const read = () => findLink(ctx.primary.control, claims.form, claims.link);
  const row = await recall(ctx, ctx.links, { id: claims.link, read });
  if (!row) throw refused("This link was withdrawn. Ask whoever gave it to you for a new one.");
  return row;
}

const isoTime = (at: number): string => new Date(at).toISOString();
const refused = (detail: string) => new AppError("link_refused", { detail });
