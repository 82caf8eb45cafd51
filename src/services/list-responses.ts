/**
 * Lists of responses: keyset pages over the segments of a form, in either order, filtered. A page looks at no more than
 * SCAN_MAX responses: with filters that few fit it may come back short, or empty, with a `next` that goes on.
 */
import type { CachedForm, Context } from "../context";
import { AppError } from "../core/errors";
import { type RawCondition, readAnswerCondition, readMetadataCondition } from "../core/filter";
import type { Question } from "../core/form";
import { pageToken, parsePageToken, segmentOf, segmentStart } from "../core/ids";
import type { ResponseRecord } from "../core/response";
import type { ReviewState } from "../core/review";
import { readDefinitions } from "../store/form-reads";
import { type Conditions, findBefore, lookAt, type Order } from "../store/list";
import { listSegments, type Segment } from "../store/shards";
import { loadForm, loadOwnForm } from "./forms";
import { zonesOf } from "./list-plan";
import { type ResponseView, viewResponse } from "./responses";

/** Responses that a page looks at, at most. */
const SCAN_MAX = 5_000;

/** What responses must be, and what is wanted of them. */
export interface ListConditions {
  /** Milliseconds since the epoch. */
  readonly since?: number;
  readonly review?: ReviewState;
  readonly filters: readonly RawCondition[];
  readonly metadata: readonly RawCondition[];
  /** Refs of the answers to return; all of them unless told. */
  readonly fields?: readonly string[];
}

export interface ListInput extends ListConditions {
  readonly form: string;
  readonly limit: number;
  readonly order: Order;
  /** The `next` of the page before. */
  readonly cursor?: string;
}

export interface ListPage<T> {
  readonly items: readonly T[];
  readonly next: string | null;
  /** In ascending order: what to send as `since` to go on from here later. */
  readonly since?: string;
}

/** A page of a form's responses. Throws not_found, invalid_parameter. */
export async function listResponses(
  ctx: Context,
  workspace: string,
  input: ListInput,
): Promise<ListPage<ResponseView>> {
  const form = await loadOwnForm(ctx, workspace, input.form);
  const conditions = await readConditions(ctx, form, input);
  const segments = await listSegments(ctx.shards, form.id);
  const page = await readPage(ctx, { form, segments }, { ...input, conditions });
  return { ...page, items: page.items.map((response) => viewResponse(choose(response, input.fields))) };
}

/** The conditions as store/ compares them. Throws invalid_parameter. */
export async function readConditions(ctx: Context, form: CachedForm, input: ListConditions): Promise<Conditions> {
  const answers = await withQuestions(ctx, form, (find) => {
    for (const ref of input.fields ?? []) find("fields", ref);
    return input.filters.map((raw) => readAnswerCondition(raw, find(raw.name, raw.subject)));
  });
  const metadata = input.metadata.map(readMetadataCondition);
  return { answers, metadata, review: input.review ?? null, since: input.since ?? null };
}

/** The newest responses of a form before a cursor, with the cursor of what follows. */
export async function readNewest(
  ctx: Context,
  form: string,
  input: { limit: number; cursor?: string },
): Promise<ListPage<ResponseRecord>> {
  const conditions = { answers: [], metadata: [], review: null, since: null };
  const log = { form: await loadForm(ctx, form), segments: await listSegments(ctx.shards, form) };
  return readPage(ctx, log, { ...input, order: "desc", conditions });
}

/** A form and where its responses are. */
export interface Log {
  readonly form: CachedForm;
  readonly segments: readonly Segment[];
}

interface PageInput {
  readonly limit: number;
  readonly order: Order;
  readonly cursor?: string;
  readonly conditions: Conditions;
}

