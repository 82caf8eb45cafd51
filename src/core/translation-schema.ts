/** Texts of a form in another language (translation.ts), as a body has them. */
import * as z from "zod";
import { FLAG_MESSAGE_MAX } from "./flag";
import { PageSchema } from "./form-pages";
import { NfcString } from "./nfc-string";
import { canonicalTag } from "./translation";

const Label = NfcString.min(1).max(500);

/** A language tag (BCP 47) in its usual writing: `hi`, `pt-BR`, `zh-Hant`. */
export const LanguageSchema = z.string().superRefine((tag, ctx) => {
  const usual = canonicalTag(tag);
  if (usual === null) ctx.addIssue({ code: "custom", message: "a language is a tag as hi, pt-BR or zh-Hant (BCP 47)" });
  else if (usual !== tag) ctx.addIssue({ code: "custom", message: `write this language as ${usual}` });
});

export const TranslationSchema = z.strictObject({
  title: NfcString.min(1).max(300).optional(),
  description: NfcString.max(5000).optional(),
  /** By ref. */
  questions: z
    .record(
      z.string(),
      z.strictObject({
        title: NfcString.min(1).max(1000).optional(),
        description: NfcString.max(5000).optional(),
        /** Labels by choice id. */
        choices: z.record(z.string(), Label).optional(),
        /** Of the page that begins with it. */
        page: PageSchema.optional(),
      }),
    )
    .optional(),
  /** Labels of the form's choice lists, by list and choice id. */
  choiceLists: z.record(z.string(), z.record(z.string(), Label)).optional(),
  /** Messages of the form's rules, by name. */
  rules: z.record(z.string(), NfcString.trim().min(1).max(FLAG_MESSAGE_MAX)).optional(),
});
