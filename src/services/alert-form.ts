/**
 * Alerts are told as responses of a form of the workspace: its integrations carry them on, with everything that they
 * promise. This is the form, and an alert as its answers.
 */
import type { Context } from "../context";
import type { AlertMessage } from "../core/alert/alert";
import { AppError } from "../core/errors";
import type { Definition, Question } from "../core/form";
import { sha256 } from "../core/sha256";
import type { AlertTarget } from "../store/alerts";
import { loadForm } from "./forms";
import { storeResponse } from "./submit";

/** Numbers that are told at most: each has its question, because a text goes to an answer. */
export const PHONES = ["phone_1", "phone_2", "phone_3", "phone_4", "phone_5"] as const;

const short = (ref: string, title: string): Question => ({ ref, type: "short_text", title });

export const ALERT_FORM: Definition = {
  title: "Alerts",
  description:
    "Formlog says here what needs somebody. Leave the questions as they are: the integrations of this form send them on.",
  questions: [
    short("event", "Event"),
    short("rule", "Rule"),
    short("severity", "Severity"),
    short("subject", "Subject"),
    { ref: "text", type: "long_text", title: "What is wrong, and what to do" },
    { ref: "at", type: "datetime", title: "At" },
    ...PHONES.map((ref, i): Question => ({ ref, type: "phone_number", title: `Number ${i + 1}` })),
  ],
};

/**
 * Stores a message as a response of the alert form; told again, it is the same response. Throws what storeResponse
 * throws.
 */
export async function tellWorkspace(ctx: Context, target: AlertTarget, message: AlertMessage): Promise<void> {
  const { id, event, rule, severity, subject, text, at, causes } = message;
  const told = { event, rule, severity, subject: cut(subject, 200), text: cut(text, 10_000) };
  const submission = {
    answers: { ...told, at: new Date(at).toISOString(), ...target.phones },
    metadata: { causes: cut(causes.join(" "), 200) },
    idempotencyKey: `alert-${await sha256(id)}`,
    reader: { languages: [], origin: ctx.config.publicUrl ?? "" },
  };
  try {
    await storeResponse(ctx, await loadForm(ctx, target.form), submission);
  } catch (error) {
    // A sweep that died had told it, in the words of its time.
    if (!(error instanceof AppError && error.code === "idempotency_key_reused")) throw error;
  }
}

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
