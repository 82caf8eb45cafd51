/**
 * Cloudflare Turnstile, optional per form: the widget's secret is sealed in the form's row, the token that comes with a
 * submission is checked by the verifier (developers.cloudflare.com/turnstile, "Validate the token").
 */
import * as z from "zod";
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { seal, unseal } from "../core/seal";
import type { SealedTurnstile } from "../store/schema";
import { sha256 } from "./access";

export const TurnstileSchema = z.strictObject({
  siteKey: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, "the site key of a Turnstile widget"),
  secret: z.string().regex(/^[A-Za-z0-9_-]{1,200}$/, "the secret key of a Turnstile widget"),
});
export type TurnstileInput = z.infer<typeof TurnstileSchema>;

const Verdict = z.object({ success: z.boolean(), "error-codes": z.array(z.string()).optional() });

const TIMEOUT_MS = 5_000;
const RETRY_AFTER_SECONDS = 5;
/** A refusal for these reasons says nothing of the sender: the secret is wrong, or the verifier is out of order. */
const NOT_THE_SENDER = new Set(["missing-input-secret", "invalid-input-secret", "bad-request", "internal-error"]);

/** The widget's keys as they are stored. Throws `conflict` without an encryption key. */
export async function sealTurnstile(ctx: Context, { siteKey, secret }: TurnstileInput): Promise<SealedTurnstile> {
  if (!ctx.config.keyRing) {
    throw new AppError("conflict", { detail: "This installation has no FORMLOG_ENCRYPTION_KEY to keep secrets with." });
  }
  return { siteKey, ...(await seal(ctx.config.keyRing, secret, ctx.random)) };
}

interface Attempt {
  readonly form: string;
  readonly turnstile: SealedTurnstile;
  readonly token: string | undefined;
  readonly address: string | null | undefined;
  /** Names the submission, when it can be sent again; the verifier takes a token twice only for the same one. */
  readonly idempotencyKey: string | undefined;
}

/** Throws `not_human` unless the verifier takes the token, `turnstile_unavailable` when that can't be found out. */
export async function requirePerson(ctx: Context, attempt: Attempt): Promise<void> {
  const { token } = attempt;
  if (!token) throw notHuman("This form is protected: send the token of its Turnstile widget as `turnstileToken`.");
  const body = {
    secret: await secretOf(ctx, attempt.turnstile),
    response: token,
    ...(attempt.address && { remoteip: attempt.address }),
    idempotency_key: await uuidOf(ctx, attempt),
  };
  const verdict = await ask(ctx.config.turnstileUrl, body);
  const codes = verdict?.["error-codes"] ?? [];
  if (!verdict || (!verdict.success && codes.some((code) => NOT_THE_SENDER.has(code)))) throw unavailable();
  if (!verdict.success)
    throw notHuman("Turnstile did not take this token: it is wrong, older than 5 minutes, or used.");
}

/** What the verifier says; null when it does not. */
async function ask(url: string, body: object): Promise<z.infer<typeof Verdict> | null> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return Verdict.safeParse(await response.json()).data ?? null;
  } catch {
    return null;
  }
}

/** A key that left the ring can't open it: that is ours to mend, and no reason to let everybody in. */
async function secretOf(ctx: Context, turnstile: SealedTurnstile): Promise<string> {
  if (!ctx.config.keyRing) throw unavailable();
  return unseal(ctx.config.keyRing, turnstile).catch(() => {
    throw unavailable();
  });
}

/** One UUID for one token with one submission, so that sending it again is answered as at first. */
async function uuidOf(ctx: Context, { form, token, idempotencyKey }: Attempt): Promise<string> {
  const name = idempotencyKey ?? [...ctx.random(new Uint8Array(16))].join(" ");
  const hex = await sha256(JSON.stringify([form, token, name]));
  // Version 8 is for values of one's own making, variant 10 (RFC 9562 section 5.8).
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}

const notHuman = (detail: string) => new AppError("not_human", { detail });
const unavailable = () =>
  new AppError("turnstile_unavailable", {
    detail: "Whether a person sent this could not be checked. Nothing was stored; try again in a moment.",
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
