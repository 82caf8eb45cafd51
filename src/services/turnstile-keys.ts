/** The keys of a Turnstile widget, as a body has them and as they are stored. They are used in turnstile.ts. */
import * as z from "zod";
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { seal } from "../core/seal";
import type { SealedTurnstile } from "../store/form-reads";

export const TurnstileSchema = z.strictObject({
  siteKey: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, "the site key of a Turnstile widget"),
  secret: z.string().regex(/^[A-Za-z0-9_-]{1,200}$/, "the secret key of a Turnstile widget"),
});
export type TurnstileInput = z.infer<typeof TurnstileSchema>;

/** The widget's keys as they are stored. Throws `conflict` without an encryption key. */
export async function sealTurnstile(ctx: Context, { siteKey, secret }: TurnstileInput): Promise<SealedTurnstile> {
  if (!ctx.config.keyRing) {
    throw new AppError("conflict", { detail: "This installation has no FORMLOG_ENCRYPTION_KEY to keep secrets with." });
  }
  return { siteKey, ...(await seal(ctx.config.keyRing, secret, ctx.random)) };
}
