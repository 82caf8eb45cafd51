/**
 * What an integration, or a re-check, says of responses: flags and entries of metadata, set without touching answers.
 * May be repeated: what is there already changes nothing. Given to kinds as `Deps.annotate`.
 */
import { type AnnotationResult, annotate, type ResponseAnnotation } from "../core/annotation";
import { sameJson } from "../core/difference";
import { type FlagSource, flagsAppeared, flagsToJson } from "../core/flag";
import { segmentOf } from "../core/ids";
import type { Metadata } from "../core/metadata";
import { MetadataSchema } from "../core/metadata-schema";
import type { ResponseRecord } from "../core/response";
import { kindsTold } from "../integrations/traits";
import { type Annotation, annotateResponses, type Holder } from "../store/annotations";
import type { WakeUp } from "../store/cursors";
import { readAt } from "../store/responses";
import type { Shard } from "../store/shards";

export interface Annotator {
  readonly shard: Shard;
  readonly now: () => number;
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>;
  /** Whose flags these are, and who says so in the feed. */
  readonly source: FlagSource;
  readonly author: string;
  /** Who says so by a lease: once it is lost, nothing is changed any more. Null: nobody needs one. */
  readonly holder: Holder | null;
}

/** What is changed in one statement at most: a bound value stays well below 2 MB (platform.md 1.2). */
const PIECE = { responses: 50, bytes: 500_000 } as const;
const TRIES_MAX = 3;

interface Open {
  readonly index: number;
  readonly given: ResponseAnnotation;
  /** The response as it was last seen. */
  readonly response: ResponseRecord;
}

/** Applies annotations; results by index. One round trip for fifty responses, more only where somebody was faster. */
export async function annotateAll(
  annotator: Annotator,
  annotations: readonly ResponseAnnotation[],
): Promise<readonly AnnotationResult[]> {
  const results: AnnotationResult[] = annotations.map(() => "stale");
  let open: Open[] = annotations.map((given, index) => ({ index, given, response: given.response }));
  for (let tries = 0; tries < TRIES_MAX && open.length > 0; tries += 1) {
    if (tries > 0) open = await readAgain(annotator, open);
    const left: Open[] = [];
    for (const own of Map.groupBy(open, ({ response }) => segmentOf(response.position)).values()) {
      for (const piece of piecesOf(own)) left.push(...(await apply(annotator, piece, results)));
    }
    open = left;
  }
  for (const { index } of open) results[index] = "busy";
  return results;
}

/** In order, each small enough for a statement. */
function piecesOf(open: readonly Open[]): Open[][] {
  const pieces: Open[][] = [];
  let bytes = 0;
  for (const one of open) {
    // Three bytes for each UTF-16 unit at most.
    const size =
      3 * JSON.stringify([one.given.flags, one.given.metadata, one.response.flags, one.response.metadata]).length;
    const last = pieces.at(-1);
    bytes += size;
    if (last && last.length < PIECE.responses && bytes <= PIECE.bytes) last.push(one);
    else {
      pieces.push([one]);
      bytes = size;
    }
  }
  return pieces;
}

/** Notes what became of these in `results`. Returns those that somebody else was faster with. */
async function apply(annotator: Annotator, open: readonly Open[], results: AnnotationResult[]): Promise<Open[]> {
  const changes = new Map<number, { one: Open; annotation: Annotation }>();
  const later: Open[] = [];
  for (const one of open) {
    const annotation = one.response.erasedAt === null ? changeOf(annotator, one) : "stale";
    if (typeof annotation === "string") results[one.index] = annotation;
    else if (changes.has(annotation.position)) later.push(one);
    else changes.set(annotation.position, { one, annotation });
  }
  const [first] = changes.values();
  if (!first) return later;
  const annotations = [...changes.values()].map(({ annotation }) => annotation);
  const { applied, wakeUps } = await annotateResponses(annotator.shard, {
    segment: segmentOf(first.annotation.position),
    annotations,
    author: annotator.author,
    holder: annotator.holder,
    now: annotator.now(),
    ring: kindsTold(new Set(annotations.flatMap(({ events }) => events))),
  });
  for (const [position, { one }] of changes) {
    if (applied.has(position)) results[one.index] = "done";
    else later.push(one);
  }
  await annotator.wake(wakeUps);
  return later;
}

/** What is to be written, or what is to be answered without that. */
function changeOf({ source }: Annotator, { given, response }: Open): Annotation | AnnotationResult {
  const { flags, metadata, review } = annotate(response, source, given);
  const remarked = !sameJson(metadata, response.metadata);
  if (!remarked && sameJson(flags, response.flags)) return "done";
  if (remarked && !mayBecome(metadata, response)) return "refused";
  const appeared = flagsAppeared(response.flags, flags);
  const { position, revision } = response;
  return {
    position,
    revision,
    flags: flagsToJson(flags),
    metadata: JSON.stringify(metadata),
    review,
    events: remarked ? ["updated", ...(appeared ? (["flagged"] as const) : [])] : [appeared ? "flagged" : "reviewed"],
  };
}

function mayBecome(metadata: Metadata, { metadata: { collector } }: ResponseRecord): boolean {
  const named = collector === undefined || sameJson(metadata.collector, collector);
  return named && MetadataSchema.safeParse(metadata).success;
}

/** The responses as they are now. What was said of other answers is not said of these: they are left out. */
async function readAgain({ shard }: Annotator, open: readonly Open[]): Promise<Open[]> {
  const now = await readAt(shard, [...new Set(open.map(({ response }) => response.position))]);
  return open.flatMap((one) => {
    const response = now.get(one.response.position);
    return response && sameJson(response.answers, one.given.response.answers) ? [{ ...one, response }] : [];
  });
}
