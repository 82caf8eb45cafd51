/** Responses, receipts and batches in the document. */
import * as z from "zod";
import type { Flag } from "../../../core/flag";
import { MetadataSchema } from "../../../core/metadata-schema";
import type { Answers, Location } from "../../../core/response";
import { REVIEW_STATES } from "../../../core/review";
import type { CorrectionLink } from "../../../services/correction-link";
import type { ReviewView, RevisionView } from "../../../services/history";
import type { ListPage } from "../../../services/list-responses";
import type { Receipt as StoredReceipt } from "../../../services/receipt";
import type { ResponseView } from "../../../services/responses";
import { ReviewInputSchema } from "../../../services/review";
import type { Accepted } from "../../../services/spool";
import { ResponsePatchBody } from "../../routes/responses";
import { answer, body, listOf, Moment, view } from "../components";
import { ProblemBody } from "../problems";
import { BatchBody, SubmitBody } from "./submission-bodies";

const Place = view<Location>()(
  "Location",
  z.strictObject({ latitude: z.number(), longitude: z.number(), accuracy: z.number().optional() }),
  { description: "WGS 84 degrees, and metres." },
);

export const AnswersView = view<Answers>()(
  "Answers",
  z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), Place])),
  {
    description:
      "By question ref: texts, dates, times and the id of one choice are strings; numbers and scales numbers; `yes_no` a boolean; `multiple_choice` a list of choice ids.",
  },
);

export const Flags = z
  .array(
    view<Flag>()(
      "Flag",
      z.strictObject({
        rule: z.string().describe("Name of the rule that does not hold."),
        message: z.string(),
        questions: z.array(z.string()).describe("Refs of the questions that it concerns."),
        source: z.string().optional().describe("Id of the integration that set it; none: the form's own rules."),
        translations: z
          .record(z.string(), z.string())
          .optional()
          .describe("The message by language, of an integration that has several."),
      }),
    ),
  )
  .describe("What should be looked at again.");

export const CorrectionLinkView = view<CorrectionLink>()(
  "CorrectionLink",
  z.strictObject({
    url: z.string().describe("A page for people. Its last part is the `correction` of the API."),
    expiresAt: Moment,
  }),
  { description: "Whoever has it sees this response, and may mend it while it is flagged." },
);

export const Response = view<ResponseView>()(
  "Response",
  z.strictObject({
    id: z.string(),
    version: z.int().min(1).describe("The version of the form that it was answered against."),
    revision: z.int().min(1).describe("Counts its edits, from 1."),
    receivedAt: Moment,
    submittedAt: Moment.optional().describe("When the device said that it was filled in."),
    erasedAt: Moment.optional().describe("It was erased then: answers and metadata are gone."),
    answers: AnswersView,
    flags: Flags,
    review: z.strictObject({ state: z.enum(REVIEW_STATES) }),
    metadata: MetadataSchema,
  }),
);
export const ResponseList = view<ListPage<ResponseView>>()(
  "ResponseList",
  z.strictObject({
    items: z.array(Response),
    next: z.string().nullable().describe("The `cursor` of the next page; null: this is the last one."),
    since: z.string().optional().describe("In ascending order: what to send as `since` to go on from here later."),
  }),
);

const difference = z.strictObject({ from: z.unknown(), to: z.unknown() });
const state = z.enum(REVIEW_STATES);
const by = z
  .string()
  .nullable()
  .describe(
    "Id of the key or integration that did it; `collector`: a correction by link; `system`: a re-check by changed rules; null: not known.",
  );

export const RevisionList = listOf(
  "RevisionList",
  view<RevisionView>()(
    "Revision",
    z.strictObject({
      revision: z.int().min(1),
      event: z.enum(["created", "updated", "flagged", "reviewed", "erased"]),
      at: Moment,
      by,
      answers: z.record(z.string(), difference).describe("What changed, by question ref; nothing once it is erased."),
      metadata: z.record(z.string(), difference),
      review: z.strictObject({ from: state.nullable(), to: state.nullable() }).optional(),
      flags: z.strictObject({ from: Flags, to: Flags }).optional(),
      comment: z.string().optional(),
    }),
  ),
);

export const ReviewList = listOf(
  "ReviewList",
  view<ReviewView>()(
    "Review",
    z.strictObject({ revision: z.int().min(1), state, comment: z.string().nullable(), at: Moment, by }),
  ),
);

const stored = {
  id: z.string().describe("Id of the response."),
  revision: z.int().min(1),
  version: z.int().min(1),
  receivedAt: Moment,
  flags: Flags,
  correction: CorrectionLinkView.optional().describe("Of a flagged response: where it is mended."),
};
export const ReceiptView = view<Omit<StoredReceipt, "replayed">>()("Receipt", z.strictObject(stored), {
  description: "It is committed.",
});

export const AcceptedView = view<Accepted>()(
  "Accepted",
  z.strictObject({
    receipt: z.string(),
    status: z.literal("accepted"),
    url: z.string().describe("Tells what became of it."),
  }),
  { description: "The database could not take it; it is kept in a queue and will be stored." },
);

export const ReceiptState = answer(
  "ReceiptState",
  z.discriminatedUnion("status", [
    z.strictObject({ status: z.literal("pending") }),
    z.strictObject({ status: z.literal("stored"), ...stored }),
    z.strictObject({ status: z.literal("refused"), problem: ProblemBody }),
  ]),
);

const index = z.int().min(0).describe("Place in the batch.");
export const BatchAnswer = answer(
  "BatchAnswer",
  z.strictObject({
    items: z.array(
      z.union([
        z.strictObject({ index, status: z.literal(201), ...stored, replayed: z.literal(true).optional() }),
        z.strictObject({ index, status: z.literal(202), receipt: z.string(), url: z.string() }),
        z.strictObject({ index, status: z.int().min(400), error: ProblemBody }),
      ]),
    ),
  }),
);

body("Submission", SubmitBody, {
  fields: {
    answers: "By question ref, as `Answers`. null, an empty text and an empty list mean: not answered.",
    metadata: "As `Metadata`.",
    submittedAt: "When the device filled it in (RFC 3339): for devices that were offline.",
    turnstileToken: "Of the form's Turnstile widget, where it has one.",
  },
});
body("Batch", BatchBody, { fields: { responses: "Up to 500, each stored or refused by itself." } });
body("ResponsePatch", ResponsePatchBody, {
  description: "JSON Merge Patches (RFC 7396): null takes an answer, or an entry of metadata, away.",
});
body("NewReview", ReviewInputSchema);
