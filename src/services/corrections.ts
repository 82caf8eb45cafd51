/**
 * Corrections: whoever has the link of a flagged response sees what was flagged and mends it, without a key. The link
 * opens this one response and nothing else, and changes it only while somebody waits for that.
 */
import type { CachedForm, Context } from "../context";
import { type CorrectionClaims, readCorrection as readToken } from "../core/correction-token";
import { AppError } from "../core/errors";
import type { Flag } from "../core/flag";
import type { Definition } from "../core/form";
import { parseResponseId } from "../core/ids";
import type { Answers, ResponseRecord } from "../core/response";
import type { ReviewState } from "../core/review";
import { findResponse } from "../store/responses";
import { record } from "./audit";
import { again, type Precondition, refuseErased, requireRevision } from "./change";
import { CORRECTION_MS, type CorrectionLink, correctionLink, tellFlags } from "./correction-link";
import { applyEdit } from "./edit";
import { loadForm, loadOwnForm } from "./forms";
import { requireFuture } from "./keys";
import { requireRoom } from "./rate-limit";
import { findOwnResponse } from "./responses";
import { orUnavailable } from "./store-failure";

export interface CorrectionView {
  /** Ids of the form and of the response. */
  readonly form: string;
  readonly response: string;
  readonly revision: number;
  readonly receivedAt: string;
  /** Of the link. */
  readonly expiresAt: string;
  /** Somebody waits for a correction; otherwise nothing can be changed by this link. */
  readonly open: boolean;
  readonly review: { readonly state: ReviewState };
  readonly flags: readonly Flag[];
  readonly answers: Answers;
  /** The newest version of the form, which a correction is checked against. */
  readonly version: number;
  readonly definition: Definition;
}

export interface CorrectionInput {
  /** The text of the link. */
  readonly correction: string;
  /** Of the reader, most wanted first. */
  readonly languages: readonly string[];
}

interface Opened {
  readonly form: CachedForm;
  readonly response: ResponseRecord;
  readonly link: string | null;
  readonly claims: CorrectionClaims;
}

/**
 * What the link shows. Throws link_refused with the reason, not_found (erased, or its form is gone), store_unavailable.
 */
export async function getCorrection(ctx: Context, input: CorrectionInput): Promise<CorrectionView> {
  return view(ctx, await open(ctx, input.correction), input.languages);
}

export interface CorrectInput extends CorrectionInput {
  /** JSON Merge Patch (RFC 7396): null takes an answer away. */
  readonly answers: Readonly<Record<string, unknown>>;
  readonly precondition?: Precondition;
  /** The client's address as the edge saw it. */
  readonly address?: string | null | undefined;
}

/**
 * Mends the response; what it shows afterwards says whether something is flagged still. Throws link_refused, not_found,
 * conflict (nobody waits for a correction), stale_revision, invalid_answers, too_many_requests, store_unavailable.
 */
export async function correctResponse(ctx: Context, input: CorrectInput): Promise<CorrectionView> {
  const { correction, answers, precondition, languages, address } = input;
  const asCollector = { ...ctx, actor: "collector" };
  return again(precondition, async () => {
    const opened = await open(ctx, correction);
    const { form, response, link } = opened;
    await requireRoom(ctx, { form: form.id, address, count: 1 });
    if (!isOpen(response)) throw nothingToCorrect(response.review);
    if (precondition) requireRevision(response, precondition);
    if (!(await applyEdit(asCollector, form, { response, link, patch: { answers }, languages }))) {
      return view(ctx, opened, languages);
    }
    const detail = { form: form.id, revision: response.revision + 1, questions: Object.keys(answers) };
    const { workspace } = form;
    await record(asCollector, { workspace, action: "response.corrected", object: response.id, detail });
    return view(ctx, await open(ctx, correction), languages);
  });
}

/** A link can't be taken back: it ends by itself. */
const EXPIRY_MAX_MS = 366 * 86_400_000;

export interface CorrectionLinkInput {
  readonly form: string;
  readonly response: string;
  /** Milliseconds since the epoch; 14 days from now unless told. */
  readonly expiresAt?: number;
  readonly origin: string;
}

/** A new link for a response; those given out before go on working. Throws not_found, invalid_request, conflict. */
export async function createCorrectionLink(
  ctx: Context,
  workspace: string,
  { origin, expiresAt = ctx.now() + CORRECTION_MS, ...input }: CorrectionLinkInput,
): Promise<CorrectionLink> {
  const form = await loadOwnForm(ctx, workspace, input.form);
  const response = await findOwnResponse(ctx, form, input.response);
  refuseErased(response);
  requireFuture(ctx, expiresAt);
  if (expiresAt > ctx.now() + EXPIRY_MAX_MS) throw tooLate();
  const link = await correctionLink(ctx, { form: form.id, response: response.id, expiresAt, origin });
  if (!link) {
    throw new AppError("conflict", { detail: "This installation has no FORMLOG_ENCRYPTION_KEY to sign links with." });
  }
  const detail = { form: form.id, expiresAt: link.expiresAt };
  await record(ctx, { workspace, action: "correction_link.created", object: response.id, detail });
  return link;
}

const isOpen = ({ review }: ResponseRecord): boolean => review === "flagged" || review === "rejected";

/** The response that a link opens. Its signature is looked at before anything is read. */
async function open(ctx: Context, token: string): Promise<Opened> {
  const { keyRing } = ctx.config;
  const claims = keyRing ? await readToken(keyRing, token) : null;
  const address = claims && parseResponseId(claims.response);
  if (!claims || !address || address.shard >= ctx.shards.all.length) {
    throw refused("This is not a link of this installation, or it is cut off. Use the whole link.");
  }
  if (claims.expiresAt <= ctx.now()) {
    throw refused(`This link expired at ${isoTime(claims.expiresAt)}. Ask whoever gave it to you for a new one.`);
  }
  const found = await findResponse(ctx.shards.get(address.shard).db, address).catch(orUnavailable);
  if (!found || found.response.erasedAt !== null) {
    throw new AppError("not_found", { detail: "This response was erased: there is nothing left to correct." });
  }
  return { form: await loadForm(ctx, found.form), response: found.response, link: found.link, claims };
}

async function view(
  ctx: Context,
  { form, response, claims }: Opened,
  languages: readonly string[],
): Promise<CorrectionView> {
  return {
    form: form.id,
    response: response.id,
    revision: response.revision,
    receivedAt: isoTime(response.receivedAt),
    expiresAt: isoTime(claims.expiresAt),
    open: isOpen(response),
    review: { state: response.review },
    flags: await tellFlags(ctx, form, { flags: response.flags, languages }),
    answers: response.answers,
    version: form.version,
    definition: form.definition,
  };
}

const isoTime = (at: number): string => new Date(at).toISOString();
const refused = (detail: string) => new AppError("link_refused", { detail });
const tooLate = () =>
  new AppError("invalid_request", {
    detail: "Nothing was changed. Mend what `errors` lists.",
    errors: [{ pointer: "/expiresAt", code: "too_late", detail: "A link works for a year at most." }],
  });
const nothingToCorrect = (state: ReviewState) =>
  new AppError("conflict", {
    detail: `This response is ${state}: nobody waits for a correction. Nothing was changed.`,
  });
