/** A rule of a form (rule.ts), as a body has it. */
import * as z from "zod";
import { EXPRESSION_MAX } from "./expression";
import { FLAG_MESSAGE_MAX, FLAG_QUESTIONS_MAX } from "./flag";
import { NfcString } from "./nfc-string";
import { RULE_SEVERITIES } from "./rule";

export const RuleNameSchema = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, "a name starts with a letter and has letters, digits and _, at most 64");

export const RuleSchema = z.strictObject({
  name: RuleNameSchema,
  severity: z.enum(RULE_SEVERITIES),
  /** What must hold. */
  expression: NfcString.min(1).max(EXPRESSION_MAX),
  /** Said when it does not hold, in the language of the form. */
  message: NfcString.trim().min(1).max(FLAG_MESSAGE_MAX),
  /** Refs of the questions that it concerns; those that the expression names unless told. */
  questions: z.array(z.string()).min(1).max(FLAG_QUESTIONS_MAX).optional(),
});
