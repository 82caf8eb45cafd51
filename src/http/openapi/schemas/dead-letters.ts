/** Dead letters in the document. */
import * as z from "zod";
import { INTAKE_FAILURES } from "../../../core/dead-letter";
import type { DeadLettersView } from "../../../services/dead-letters";
import { view } from "../components";

export const DeadLetterList = view<DeadLettersView>()(
  "DeadLetterList",
  z.strictObject({
    total: z.int().min(0).describe("Up to 10,000."),
    items: z
      .array(
        z.strictObject({
          id: z.string(),
          form: z.string().nullable().describe("Null: the submission can't be read."),
          keptAt: z.iso.datetime(),
          attempts: z.int().min(0).describe("Since it is kept; the queue's own come before these."),
          nextAt: z.iso.datetime().describe("When the sweeper tries it again."),
          reason: z.enum(INTAKE_FAILURES).nullable().describe("Why the last attempt failed. Null: there was none yet."),
        }),
      )
      .describe("Those that are tried next, up to 100. Answers are not shown."),
  }),
);
