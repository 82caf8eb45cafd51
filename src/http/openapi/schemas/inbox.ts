/** Collectors and their inboxes in the document. */
import * as z from "zod";
import type { InboxView } from "../../../services/collector-inbox";
import type { CollectorView } from "../../../services/inbox";
import { listOf, Moment, view } from "../components";
import { AnswersView, CorrectionLinkView, Flags } from "./responses";

const Collector = view<CollectorView>()(
  "Collector",
  z.strictObject({
    collector: z.string().nullable().describe("`metadata.collector`; null: of those that have none."),
    flagged: z.int().min(1).describe("How many of his responses are flagged."),
    oldest: z.strictObject({ response: z.string(), receivedAt: Moment }).describe("The one of them that came first."),
  }),
);
export const CollectorList = listOf("CollectorList", Collector);

export const Inbox = view<InboxView>()(
  "Inbox",
  z.strictObject({
    form: z.string().describe("Id of the form."),
    collector: z.string().describe("The name of the link."),
    flagged: z.int().min(0).max(1_000).describe("How many are flagged; 1000 stands for that many and more."),
    items: z.array(
      z.strictObject({
        response: z.string().describe("Id of the response."),
        revision: z.int().min(1),
        receivedAt: Moment,
        submittedAt: Moment.optional().describe("When the device said it was filled in."),
        flags: Flags,
        answers: AnswersView,
        correction: CorrectionLinkView,
      }),
    ),
    next: z.string().nullable(),
  }),
);
