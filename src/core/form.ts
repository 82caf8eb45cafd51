/**
 * What a form asks: question types, choices, definitions. A definition is the immutable content of one form version;
 * everything that reads answers (validation, pages, integrations) reads them against the definition they pin.
 */
import * as z from "zod";

/** The question types, in the field's words (DESIGN.md section 6). `file_upload` comes with attachments. */
export const QUESTION_TYPES = [
  "short_text",
  "long_text",
  "number",
  "integer",
  "email",
  "phone_number",
  "url",
  "yes_no",
  "single_choice",
  "multiple_choice",
  "dropdown",
  "rating",
  "opinion_scale",
  "date",
  "time",
  "datetime",
  "location",
  "statement",
] as const;

export type QuestionType = (typeof QUESTION_TYPES)[number];

/** Types answered by picking from `choices`. */
export const CHOICE_TYPES: ReadonlySet<QuestionType> = new Set(["single_choice", "multiple_choice", "dropdown"]);
const NUMBER_TYPES: ReadonlySet<QuestionType> = new Set(["number", "integer", "rating", "opinion_scale"]);
const TEXT_TYPES: ReadonlySet<QuestionType> = new Set(["short_text", "long_text"]);

/** Words that CEL keeps for itself (cel-spec, "Syntax"): a ref must be usable as a bare name in an expression. */
const RESERVED = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);

const Text = (max: number) => z.string().min(1).max(max);
const Metadata = z.record(
  z.string().min(1).max(64),
  z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]),
);
export const MetadataSchema = Metadata.refine((m) => Object.keys(m).length <= 50, "at most 50 entries of metadata");

export const RefSchema = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, "a ref starts with a letter and has letters, digits and _, at most 64")
  .refine((ref) => !RESERVED.has(ref), "this word is reserved in expressions");

export const ChoiceSchema = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, "a choice id has letters, digits and _ . -, at most 64"),
  label: Text(500),
});

export const QuestionSchema = z
  .strictObject({
    ref: RefSchema,
    type: z.enum(QUESTION_TYPES),
    title: Text(1000),
    description: z.string().max(5000).optional(),
    required: z.boolean().optional(),
    choices: z.array(ChoiceSchema).min(1).max(500).optional(),
    /** Bounds of number, integer, opinion_scale (both) and rating (max: number of steps, 5 unless told). */
    min: z.number().optional(),
    max: z.number().optional(),
    /** Bounds of text, in characters. */
    minLength: z.int().min(0).optional(),
    maxLength: z.int().min(1).max(100_000).optional(),
    /** Bounds of multiple_choice, in choices picked. */
    minChoices: z.int().min(0).optional(),
    maxChoices: z.int().min(1).optional(),
    metadata: MetadataSchema.optional(),
  })
  .superRefine((q, ctx) => {
    const complain = (key: string, message: string) => ctx.addIssue({ code: "custom", path: [key], message });
    const allow = (keys: readonly (keyof typeof q)[], types: ReadonlySet<QuestionType>, what: string) => {
      for (const key of keys) if (q[key] !== undefined && !types.has(q.type)) complain(key, `only ${what} has ${key}`);
    };
    if (CHOICE_TYPES.has(q.type) && !q.choices) complain("choices", `a ${q.type} needs choices`);
    allow(["choices"], CHOICE_TYPES, "a question with choices");
    allow(["min", "max"], NUMBER_TYPES, "a number");
    allow(["minLength", "maxLength"], TEXT_TYPES, "a text");
    allow(["minChoices", "maxChoices"], new Set(["multiple_choice"]), "multiple_choice");
    if (q.type === "statement" && q.required) complain("required", "a statement is not answered");
    if (q.min !== undefined && q.max !== undefined && q.min > q.max) complain("max", "max is below min");
    const seen = new Set<string>();
    for (const [i, choice] of (q.choices ?? []).entries()) {
      if (seen.has(choice.id)) ctx.addIssue({ code: "custom", path: ["choices", i, "id"], message: "is used twice" });
      seen.add(choice.id);
    }
  });

/** The content of one form version. */
export const DefinitionSchema = z
  .strictObject({
    title: Text(300),
    description: z.string().max(5000).optional(),
    questions: z.array(QuestionSchema).min(1).max(500),
  })
  .superRefine((d, ctx) => {
    const seen = new Set<string>();
    for (const [i, q] of d.questions.entries()) {
      if (seen.has(q.ref)) ctx.addIssue({ code: "custom", path: ["questions", i, "ref"], message: "is used twice" });
      seen.add(q.ref);
    }
  });

export type Metadata = z.infer<typeof MetadataSchema>;
export type Choice = z.infer<typeof ChoiceSchema>;
export type Question = z.infer<typeof QuestionSchema>;
export type Definition = z.infer<typeof DefinitionSchema>;

/** `public`: anybody may submit; `key`: only with a key of the workspace. */
export const ACCESS = ["public", "key"] as const;
export type Access = (typeof ACCESS)[number];
export type FormState = "open" | "closed";

/** The questions of `next` whose type differs from the same ref in `before`: a type never changes under a ref. */
export function changedTypes(
  before: readonly Definition[],
  next: Definition,
): { ref: string; was: QuestionType; is: QuestionType }[] {
  const was = new Map<string, QuestionType>();
  for (const definition of before) for (const q of definition.questions) was.set(q.ref, q.type);
  return next.questions.flatMap((q) => {
    const type = was.get(q.ref);
    return type !== undefined && type !== q.type ? [{ ref: q.ref, was: type, is: q.type }] : [];
  });
}

/** Bounds of a scale: rating counts from 1, opinion_scale from 0 (to 10) unless the question says otherwise. */
export function scaleBounds(question: Question): { min: number; max: number } {
  if (question.type === "rating") return { min: question.min ?? 1, max: question.max ?? 5 };
  return { min: question.min ?? 0, max: question.max ?? 10 };
}
