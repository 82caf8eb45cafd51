/** What everybody must know of the summary kind, as data. */
import * as z from "zod";
import { field } from "../../core/config-field";
import { type NoSecrets, NoSecretsSchema } from "../../core/index-kind";
import type { Manifest } from "../../core/integration";
import { TimeZoneSchema } from "../../core/opening-hours-schema";

export const ConfigSchema = z.strictObject({
  timeZone: TimeZoneSchema.meta(
    field("Time zone", "Of the days and hours at which responses were received; UTC unless told."),
  ).optional(),
});
export type Config = z.output<typeof ConfigSchema>;

const SETUP = `
Nothing to set up: add it, and read \`GET /v1/forms/{form}/summary\`. The responses that are there already are counted too.
`.trim();

export const manifest: Manifest<Config, NoSecrets> = {
  kind: "summary",
  title: "Summary",
  summary: "Counts, means and histograms by question, kept ready however many responses there are.",
  setup: SETUP,
  config: ConfigSchema,
  secrets: NoSecretsSchema,
  example: { config: {} },
  events: ["created", "updated", "flagged", "reviewed", "erased"],
  policy: {
    pageSize: 1000,
    // What is counted of an answer is several times its size; a batch should stay under 2 MB.
    pageBytes: 200_000,
    // Counts are written once a page: responses that come one by one share theirs.
    pageGapSeconds: 2,
    backlogAtOnce: true,
    ledger: false,
    attemptsMax: 10,
    cost: "page",
  },
  reconciled: false,
  index: true,
  queue: "formlog-summary",
  queueBinding: "QUEUE_SUMMARY",
  serviceBinding: "KIND_SUMMARY",
  secretsFromEnv: () => ({}),
};
