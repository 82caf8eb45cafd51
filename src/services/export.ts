/**
 * The verb that exports a form's responses: in log order, from the oldest (or from where an earlier export ended) to
 * what was the newest when it began. The log is read a page at a time, and only when the reader has taken what there
 * is.
 */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { columnsOf, type Row, type TableOptions } from "../core/export/columns";
import { BOM, csvRecord } from "../core/export/csv";
import { createLabels, type Labels } from "../core/export/labels";
import { encode, pieces } from "../core/export/pieces";
import { SHEET_COLUMNS_MAX } from "../core/export/sheet";
import { xlsx } from "../core/export/xlsx";
import type { Definition } from "../core/form";
import type { ResponseRecord } from "../core/response";
import { readDefinitions } from "../store/form-reads";
import { type PageLimits, readAfter } from "../store/responses";
import { readMatching } from "./export-matching";
import { planExport, type Span } from "./export-plan";
import { loadOwnForm } from "./forms";
import { type ListConditions, readConditions } from "./list-responses";
import { viewResponse } from "./responses";
import { orUnavailable } from "./store-failure";

export const EXPORT_FORMATS = ["csv", "ndjson", "xlsx"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportInput extends TableOptions {
  readonly form: string;
  readonly format: ExportFormat;
  /** Names of the columns: titles, refs, or none. */
  readonly header: "title" | "ref" | "none";
  /**
   * CSV: whether texts that look like formulas are made harmless, and whether the file begins with a byte order mark.
   */
  readonly guard: boolean;
  readonly bom: boolean;
  /** Goes on after this response. */
  readonly after?: string;
  /** Log entries, 1 to EXPORT_ENTRIES_MAX. */
  readonly limit?: number;
  /** Columns as they were when this version was the newest. */
  readonly version?: number;
  /** What the responses must be; all of them are exported unless told. */
  readonly conditions?: ListConditions;
}

export interface Export {
  /** The form's title. */
  readonly title: string;
  /** The version whose columns these are. */
  readonly version: number;
  /** Log entries that the export covers, erased ones among them. */
  readonly entries: number;
  /** Where the next export goes on (`after`), when `limit` left something. */
  readonly next: string | null;
  /** The file. Fails rather than end early. */
  readonly chunks: AsyncGenerator<Uint8Array>;
}

/**
 * One D1 round trip a page. D1 allows 1,000 queries a request, so full pages matter; 2 million characters are some 20
 * MB once they are parsed, of the 128 MB that an isolate has (platform.md 1.1, 1.2).
 */
const PAGE: PageLimits = { count: 2_000, bytes: 2_000_000 };

/** Throws `not_found`, `invalid_parameter`, `store_unavailable`. What fails later fails the chunks. */
export async function exportResponses(ctx: Context, workspace: string, input: ExportInput): Promise<Export> {
  const form = await loadOwnForm(ctx, workspace, input.form);
  const plan = await planExport(ctx, form.id, input).catch(orUnavailable);
  // After the heads: every entry up to them has its version among these, but for those that are edited from now on.
  // Of the primary: no copy of the forms may be behind the copies that the responses are read from.
  const definitions = await readDefinitions(ctx.primary.control, form.id).catch(orUnavailable);
  const newest = Math.max(...definitions.keys());
  const version = input.version ?? newest;
  if (version > newest) throw new AppError("invalid_parameter", { detail: `This form has no version ${version}.` });
  const labels = createLabels(definitions);
  const conditions = input.conditions && (await readConditions(ctx, form, input.conditions));
  const { spans } = plan;
  const read = conditions ? readMatching(ctx, form, { spans, conditions }) : readSpans(ctx, spans);
  const pages = knownVersions(ctx, form.id, labels, read);
  return {
    title: definitions.get(newest)?.title ?? form.title,
    version,
    entries: plan.entries,
    next: plan.next,
    chunks:
      input.format === "ndjson"
        ? ndjson(pages, labels, input)
        : table(pages, new Map([...definitions].filter(([no]) => no <= version)), labels, input, plan.entries),
  };
}

/** The pages of these stretches of the log, each read when it is asked for. */
async function* readSpans(ctx: Context, spans: readonly Span[]): AsyncGenerator<readonly ResponseRecord[]> {
  let count = PAGE.count;
  for (const { segment, from, to } of spans) {
    for (let after = from; after < to; ) {
      const limits = { bytes: PAGE.bytes, count: Math.min(count, to - after) };
      const page = await readAfter(ctx.shards.get(segment.shard), segment.no, after, limits);
      const last = page.at(-1);
      if (!last) throw new Error("the log ended before its head");
      yield page;
      after = last.position;
      // A page that was cut at its bytes cost D1 all the rows that it had been asked for.
      count = Math.min(PAGE.count, Math.max(2 * page.length, 16));
    }
  }
}

/** The same pages; a version that an edit brought in after the export began is looked up once. */
async function* knownVersions(
  ctx: Context,
  form: string,
  labels: Labels,
  pages: AsyncIterable<readonly ResponseRecord[]>,
): AsyncGenerator<readonly ResponseRecord[]> {
  for await (const page of pages) {
    const unknown = [...new Set(page.map(({ version }) => version))].filter((version) => !labels.has(version));
    if (unknown.length > 0) {
      const found = await readDefinitions(ctx.primary.control, form, unknown);
      for (const version of unknown) {
        const definition = found.get(version);
        if (!definition) throw new Error(`a response names version ${version}, which the form does not have`);
        labels.add(version, definition);
      }
    }
    yield page;
  }
}

function table(
  pages: AsyncIterable<readonly ResponseRecord[]>,
  definitions: ReadonlyMap<number, Definition>,
  labels: Labels,
  input: ExportInput,
  entries: number,
): AsyncGenerator<Uint8Array> {
  const columns = columnsOf(definitions, labels, input);
  if (columns.length > SHEET_COLUMNS_MAX) {
    const detail = `These are ${columns.length} columns, and a sheet has at most ${SHEET_COLUMNS_MAX}. Leave \`multiple=columns\` out.`;
    throw new AppError("invalid_parameter", { detail });
  }
  const { header: kind } = input;
  const header = kind === "none" ? null : columns.map((column) => (kind === "ref" ? column.name : column.title));
  const rows = rowsOf(pages, (response) => columns.map((column) => column.cell(response)));
  if (input.format === "csv") return csv(rows, header, input);
  return xlsx({ columns: columns.length, header, rows, rowsMax: entries });
}

async function* rowsOf(
  pages: AsyncIterable<readonly ResponseRecord[]>,
  toRow: (response: ResponseRecord) => Row,
): AsyncGenerator<readonly Row[]> {
  for await (const page of pages) yield page.filter(({ erasedAt }) => erasedAt === null).map(toRow);
}

async function* csv(
  batches: AsyncIterable<readonly Row[]>,
  header: readonly string[] | null,
  { guard, bom }: ExportInput,
): AsyncGenerator<Uint8Array> {
  const start = (bom ? BOM : "") + (header ? csvRecord(header, guard) : "");
  if (start !== "") yield encode(start);
  for await (const batch of batches) yield* pieces(batch, (row) => csvRecord(row, guard));
}

async function* ndjson(
  pages: AsyncIterable<readonly ResponseRecord[]>,
  labels: Labels,
  { choices }: ExportInput,
): AsyncGenerator<Uint8Array> {
  for await (const page of pages) {
    yield* pieces(page, (response) => {
      const { id, erasedAt, ...rest } = viewResponse(response);
      if (erasedAt !== undefined) return `${JSON.stringify({ id, erasedAt })}\n`;
      const answers = choices === "label" ? labels.answers(response.version, rest.answers) : rest.answers;
      return `${JSON.stringify({ id, ...rest, answers })}\n`;
    });
  }
}
