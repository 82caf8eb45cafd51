/** A flag as an integration says it. */
import * as z from "zod";
import { FLAG_MESSAGE_MAX, FLAG_QUESTIONS_MAX } from "./flag";
import { NfcString } from "./nfc-string";

/** What an integration may say of a response. `message` is for the person who collected it. */
export const FlagSchema = z.strictObject({
  rule: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/, "a name starts with a letter and has letters, digits, _ . -, at most 64"),
  message: NfcString.trim().min(1).max(FLAG_MESSAGE_MAX),
  questions: z.array(z.string().min(1).max(64)).max(FLAG_QUESTIONS_MAX).default([]),
});
