/** Kinds in the document. */
import * as z from "zod";
import type { JsonSchema } from "../../../core/openapi";
import type { KindView } from "../../../services/kinds";
import { listOf, view } from "../components";

const Schema = z
  .custom<JsonSchema>((value) => typeof value === "object" && value !== null)
  .meta({
    type: "object",
    description: "A JSON Schema (2020-12).",
  });
const Text = z.record(z.string(), z.unknown());

const Kind = view<KindView>()(
  "Kind",
  z.strictObject({
    kind: z.string(),
    title: z.string(),
    summary: z.string(),
    setup: z.string().describe("Steps for the person who sets it up, in Markdown."),
    config: Schema,
    secrets: Schema.nullable().describe("Of a connection; null: it needs no credentials."),
    credentials: z.enum(["none", "given", "made"]).describe("`made`: by Formlog itself, where none are given."),
    example: z.strictObject({ config: Text, secrets: Text.optional() }),
    settings: z
      .array(z.strictObject({ name: z.string(), about: z.string(), secret: z.boolean() }))
      .describe("Variables of the environment of its worker."),
    provider: z.string().nullable().describe("What its provider is called in `/hooks/{provider}`."),
    events: z.array(z.enum(["created", "updated", "flagged", "reviewed", "erased"])),
    policy: z.strictObject({
      pageSize: z.int().describe("Entries that it takes at once, at most."),
      pageBytes: z.int(),
      pageGapSeconds: z.number(),
      backlogAtOnce: z
        .literal(true)
        .optional()
        .describe("No gap after a full page, nor after entries that have waited for longer."),
      ledger: z
        .boolean()
        .describe("Each delivery is noted before it is made: nothing in doubt is repeated without a look."),
      checks: z
        .strictObject({ afterSeconds: z.int(), everySeconds: z.int(), pageSize: z.int() })
        .optional()
        .describe(
          "When the provider is asked what became of deliveries whose last word did not come, and of how many at once.",
        ),
      inOrder: z.literal(true).optional().describe("What a form got first is delivered first, over all its segments."),
      attemptsMax: z.int(),
      cost: z.enum(["page", "entry"]),
      reconciled: z.boolean().describe("What the provider has is compared with the log every night."),
    }),
  }),
);
export const KindList = listOf("KindList", Kind);
