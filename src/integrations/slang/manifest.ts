/** What everybody must know of the slang kind, as data. */
import * as z from "zod";
import { field } from "../../core/config-field";
import type { Definition, QuestionType } from "../../core/form";
import { type NoSecrets, NoSecretsSchema } from "../../core/index-kind";
import type { Manifest } from "../../core/integration";
import { LanguageSchema } from "../../core/translation-schema";

const Ref = z.string().min(1);

const TEXTS: readonly QuestionType[] = ["long_text", "short_text"];
const CITIES: readonly QuestionType[] = ["dropdown", "single_choice", "short_text"];

export const ConfigSchema = z.strictObject({
  text: z
    .union([Ref, z.array(Ref).min(1).max(20)])
    .meta(field("Text", "The question whose answers are looked through, by its ref; or several.", "question", TEXTS)),
  city: Ref.meta(
    field(
      "City",
      "The question that says which city the respondent is of: a choice, or a short text.",
      "question",
      CITIES,
    ),
  ),
  language: LanguageSchema.meta(
    field("Language", "Only the terms of this language (BCP 47) are looked for; of all of them unless told."),
  ).optional(),
});
export type Config = z.output<typeof ConfigSchema>;

/** Refs of the questions whose answers are looked through. */
export const textRefs = ({ text }: Config): readonly string[] => [text].flat();

const SETUP = `
1. Put the terms you look for into the workspace's lexicon: \`POST /v1/lexicon\`, or a file by \`POST /v1/lexicon/import.csv\`.
2. Name the question with the text and the one with the city: \`{"text": "about", "city": "city"}\`.
3. Read \`GET /v1/forms/{form}/slang\`, and \`…/slang/discover?city=\` for words that are not in the lexicon yet.

The responses that are there already are looked through too. After a change of the lexicon, replay the integration from the beginning.
`.trim();

export const manifest: Manifest<Config, NoSecrets> = {
  kind: "slang",
  title: "Slang",
  summary: "Finds the terms of a lexicon in answers, by city, and words that one city uses more than the others.",
  setup: SETUP,
  config: ConfigSchema,
  secrets: NoSecretsSchema,
  example: { config: { text: "name", city: "city", language: "hi" } },
  events: ["created", "updated", "erased"],
  policy: {
    pageSize: 500,
    // Each word of a text is counted twice, and ten times as long as it is; a batch should stay under 2 MB.
    pageBytes: 150_000,
    // Words are counted once a page: responses that come one by one share their rows.
    pageGapSeconds: 2,
    backlogAtOnce: true,
    ledger: false,
    attemptsMax: 10,
    cost: "page",
  },
  reconciled: false,
  index: true,
  lexicon: true,
  queue: "formlog-slang",
  queueBinding: "QUEUE_SLANG",
  serviceBinding: "KIND_SLANG",
  secretsFromEnv: () => ({}),
  checkConfig: (config, definition) => [
    ...textRefs(config).flatMap((ref, i) => {
      const path = Array.isArray(config.text) ? `text/${i}` : "text";
      return complaintAbout({ ref, path, types: TEXTS }, definition);
    }),
    ...complaintAbout({ ref: config.city, path: "city", types: CITIES }, definition),
  ],
};

function complaintAbout(
  { ref, path, types }: { ref: string; path: string; types: readonly QuestionType[] },
  { questions }: Definition,
) {
  const question = questions.find((one) => one.ref === ref);
  if (!question) return [{ path, message: `the form has no question with the ref ${ref}` }];
  if (types.includes(question.type)) return [];
  return [{ path, message: `${ref} is a ${question.type}: take a question of the type ${types.join(" or ")}` }];
}
