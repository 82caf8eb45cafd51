/**
 * Collector links: whoever has one may submit to its form, and its name is on what comes by it. How one is used:
 * open-link.ts.
 */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { newId } from "../core/ids";
import { signLink } from "../core/link-token";
import type { Metadata } from "../core/metadata";
import type { KeyRing } from "../core/seal";
import { findLink, type LinkRow } from "../store/link-reads";
import * as store from "../store/links";
import { audited } from "./audit";
import { loadOwnForm, missing } from "./forms";
import { requireFuture } from "./keys";
import { findUses } from "./link-uses";
import { seek } from "./reads";

export interface LinkView {
  readonly id: string;
  readonly name: string;
  readonly metadata: Metadata;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  /** Responses that it may bring, and has brought; null: as many as come, and they are not counted. */
  readonly responsesMax: number | null;
  readonly responsesUsed: number | null;
  /** The hosted form by this link. */
  readonly url: string;
}

export interface LinkInput {
  readonly form: string;
  readonly name: string;
  readonly metadata?: Metadata;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
  /** Responses that it may bring; as many as come unless told. */
  readonly responsesMax?: number;
}

/** Where the hosted form is reached when the installation has no PUBLIC_URL. */
interface Site {
  readonly origin: string;
}

/** A new link of a form. Throws `not_found`, `invalid_request`, `conflict` without an encryption key. */
export async function createLink(ctx: Context, workspace: string, input: LinkInput & Site): Promise<LinkView> {
  const form = await loadOwnForm(ctx, workspace, input.form);
  requireFuture(ctx, input.expiresAt);
  ringOf(ctx);
  const row = {
    id: newId("link", ctx.random),
    form: form.id,
    name: input.name,
    metadata: input.metadata ?? {},
    expiresAt: input.expiresAt ?? null,
    createdAt: ctx.now(),
    revokedAt: null,
    responsesMax: input.responsesMax ?? null,
  };
  const made = audited(ctx, { workspace, action: "link.created", object: row.id, detail: { form: form.id } });
  if (!(await store.insertLink(ctx.shards.control, row, made))) throw missing();
  return view(ctx, row, { ...input, uses: row.responsesMax === null ? null : 0 });
}

/** A link that was not revoked. Throws `not_found`. */
export async function getLink(
  ctx: Context,
  workspace: string,
  input: { form: string; link: string } & Site,
): Promise<LinkView> {
  await loadOwnForm(ctx, workspace, input.form);
  const row = await seek(ctx, ({ control }) => findLink(control, input.form, input.link));
  if (!row) throw noSuchLink();
  const uses = await findUses(ctx, row.form, [row]);
  return view(ctx, row, { ...input, uses: uses(row) });
}

export async function listLinks(
  ctx: Context,
  workspace: string,
  { form, origin, ...page }: { form: string; before: number; limit: number } & Site,
): Promise<{ items: LinkView[]; last: number | null }> {
  await loadOwnForm(ctx, workspace, form);
  const rows = await store.listLinks(ctx.shards.control, form, page);
  const uses = await findUses(ctx, form, rows);
  const items = await Promise.all(rows.map((row) => view(ctx, row, { origin, uses: uses(row) })));
  return { items, last: rows.length === page.limit ? (rows.at(-1)?.no ?? null) : null };
}

/** Revokes a link: here at once, in other isolates when they look at it again (recall.ts). Throws `not_found`. */
export async function revokeLink(
  ctx: Context,
  workspace: string,
  { form, link }: { form: string; link: string },
): Promise<void> {
  await loadOwnForm(ctx, workspace, form);
  const entry = audited(ctx, { workspace, action: "link.revoked", object: link, detail: { form } });
  const revoked = await store.revokeLink(ctx.shards.control, { form, link, now: ctx.now() }, entry);
  if (!revoked) throw noSuchLink();
  ctx.links.delete(link);
}

type Shown = Site & { readonly uses: number | null };

async function view(ctx: Context, row: Omit<LinkRow, "no">, { origin, uses }: Shown): Promise<LinkView> {
  const token = await signLink(ringOf(ctx), { link: row.id, form: row.form, expiresAt: row.expiresAt });
  return {
    id: row.id,
    name: row.name,
    metadata: row.metadata,
    createdAt: isoTime(row.createdAt),
    expiresAt: row.expiresAt === null ? null : isoTime(row.expiresAt),
    responsesMax: row.responsesMax,
    responsesUsed: uses,
    url: `${ctx.config.publicUrl ?? origin}/f/${row.form}?link=${token}`,
  };
}

function ringOf(ctx: Context): KeyRing {
  if (ctx.config.keyRing) return ctx.config.keyRing;
  throw new AppError("conflict", { detail: "This installation has no FORMLOG_ENCRYPTION_KEY to sign links with." });
}

const isoTime = (at: number): string => new Date(at).toISOString();
const noSuchLink = () => new AppError("not_found", { detail: "This form has no such link." });
