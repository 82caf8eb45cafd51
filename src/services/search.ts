/** Searching a form's responses by words. */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { pageToken, parsePageToken } from "../core/ids";
import type { SearchHits } from "../core/search";
import { loadOwnForm } from "./forms";
import { collectHits, type FoundResponse } from "./hits";
import { type IndexState, openFormIndex } from "./index-query";
import { type ListConditions, readConditions } from "./list-responses";

export interface SearchInput extends Omit<ListConditions, "since"> {
  readonly form: string;
  /** What is looked for (src/integrations/search/phrases.ts). */
  readonly q: string;
  /** The only question whose answers count. */
  readonly question?: string | undefined;
  readonly integration?: string | undefined;
  readonly limit: number;
  readonly cursor?: string;
}

export interface SearchPage {
  readonly items: readonly FoundResponse[];
  readonly next: string | null;
  readonly index: IndexState;
}

/** Responses in which words stand, newest first. Throws what `openFormIndex` does, not_found, invalid_parameter. */
export async function searchResponses(ctx: Context, workspace: string, input: SearchInput): Promise<SearchPage> {
  const form = await loadOwnForm(ctx, workspace, input.form);
  const conditions = await readConditions(ctx, form, input);
  const index = await openFormIndex(ctx, { form: form.id, kind: "search", integration: input.integration });
  const { items, before } = await collectHits(ctx, {
    limit: input.limit,
    before: readCursor(input.cursor),
    conditions,
    fields: input.fields,
    find: (from, limit) =>
      index.ask<SearchHits>("search", {
        q: input.q,
        limit: String(limit),
        ...(input.question !== undefined && { question: input.question }),
        ...(from !== null && { before: from.join(",") }),
      }),
  });
  return { items, next: before === null ? null : pageToken(before), index: index.state };
}

/** More databases of indexes than any installation has. */
const DATABASES_MAX = 32;

/** A number for each database of indexes, as many as there were. */
function readCursor(cursor: string | undefined): readonly number[] | null {
  if (cursor === undefined) return null;
  for (let count = 1; count <= DATABASES_MAX; count += 1) {
    const before = parsePageToken(cursor, count);
    if (before) return before;
  }
  throw new AppError("invalid_parameter", { detail: "This `cursor` is not one that a search returned." });
}
