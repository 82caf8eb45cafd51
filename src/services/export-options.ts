/** The options of an export as an address has them, and what each format makes of those that are left out. */
import * as z from "zod";
import { isDatetime } from "../core/answer-formats";
import { AppError } from "../core/errors";
import { conditionsIn } from "../core/filter-query";
import { REVIEW_STATES } from "../core/review";
import type { ExportFormat, ExportInput } from "./export";
import { EXPORT_ENTRIES_MAX } from "./export-plan";

const oneOf = <T extends string>(...values: [T, ...T[]]) => z.enum(values, `is ${values.join(" or ")}`).optional();
const flag = () =>
  z
    .enum(["true", "false"], "is true or false")
    .transform((value) => value === "true")
    .optional();
const whole = (max: number) => {
  const message = `is a number from 1 to ${max}`;
  return z
    .string()
    .regex(/^[1-9]\d{0,8}$/, message)
    .transform(Number)
    .refine((n) => n <= max, message)
    .optional();
};

const COMMON = {
  choices: oneOf("label", "id"),
  order: oneOf("asc"),
  after: z.string().optional(),
  limit: whole(EXPORT_ENTRIES_MAX),
  review: z.enum(REVIEW_STATES, `is one of ${REVIEW_STATES.join(", ")}`).optional(),
  since: z
    .string()
    .refine(isDatetime, "is a time, such as 2026-11-23T14:05:00Z (a + is %2B)")
    .transform((text) => Date.parse(text.toUpperCase()))
    .optional(),
};
const TABLE = {
  ...COMMON,
  header: oneOf("title", "ref", "none"),
  multiple: oneOf("joined", "columns"),
  flags: flag(),
  metadata: flag(),
  version: whole(1_000_000),
};
export const EXPORT_OPTIONS = {
  csv: z.strictObject({ ...TABLE, bom: flag(), guard: flag() }),
  xlsx: z.strictObject(TABLE),
  ndjson: z.strictObject(COMMON),
} as const satisfies Record<ExportFormat, z.ZodType>;

/** The input of an export with these options. Throws `invalid_parameter`. */
export function exportInput(form: string, format: ExportFormat, query: URLSearchParams): ExportInput {
  const { filters, metadata, others } = conditionsIn(valuesOf(query));
  const { order: _, review, since, ...options } = optionsOf(format, query, others);
  const narrowed = filters.length + metadata.length > 0 || review !== undefined || since !== undefined;
  const narrowing = { ...(review !== undefined && { review }), ...(since !== undefined && { since }) };
  const header = options.header ?? "title";
  return {
    ...options,
    form,
    format,
    header,
    // NDJSON is for programs, which know a choice by its id.
    choices: options.choices ?? (format === "ndjson" ? "id" : "label"),
    multiple: options.multiple ?? "joined",
    metadata: options.metadata ?? false,
    guard: options.guard ?? true,
    // A file without header goes behind another one, where the mark would be a character.
    bom: options.bom ?? header !== "none",
    ...(narrowed && { conditions: { filters, metadata, ...narrowing } }),
  };
}

const valuesOf = (query: URLSearchParams): Record<string, string[]> =>
  Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name)]));

function optionsOf(
  format: ExportFormat,
  query: URLSearchParams,
  names: readonly string[],
): z.output<typeof EXPORT_OPTIONS.csv> {
  const refuse = (detail: string) => new AppError("invalid_parameter", { detail });
  const twice = names.find((name) => query.getAll(name).length > 1);
  if (twice !== undefined) throw refuse(`\`${twice}\` is given once.`);
  const schema: z.ZodType<z.output<typeof EXPORT_OPTIONS.csv>> = EXPORT_OPTIONS[format];
  const parsed = schema.safeParse(Object.fromEntries(names.map((name) => [name, query.get(name)])));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const known = Object.keys(EXPORT_OPTIONS[format].shape).join(", ");
  if (issue?.code === "unrecognized_keys") {
    throw refuse(`export.${format} has no option \`${issue.keys[0]}\`. It has: ${known}.`);
  }
  throw refuse(`\`${String(issue?.path[0])}\` ${issue?.message}.`);
}

/** The options of the export that goes on where this one ended: the same columns, and CSV to be put behind it. */
export function nextOptions(
  query: URLSearchParams,
  format: ExportFormat,
  { next, version }: { readonly next: string; readonly version: number },
): URLSearchParams {
  const going = new URLSearchParams(query);
  going.set("after", next);
  if (format !== "ndjson") going.set("version", String(version));
  if (format === "csv") {
    going.set("header", "none");
    going.delete("bom");
  }
  return going;
}