/** A page of a log in the order that is asked for, from the place that `cursor` names. Throws `invalid_parameter`. */
export async function readPage(
  ctx: Context,
  { form, segments }: Log,
  input: PageInput,
): Promise<ListPage<ResponseRecord>> {
  const { order, conditions, limit } = input;
  const start = startOf(segments, input);
  const items: ResponseRecord[] = [];
  let scan = SCAN_MAX;
  let token = "";
  const ordinals = order === "asc" ? [...segments.keys()] : [...segments.keys()].reverse();
  for (const ordinal of ordinals.slice(ordinals.indexOf(start.ordinal))) {
    const segment = segments[ordinal] as Segment;
    const part = await partOf(ctx, segment, input, ordinal === start.ordinal ? start.position : null);
    token = tokenOf(order, ordinal, order === "asc" ? part.after : part.through + 1);
    for (const zone of await zonesOf(ctx, form, { segment, part, conditions, order })) {
      if (scan < 1) return { items, next: token, ...goOn(order, token) };
      const look = { order, limit: limit - items.length, scan, source: zone.source, conditions };
      const found = await lookAt(ctx.shards.get(segment.shard), zone, look);
      items.push(...found.items);
      token = tokenOf(order, ordinal, found.reached);
      scan -= found.looked;
      if (!found.done) return { items, next: token, ...goOn(order, token) };
    }
  }
  return { items, next: null, ...goOn(order, token) };
}

interface Start {
  readonly ordinal: number;
  /** Where the page before ended; null: the first page. */
  readonly position: number | null;
}

function startOf(segments: readonly Segment[], { cursor, order }: PageInput): Start {
  if (cursor === undefined) return { ordinal: order === "asc" ? 0 : segments.length - 1, position: null };
  const [direction, ordinal, position] = parsePageToken(cursor, 3) ?? [];
  if (ordinal === undefined || position === undefined || segments[ordinal]?.no !== segmentOf(position)) {
    throw new AppError("invalid_parameter", { detail: "This `cursor` is not one that a list of this form returned." });
  }
  if (direction !== DIRECTIONS[order]) {
    throw new AppError("invalid_parameter", { detail: "This `cursor` came with a list in the other `order`." });
  }
  return { ordinal, position };
}

/** The part of a segment that is still to be looked at. */
async function partOf(ctx: Context, segment: Segment, { order, conditions }: PageInput, position: number | null) {
  const end = segmentStart(segment.no + 1) - 1;
  const part = { segment: segment.no, after: segmentStart(segment.no), through: end };
  if (order === "asc" && position !== null) return { ...part, after: position };
  const { since } = conditions;
  const after = since === null ? part.after : await findBefore(ctx.shards.get(segment.shard).db, segment.no, since);
  return { ...part, after, through: position === null ? end : position - 1 };
}

const DIRECTIONS = { desc: 0, asc: 1 } as const;

/** The cursor of a list that goes on from a position in this order. */
export const tokenOf = (order: Order, ordinal: number, position: number) =>
  pageToken([DIRECTIONS[order], ordinal, position]);

/**
 * Responses are only ever added behind the last one, so a place in the ascending order misses none and shows none
 * twice.
 */
const goOn = (order: Order, token: string) => (order === "asc" ? { since: token } : {});

type Find = (name: string, ref: string) => Question;

/** Reads with the questions of the present version or, when that does not do, with those of all versions. */
async function withQuestions<T>(ctx: Context, form: CachedForm, read: (find: Find) => T): Promise<T> {
  const present = new Map(form.definition.questions.map((question) => [question.ref, question]));
  try {
    return read(findIn(present));
  } catch (error) {
    if (!(error instanceof AppError) || form.version === 1) throw error;
  }
  const all = new Map<string, Question>();
  for (const [, { questions }] of await readDefinitions(ctx.primary.control, form.id)) {
    for (const question of questions) {
      const choices = new Map(all.get(question.ref)?.choices?.map((choice) => [choice.id, choice]));
      for (const choice of question.choices ?? []) choices.set(choice.id, choice);
      const indexed = present.get(question.ref)?.indexed ?? false;
      all.set(question.ref, { ...question, indexed, ...(question.choices && { choices: [...choices.values()] }) });
    }
  }
  return read(findIn(all));
}

const findIn =
  (questions: ReadonlyMap<string, Question>): Find =>
  (name, ref) => {
    const question = questions.get(ref);
    if (question) return question;
    throw new AppError("invalid_parameter", { detail: `\`${name}\`: this form has no question with the ref ${ref}.` });
  };

/** A response with these answers only; with all of them unless told. */
export function choose(response: ResponseRecord, fields: readonly string[] | undefined): ResponseRecord {
  if (!fields) return response;
  const chosen = Object.entries(response.answers).filter(([ref]) => fields.includes(ref));
  return { ...response, answers: Object.fromEntries(chosen) };
}
