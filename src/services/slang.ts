/** The terms of a lexicon in a form's answers, by city, and the words that one city uses more than the others. */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { parseTextToken, textToken } from "../core/ids";
import type { SlangCounts, SlangDiscovery, SlangHits } from "../core/slang";
import { loadOwnForm } from "./forms";
import { collectHits, type FoundResponse } from "./hits";
import { askFormIndex, type FormIndex, type IndexState, openFormIndex } from "./index-query";

export interface SlangInput {
  readonly form: string;
  readonly city?: string | undefined;
  readonly term?: string | undefined;
  readonly question?: string | undefined;
  readonly integration?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export type SlangPage = Omit<SlangCounts, "after"> & {
  /** With a term: responses that have it. */
  readonly items: readonly FoundResponse[];
  /** Goes on with `items`; without a term with `terms`. */
  readonly next: string | null;
  readonly index: IndexState;
};

export type SlangDiscoveryPage = SlangDiscovery & { readonly index: IndexState };

const ALL = { answers: [], metadata: [], review: null, since: null } as const;

/**
 * Counts by city and term, and with a term the responses. Throws what `openFormIndex` does, `not_found`,
 * `invalid_parameter`.
 */
export async function readSlang(ctx: Context, workspace: string, input: SlangInput): Promise<SlangPage> {
  const form = await loadOwnForm(ctx, workspace, input.form);
  const place = readCursor(input);
  const index = await openFormIndex(ctx, { form: form.id, kind: "slang", integration: input.integration });
  const { city, term, question } = input;
  const asked = {
    ...(city !== undefined && { city }),
    ...(term !== undefined && { term }),
    ...(question !== undefined && { question }),
  };
  const from = place && term === undefined && { afterCount: place[0], afterTerm: place[1] };
  const { after, ...counts } = await index.ask<SlangCounts>("counts", {
    ...asked,
    ...from,
    limit: String(input.limit),
  });
  const found = term === undefined ? { items: [], next: after } : await readHits(ctx, index, { asked, place, input });
  return { ...counts, items: found.items, next: found.next && textToken(found.next), index: index.state };
}

interface HitsAsked {
  readonly asked: Readonly<Record<string, string>>;
  readonly place: Place | null;
  readonly input: SlangInput;
}

async function readHits(ctx: Context, index: FormIndex, { asked, place, input }: HitsAsked) {
  const { items, before } = await collectHits<readonly [position: number, shard: number]>(ctx, {
    limit: input.limit,
    before: place && [Number(place[0]), Number(place[1])],
    conditions: ALL,
    find: (from, limit) =>
      index.ask<SlangHits>("hits", {
        ...asked,
        limit: String(limit),
        ...(from && { beforePosition: String(from[0]), beforeShard: String(from[1]) }),
      }),
  });
  return { items, next: before && ([String(before[0]), String(before[1])] as const) };
}

/** Words over-represented in a city. Throws what `readSlang` does. */
export async function discoverSlang(
  ctx: Context,
  workspace: string,
  { form, city, integration, limit }: Pick<SlangInput, "form" | "integration" | "limit"> & { readonly city: string },
): Promise<SlangDiscoveryPage> {
  const parameters = { city, limit: String(limit) };
  return askFormIndex<SlangDiscovery>(ctx, workspace, {
    form,
    kind: "slang",
    name: "discover",
    integration,
    parameters,
  });
}

/** Two numbers, or a number and a term. */
type Place = readonly [first: string, second: string];

function readCursor({ cursor, term }: SlangInput): Place | null {
  if (cursor === undefined) return null;
  const [first = "", second = ""] = parseTextToken(cursor, 2) ?? [];
  const isNumber = (text: string) => /^\d{1,16}$/.test(text);
  if (isNumber(first) && (term === undefined ? second !== "" : isNumber(second))) return [first, second];
  throw new AppError("invalid_parameter", { detail: "This `cursor` is not one that this list returned." });
}
