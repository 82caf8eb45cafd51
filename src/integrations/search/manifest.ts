/** What everybody must know of the search kind, as data. */
import * as z from "zod";
import { field } from "../../core/config-field";
import type { Definition } from "../../core/form";
import { type NoSecrets, NoSecretsSchema } from "../../core/index-kind";
import type { Manifest } from "../../core/integration";
import { isSearchable } from "./texts";

export const ConfigSchema = z.strictObject({
  questions: z
    .array(z.string().min(1))
    .min(1)
    .max(500)
    .meta(field("Questions", "Whose answers are searched; all that have texts or choices unless told.", "question"))
    .optional(),
});
export type Config = z.output<typeof ConfigSchema>;

const SETUP = `
Nothing to set up: add it, and read \`GET /v1/forms/{form}/search?q=\`. The responses that are there already are searched too.
`.trim();

export const manifest: Manifest<Config, NoSecrets> = {
  kind: "search",
  title: "Search",
  summary: "Finds responses by the words in their answers, however many there are.",
  setup: SETUP,
  config: ConfigSchema,
  secrets: NoSecretsSchema,
  example: { config: {} },
  events: ["created", "updated", "erased"],
  policy: {
    pageSize: 500,
    // A text is written as it is and once more as words; a batch should stay under 2 MB.
    pageBytes: 300_000,
    // What comes in a stream shares pages: alone, a response costs some $12 a million (docs/decisions/037).
    pageGapSeconds: 0.5,
    backlogAtOnce: true,
    ledger: false,
    attemptsMax: 10,
    cost: "page",
    // What came later is found first: documents are numbered as they are indexed.
    inOrder: true,
  },
  reconciled: false,
  index: true,
  queue: "formlog-search",
  queueBinding: "QUEUE_SEARCH",
  serviceBinding: "KIND_SEARCH",
  secretsFromEnv: () => ({}),
  checkConfig: ({ questions = [] }, definition) => questions.flatMap((ref, i) => complaintAbout(ref, i, definition)),
};

function complaintAbout(ref: string, i: number, { questions }: Definition) {
  const question = questions.find((one) => one.ref === ref);
  const path = `questions/${i}`;
  if (!question) return [{ path, message: `the form has no question with the ref ${ref}` }];
  return isSearchable(question) ? [] : [{ path, message: `answers to ${question.type} have no words to search` }];
}
