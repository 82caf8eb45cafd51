/** What an integration says of a response, and what that makes of it. Its answers are never touched. Pure. */
import { type Flag, type FlagSource, flagsAppeared, replaceFlags } from "./flag";
import { mergePatch } from "./merge-patch";
import type { Metadata } from "./metadata";
import type { ResponseRecord } from "./response";
import type { ReviewState } from "./review";

/**
 * The review after flags came or went without an edit. A rejection says more than a flag; the last flag that goes was
 * mended.
 */
export function reviewAfterFlags(state: ReviewState, before: readonly Flag[], after: readonly Flag[]): ReviewState {
  if (flagsAppeared(before, after)) return state === "rejected" ? state : "flagged";
  return state === "flagged" && before.length > 0 && after.length === 0 ? "corrected" : state;
}

/** What an integration says of a response: its flags (none: it has nothing to say any more) and entries of metadata. */
export interface AnnotationInput {
  readonly flags?: readonly Omit<Flag, "source">[];
  /** JSON Merge Patch: null takes an entry away. */
  readonly metadata?: Metadata;
}

/** What is said of a response, as the page had it. */
export interface ResponseAnnotation extends AnnotationInput {
  readonly response: ResponseRecord;
}

/**
 * `stale`: it was edited or erased since the page was read, so nothing was said of it. An edit comes to the integration
 * by itself. `busy`: others kept changing it; with the outcome `retry` the entry comes again. `refused`: the metadata
 * would not be valid any more, or name another `collector` than it does: a link may have said whose it is.
 */
export type AnnotationResult = "done" | "stale" | "busy" | "refused";

export interface Annotated {
  readonly flags: readonly Flag[];
  readonly metadata: Metadata;
  readonly review: ReviewState;
}

/** A response as an annotation by this source leaves it. */
export function annotate(
  response: Annotated,
  source: FlagSource,
  { flags: own, metadata: patch }: AnnotationInput,
): Annotated {
  const flags = own ? replaceFlags(response.flags, source, own) : response.flags;
  const metadata = patch ? (mergePatch(response.metadata, patch) as Metadata) : response.metadata;
  return { flags, metadata, review: reviewAfterFlags(response.review, response.flags, flags) };
}
