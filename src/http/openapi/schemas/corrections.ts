/** Corrections in the document. */
import * as z from "zod";
import { DefinitionSchema } from "../../../core/form-schema";
import { REVIEW_STATES } from "../../../core/review";
import type { CorrectionView } from "../../../services/corrections";
import { CorrectionBody, CorrectionLinkBody } from "../../routes/corrections";
import { body, Moment, view } from "../components";
import { AnswersView, Flags } from "./responses";

export const Correction = view<CorrectionView>()(
  "Correction",
  z.strictObject({
    form: z.string().describe("Id of the form."),
    response: z.string().describe("Id of the response."),
    revision: z.int().min(1),
    receivedAt: Moment,
    expiresAt: Moment.describe("When the link ends to work."),
    open: z.boolean().describe("Somebody waits for a correction; otherwise this link changes nothing."),
    review: z.strictObject({ state: z.enum(REVIEW_STATES) }),
    flags: Flags,
    answers: AnswersView,
    version: z.int().min(1).describe("The newest version of the form, which a correction is checked against."),
    definition: z.strictObject(DefinitionSchema.shape).describe("That version."),
  }),
);

body("NewCorrection", CorrectionBody, {
  fields: { answers: "A JSON Merge Patch (RFC 7396): null takes an answer away, and what is left out stays." },
});
body("NewCorrectionLink", CorrectionLinkBody, { fields: { expiresAt: "14 days from now unless told." } });
