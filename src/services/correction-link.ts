/** The link by which whoever collected a response may mend it, and what its reader is told of flags. */
import type { CachedForm, SubmissionContext } from "../context-submission";
import { signCorrection } from "../core/correction-token";
import type { Flag } from "../core/flag";
import { localizeFlags } from "../core/rule";
import { readDefinition } from "./forms";

/** Who reads an answer: the languages that they want, most wanted first, and the address by which they came. */
export interface Reader {
  readonly languages: readonly string[];
  readonly origin: string;
}

/** A link to the page that shows what was flagged. Its last part opens `/v1/corrections/…` too. */
export interface CorrectionLink {
  readonly url: string;
  readonly expiresAt: string;
}

/** How long a link works that comes with a flagged response. */
export const CORRECTION_MS = 14 * 86_400_000;

/**
 * The link for a response, the same for the same expiry (milliseconds); undefined on an installation without an
 * encryption key.
 */
export async function correctionLink(
  ctx: Pick<SubmissionContext, "config">,
  { form, response, expiresAt, origin }: { form: string; response: string; expiresAt: number; origin: string },
): Promise<CorrectionLink | undefined> {
  const { keyRing, publicUrl } = ctx.config;
  if (!keyRing) return undefined;
  const token = await signCorrection(keyRing, { response, expiresAt });
  const url = `${publicUrl ?? origin}/f/${form}/corrections/${token}`;
  return { url, expiresAt: new Date(expiresAt).toISOString() };
}

/** The token in a link. */
export const tokenOf = ({ url }: CorrectionLink): string => url.slice(url.lastIndexOf("/") + 1);

/** Flags in the reader's language, by the texts of a version: the form's present one unless told. */
export async function tellFlags(
  ctx: SubmissionContext,
  form: Pick<CachedForm, "id" | "version" | "definition">,
  {
    flags,
    version = form.version,
    languages,
  }: { flags: readonly Flag[]; version?: number; languages: readonly string[] },
): Promise<readonly Flag[]> {
  if (flags.length === 0) return flags;
  const definition = version === form.version ? form.definition : await readDefinition(ctx, form.id, version);
  return localizeFlags(definition, flags, languages);
}
