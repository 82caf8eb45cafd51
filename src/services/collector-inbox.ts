/**
 * The inbox of a collector: by his link he sees which of the responses that came by it are flagged, and gets the link
 * by which each is mended. Those of others are not there, whatever they are called: it goes by the link, not by its
 * name.
 */
import type { CachedForm, Context } from "../context";
import { AppError } from "../core/errors";
import type { Flag } from "../core/flag";
import type { Answers, ResponseRecord } from "../core/response";
import { localizeFlags } from "../core/rule";
import { countOfLink } from "../store/inbox";
import { listSegments } from "../store/shards";
import { CORRECTION_MS, type CorrectionLink, correctionLink, type Reader } from "./correction-link";
import { readPage } from "./list-responses";
import { openAnyLink, openLink } from "./open-link";
import { orUnavailable } from "./store-failure";

/** A flagged response, as its collector sees it. */
export interface InboxItem {
  /** Id of the response. */
  readonly response: string;
  readonly revision: number;
  readonly receivedAt: string;
  /** When the device said it was filled in. */
  readonly submittedAt?: string;
  /** In the language of the reader. */
  readonly flags: readonly Flag[];
  readonly answers: Answers;
  /** Where it is mended. */
  readonly correction: CorrectionLink;
}

export interface InboxView {
  /** Id of the form. */
  readonly form: string;
  /** The name of the link. */
  readonly collector: string;
  /** How many are flagged; 1,000 stands for that many and more. */
  readonly flagged: number;
  /** Oldest first. */
  readonly items: readonly InboxItem[];
  readonly next: string | null;
}

export interface InboxInput {
  /** The text of a collector link. */
  readonly link: string;
  readonly limit: number;
  /** The `next` of the page before. */
  readonly cursor?: string;
  readonly reader: Reader;
}

const COUNT_MAX = 1_000;
const ONLY_FLAGGED = { answers: [], metadata: [], review: "flagged", since: null } as const;

/**
 * A page of the inbox. Reads its own rows and no others. Throws link_refused, not_found, invalid_parameter,
 * store_unavailable.
 */
export async function readInbox(ctx: Context, input: InboxInput): Promise<InboxView> {
  const { form, link } = await openAnyLink(ctx, input.link);
  const segments = await listSegments(ctx.shards, form.id).catch(orUnavailable);
  const { limit, cursor } = input;
  const conditions = { ...ONLY_FLAGGED, link: link.id };
  const place = { limit, order: "asc", ...(cursor !== undefined && { cursor }) } as const;
  const [page, flagged] = await Promise.all([
    readPage(ctx, { form, segments }, { ...place, conditions }),
    countOfLink(ctx.shards, { link: link.id, max: COUNT_MAX }),
  ]).catch(orUnavailable);
  const items = await Promise.all(page.items.map((response) => view(ctx, form, { response, reader: input.reader })));
  return { form: form.id, collector: link.name, flagged, items, next: page.next };
}

/** How many wait in the inbox of a link of this form, at most 100. Throws link_refused, store_unavailable. */
export async function countInbox(ctx: Context, form: Pick<CachedForm, "id">, token: string): Promise<number> {
  const link = await openLink(ctx, form, token);
  return countOfLink(ctx.shards, { link: link.id, max: 100 }).catch(orUnavailable);
}

async function view(
  ctx: Context,
  form: CachedForm,
  { response, reader }: { response: ResponseRecord; reader: Reader },
): Promise<InboxItem> {
  const { id, revision, receivedAt, submittedAt, answers } = response;
  const expiresAt = ctx.now() + CORRECTION_MS;
  const correction = await correctionLink(ctx, { form: form.id, response: id, expiresAt, origin: reader.origin });
  // What opened the inbox was signed by the same keys.
  if (!correction) throw new AppError("internal");
  return {
    response: id,
    revision,
    receivedAt: new Date(receivedAt).toISOString(),
    ...(submittedAt !== null && { submittedAt: new Date(submittedAt).toISOString() }),
    flags: localizeFlags(form.definition, response.flags, reader.languages),
    answers,
    correction,
  };
}
