/** A form's definition (form.ts), as a body has it. */
import * as z from "zod";
import { EXPRESSION_MAX } from "./expression";
import { CHOICE_TYPES, NUMBER_TYPES, QUESTION_TYPES, type QuestionType, TEXT_TYPES } from "./form";
import { findLogicMistakes } from "./form-logic";
import { PageSchema } from "./form-pages";
import { MetadataSchema } from "./metadata-schema";
import { NfcString } from "./nfc-string";
import { compilePattern, PATTERN_MAX } from "./pattern";
import { RULES_MAX } from "./rule";
import { RuleSchema } from "./rule-schema";
import { findTranslationMistakes } from "./translation";
import { LanguageSchema, TranslationSchema } from "./translation-schema";

/** Types whose answers are short and have an order: an index over them is small and finds something. */
const INDEXED_TYPES: ReadonlySet<QuestionType> = new Set(
  QUESTION_TYPES.filter((type) => !["long_text", "location", "statement"].includes(type)),
);

/** Words that CEL keeps for itself (cel-spec, "Syntax"): a ref must be usable as a bare name in an expression. */
const RESERVED = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);

const Text = (max: number) => NfcString.min(1).max(max);
export const RefSchema = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, "a ref starts with a letter and has letters, digits and _, at most 64")
  .refine((ref) => !RESERVED.has(ref), "this word is reserved in expressions");

export const ChoiceSchema = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, "a choice id has letters, digits and _ . -, at most 64"),
  label: Text(500),
});

function complainTwice(choices: readonly { id: string }[] | undefined, at: PropertyKey[], ctx: z.core.$RefinementCtx) {
  const seen = new Set<string>();
  for (const [i, { id }] of (choices ?? []).entries()) {
    if (seen.has(id)) ctx.addIssue({ code: "custom", path: [...at, i, "id"], message: "is used twice" });
    seen.add(id);
  }
}

export const QuestionSchema = z
  .strictObject({
    ref: RefSchema,
    type: z.enum(QUESTION_TYPES),
    title: Text(1000),
    description: NfcString.max(5000).optional(),
    required: z.boolean().optional(),
    choices: z.array(ChoiceSchema).min(1).max(500).optional(),
    /** The name of one of the form's choice lists, instead of choices. */
    choiceList: z.string().max(64).optional(),
    /** Bounds of number, integer, opinion_scale (both) and rating (max: number of steps, 5 unless told). */
    min: z.number().optional(),
    max: z.number().optional(),
    /** Bounds of text, in characters. */
    minLength: z.int().min(0).optional(),
    maxLength: z.int().min(1).max(100_000).optional(),
    /** A regular expression (core/pattern.ts) that the text must fit from end to end. */
    pattern: Text(PATTERN_MAX).optional(),
    /** Bounds of multiple_choice, in choices picked. */
    minChoices: z.int().min(0).optional(),
    maxChoices: z.int().min(1).optional(),
    /**
     * Expressions over the other answers (core/form-logic.ts): whether it is asked, must be answered, and what its
     * answer is.
     */
    visibleIf: Text(EXPRESSION_MAX).optional(),
    requiredIf: Text(EXPRESSION_MAX).optional(),
    calculated: Text(EXPRESSION_MAX).optional(),
    /** Of a calculated question: the hosted form shows its answer to the person who fills in the form. */
    shown: z.boolean().optional(),
    /** A new page of the hosted form begins with this question. */
    page: PageSchema.optional(),
    /**
     * Responses are filtered by it through an index: a page of a filtered list costs the same whatever the form's size.
     */
    indexed: z.boolean().optional(),
    metadata: MetadataSchema.optional(),
  })
  .superRefine((q, ctx) => {
    const complain = (key: string, message: string) => ctx.addIssue({ code: "custom", path: [key], message });
    const allow = (keys: readonly (keyof typeof q)[], types: ReadonlySet<QuestionType>, what: string) => {
      for (const key of keys) if (q[key] !== undefined && !types.has(q.type)) complain(key, `only ${what} has ${key}`);
    };
    if (CHOICE_TYPES.has(q.type) && !q.choices && !q.choiceList) complain("choices", `a ${q.type} needs choices`);
    if (q.choices && q.choiceList) complain("choiceList", "a question has choices or a choiceList, not both");
    allow(["choices", "choiceList"], CHOICE_TYPES, "a question with choices");
    allow(["min", "max"], NUMBER_TYPES, "a number");
    allow(["minLength", "maxLength", "pattern"], TEXT_TYPES, "a text");
    allow(["minChoices", "maxChoices"], new Set(["multiple_choice"]), "multiple_choice");
    for (const key of ["required", "requiredIf", "calculated"] as const) {
      if (q.type === "statement" && q[key]) complain(key, "a statement is not answered");
      if (key !== "calculated" && q.calculated && q[key]) complain(key, "a calculated question is not asked");
    }
    if (q.shown && !q.calculated) complain("shown", "every question is shown; this is for a calculated one");
    if (q.indexed && !INDEXED_TYPES.has(q.type)) complain("indexed", `answers to ${q.type} can't be indexed`);
    if (q.required && q.requiredIf) complain("requiredIf", "it is required always; leave one of the two out");
    const pattern = q.pattern === undefined ? null : compilePattern(q.pattern);
    if (pattern && !pattern.ok) complain("pattern", pattern.detail);
    if (q.min !== undefined && q.max !== undefined && q.min > q.max) complain("max", "max is below min");
    complainTwice(q.choices, ["choices"], ctx);
  });

const ListName = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, "a name has letters, digits and _, at most 64");

/** The content of one form version. */
export const DefinitionSchema = z
  .strictObject({
    title: Text(300),
    description: NfcString.max(5000).optional(),
    /** The language that the texts are in. */
    language: LanguageSchema.optional(),
    /** Choices that several questions share, by name. */
    choiceLists: z.record(ListName, z.array(ChoiceSchema).min(1).max(2_000)).optional(),
    questions: z.array(QuestionSchema).min(1).max(500),
    /** What must hold between the answers (core/rule.ts). */
    rules: z.array(RuleSchema).max(RULES_MAX).optional(),
    /** The texts in other languages, by tag. */
    translations: z.record(LanguageSchema, TranslationSchema).optional(),
  })
  .superRefine((d, ctx) => {
    const seen = new Set<string>();
    for (const [i, q] of d.questions.entries()) {
      if (seen.has(q.ref)) ctx.addIssue({ code: "custom", path: ["questions", i, "ref"], message: "is used twice" });
      seen.add(q.ref);
      if (q.choiceList !== undefined && !Object.hasOwn(d.choiceLists ?? {}, q.choiceList)) {
        const message = `the form has no choice list ${q.choiceList}`;
        ctx.addIssue({ code: "custom", path: ["questions", i, "choiceList"], message });
      }
    }
    for (const [name, list] of Object.entries(d.choiceLists ?? {})) complainTwice(list, ["choiceLists", name], ctx);
    for (const { path, message } of findTranslationMistakes(d)) ctx.addIssue({ code: "custom", path, message });
    for (const { code, path, message } of findLogicMistakes(d)) {
      ctx.addIssue({ code: "custom", path, message, params: { code } });
    }
  });
