/**
 * Cloudflare Turnstile, optional per form: the widget's secret is sealed in the form's row, the token that comes with a
 * submission is checked by the verifier (developers.cloudflare.com/turnstile, "Validate the token").
 */
import type { SubmissionContext } from "../context-submission";
import { AppError } from "../core/errors";
import { unseal } from "../core/seal";
import { sha256 } from "../core/sha256";
import { withTimeLimit } from "../core/time-limit";
import type { SealedTurnstile } from "../store/form-reads";

/** What the verifier answers. */
interface Verdict {
  readonly success: boolean;
  readonly codes: readonly string[];
}

const TIMEOUT_MS = 5_000;
const RETRY_AFTER_SECONDS = 5;
/** A refusal for these reasons says nothing of the sender: the secret is wrong, or the verifier is out of order. */
const NOT_THE_SENDER = new Set(["missing-input-secret", "invalid-input-secret", "bad-request", "internal-error"]);

interface Attempt {
  readonly form: string;
  readonly turnstile: SealedTurnstile;
  readonly token: string | undefined;
  readonly address: string | null | undefined;
  /** Names the submission, when it can be sent again; the verifier takes a token twice only for the same one. */
  readonly idempotencyKey: string | undefined;
}

/** Throws `not_human` unless the verifier takes the token, `turnstile_unavailable` when that can't be found out. */
export async function requirePerson(ctx: SubmissionContext, attempt: Attempt): Promise<void> {
  const { token } = attempt;
  if (!token) throw notHuman("This form is protected: send the token of its Turnstile widget as `turnstileToken`.");
  const body = {
    secret: await secretOf(ctx, attempt.turnstile),
    response: token,
    ...(attempt.address && { remoteip: attempt.address }),
    idempotency_key: await uuidOf(ctx, attempt),
  };
  const verdict = await ask(ctx.config.turnstileUrl, body);
  if (!verdict || (!verdict.success && verdict.codes.some((code) => NOT_THE_SENDER.has(code)))) throw unavailable();
  if (!verdict.success)
    throw notHuman("Turnstile did not take this token: it is wrong, older than 5 minutes, or used.");
}

/** What the verifier says; null when it does not. */
async function ask(url: string, body: object): Promise<Verdict | null> {
  const headers = { "content-type": "application/json" };
  const call = async (signal: AbortSignal): Promise<Verdict | null> => {
    const init = { method: "POST", headers, body: JSON.stringify(body), redirect: "manual", signal } as const;
    const response = await fetch(url, init);
    return toVerdict(await response.json());
  };
  return withTimeLimit(TIMEOUT_MS, call).catch(() => null);
}

/** Null: it is no answer of a verifier. */
function toVerdict(body: unknown): Verdict | null {
  const { success, "error-codes": codes = [] } = Object(body) as Readonly<Record<string, unknown>>;
  const isList = Array.isArray(codes) && codes.every((code) => typeof code === "string");
  return typeof success === "boolean" && isList ? { success, codes } : null;
}

/** A key that left the ring can't open it: that is ours to mend, and no reason to let everybody in. */
async function secretOf(ctx: SubmissionContext, turnstile: SealedTurnstile): Promise<string> {
  if (!ctx.config.keyRing) throw unavailable();
  return unseal(ctx.config.keyRing, turnstile).catch(() => {
    throw unavailable();
  });
}

/** One UUID for one token with one submission, so that sending it again is answered as at first. */
async function uuidOf(ctx: SubmissionContext, { form, token, idempotencyKey }: Attempt): Promise<string> {
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
