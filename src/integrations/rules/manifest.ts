/** What everybody must know of the rules kind, as data. */
import * as z from "zod";
import { field } from "../../core/config-field";
import { EXPRESSION_MAX } from "../../core/expression";
import { type NoSecrets, NoSecretsSchema } from "../../core/index-kind";
import type { Manifest } from "../../core/integration";
import { NfcString } from "../../core/nfc-string";
import { CountrySchema } from "../../core/phone";
import { RuleNameSchema } from "../../core/rule-schema";
import { LanguageSchema } from "../../core/translation-schema";
import { LOOKED_AT } from "./lookups";
import { findMistakes } from "./mistakes";

/** Others that a condition is tried with at most. */
const LOOKED_AT_MAX = 20;
/** All messages of a config together, in UTF-16 units: they are stored with each response that is flagged. */
const MESSAGES_MAX = 10_000;

const Ref = z.string().min(1).max(64);
const Message = NfcString.trim().min(1).max(500);
const Expression = NfcString.min(1).max(EXPRESSION_MAX);

const SameSchema = z.union([Ref, z.strictObject({ question: Ref, as: z.literal("code") })]);

const LookupSchema = z.strictObject({
  same: z
    .array(SameSchema)
    .min(1)
    .max(5)
    .meta(
      field(
        "Same answers",
        "Questions that both answer alike. Of a plate or a serial number, `{question, as: code}`, only letters and digits count.",
      ),
    ),
  when: Expression.meta(
    field("When", "Only responses of which this holds are looked at and found (CEL over their answers)."),
  ).optional(),
  within: z
    .strictObject({
      days: z.int().min(1).max(3_660).meta(field("Days", "How far apart two may be and still be compared.")),
      question: Ref.meta(
        field("Of", "A question with a date; when they were received unless told.", "question", ["date", "datetime"]),
      ).optional(),
    })
    .meta(field("Within", "Only others so near in time are looked for; all unless told."))
    .optional(),
  condition: Expression.meta(
    field("Condition", "What must hold besides, between `this` and the `other` one before it (CEL)."),
  ).optional(),
  limit: z
    .int()
    .min(1)
    .max(LOOKED_AT_MAX)
    .meta(field("Limit", `How many others the condition is tried with, the nearest first; ${LOOKED_AT} unless told.`))
    .optional(),
});

const LookupRuleSchema = z.strictObject({
  name: RuleNameSchema.meta(field("Name", "Shown with the flag.")),
  severity: z
    .literal("flag")
    .meta(field("Severity", "It flags: the response is stored already when the others are looked at."))
    .default("flag"),
  message: Message.meta(field("Message", "What is wrong, for the person who collected it.")),
  translations: z.record(LanguageSchema, Message).meta(field("Translations", "The message by language.")).optional(),
  questions: z
    .array(Ref)
    .min(1)
    .max(50)
    .meta(field("Questions", "Which it concerns; those that are compared unless told.", "question"))
    .optional(),
  lookup: LookupSchema.meta(field("Look-up", "Which response before it breaks the rule.")),
});
export type LookupRule = z.output<typeof LookupRuleSchema>;

export const ConfigSchema = z.strictObject({
  rules: z
    .array(LookupRuleSchema)
    .min(1)
    .max(10)
    .refine(
      (rules) => lengthOf(rules) <= MESSAGES_MAX,
      `the messages have more than ${MESSAGES_MAX} characters together`,
    )
    .meta(field("Rules", "What no two responses of the form may have in common.")),
  defaultCountry: CountrySchema.meta(
    field("Country", "Two letters, such as `IN`: of phone numbers that were typed without one."),
  ).optional(),
});
export type Config = z.output<typeof ConfigSchema>;

const lengthOf = (rules: readonly Pick<LookupRule, "message" | "translations">[]): number =>
  rules
    .flatMap(({ message, translations = {} }) => [message, ...Object.values(translations)])
    .reduce((sum, text) => sum + text.length, 0);

const SETUP = `
1. Say which answers no two responses may share: the config below flags the second response with a phone number.
2. The responses that are there already are looked at too, and are flagged as if they came now.

A flag opens a review, with a correction link; it goes by itself when the response, or the one before it, is mended or erased.
`.trim();

export const manifest: Manifest<Config, NoSecrets> = {
  kind: "rules",
  title: "Rules over other responses",
  summary: "Flags a response when another one before it has the same answers: a phone number twice, a trip too soon.",
  setup: SETUP,
  config: ConfigSchema,
  secrets: NoSecretsSchema,
  example: {
    config: {
      rules: [
        {
          name: "unique_phone",
          message: "Another response has this phone number.",
          translations: { hi: "यह फ़ोन नंबर किसी और उत्तर में है।" },
          lookup: { same: ["phone"] },
        },
      ],
      defaultCountry: "IN",
    },
  },
  events: ["created", "updated", "erased"],
  policy: {
    pageSize: 100,
    pageBytes: 500_000,
    pageGapSeconds: 0,
    ledger: false,
    attemptsMax: 10,
    cost: "page",
    // What is compared with is there before whoever is compared.
    inOrder: true,
  },
  reconciled: false,
  index: true,
  indexTogether: true,
  queue: "formlog-rules",
  queueBinding: "QUEUE_RULES",
  serviceBinding: "KIND_RULES",
  secretsFromEnv: () => ({}),
  checkConfig: ({ rules }, definition) => findMistakes(rules, definition),
};
