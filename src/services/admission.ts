/** Who may submit to a form, and how much. Asked once for each request, before anything of it is looked at. */
import type { CachedForm, SubmissionContext } from "../context-submission";
import { AppError } from "../core/errors";
import { isOpenTo } from "../core/origins";
import { isUnavailable } from "../store/failure";
import type { KeyRow } from "../store/key-reads";
import { type Collector, isUsedUp, linkFull } from "./link-uses";
import { openLink } from "./open-link";
import { requireRoom } from "./rate-limit";
import { requirePerson } from "./turnstile";

/** Who submits: with a key, by a link, both or neither. */
export interface Sender {
  readonly key: KeyRow | null;
  /** The text of a collector link. */
  readonly link?: string | undefined;
  /** The client's address as the edge saw it. */
  readonly address?: string | null | undefined;
  readonly turnstileToken?: string | undefined;
  /** The site whose page sends, as its browser says; undefined: no page, or one of ours. */
  readonly origin?: string | undefined;
}

interface Request {
  readonly sender: Sender;
  /** Submissions in it, if it is a batch. */
  readonly batch?: number | undefined;
  readonly idempotencyKey?: string | undefined;
}

/**
 * Lets a request submit, and tells the link that it came by, if any. Whether that has room left is asked by the INSERT.
 * A key is trusted: limits, sites and Turnstile are for strangers. Throws not_found, unauthorized, link_needed,
 * link_refused, origin_refused, too_many_requests, not_human, turnstile_unavailable, store_unavailable.
 */
export async function admit(
  ctx: SubmissionContext,
  form: CachedForm,
  request: Request,
): Promise<Collector | undefined> {
  const { key, link, address, turnstileToken, origin } = request.sender;
  if (key && key.workspace !== form.workspace) throw new AppError("not_found", { detail: "There is no such form." });
  if (key) return link === undefined ? undefined : openLink(ctx, form, link);
  if (origin !== undefined) requireSite(form, origin);
  await requireRoom(ctx, { form: form.id, address, count: request.batch ?? 1 });
  const collector = await admitStranger(ctx, form, link);
  if (form.turnstile) {
    if (request.batch !== undefined)
      throw new AppError("unauthorized", { detail: "This form takes a batch only with a key." });
    const { idempotencyKey } = request;
    const attempt = { form: form.id, turnstile: form.turnstile, token: turnstileToken, address, idempotencyKey };
    await requirePerson(ctx, attempt);
  }
  return collector;
}

/**
 * A browser that was told so in a preflight does not even send; one that was told otherwise two hours ago still does.
 */
function requireSite(form: Pick<CachedForm, "settings">, origin: string): void {
  if (isOpenTo(form.settings, origin)) return;
  throw new AppError("origin_refused", {
    detail: "This form takes responses from pages of the sites in its `allowedOrigins`, and this is none of them.",
  });
}

/** Whether somebody without a key may use the form; by which link, if any. A link is always checked. */
export async function admitStranger(
  ctx: SubmissionContext,
  form: Pick<CachedForm, "id" | "access">,
  link: string | undefined,
): Promise<Collector | undefined> {
  if (form.access === "key") {
    throw new AppError("unauthorized", { detail: "This form takes responses only with a key of its workspace." });
  }
  if (link !== undefined) return openLink(ctx, form, link);
  if (form.access === "public") return undefined;
  throw new AppError("link_needed", {
    detail: "This form takes responses only by a collector link (header Formlog-Link) or with a key of its workspace.",
  });
}

/**
 * Whether somebody may fill in the hosted form. Throws as admitStranger does, and `link_full`, so that nobody fills it
 * in for nothing. While D1 can't be asked they may: what they send is taken then.
 */
export async function admitVisitor(
  ctx: SubmissionContext,
  form: Pick<CachedForm, "id" | "access">,
  link: string | undefined,
): Promise<void> {
  const collector = await admitStranger(ctx, form, link);
  const isFull = collector && isUsedUp(ctx, form.id, collector);
  const full = await isFull?.catch((error: unknown) => {
    if (isUnavailable(error)) return false;
    throw error;
  });
  if (full) throw linkFull();
}
