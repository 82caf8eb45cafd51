/**
 * How many submissions a stranger may send (per form and network), and how often somebody may try to sign in (per
 * network): counted by Cloudflare's Rate Limiting bindings.
 */
import type { Context } from "../context";
import type { SubmissionContext } from "../context-submission";
import { networkOf } from "../core/address";
import { AppError } from "../core/errors";

/** The binding does not say when it admits again; this is the longest period that it can have. */
const RETRY_AFTER_SECONDS = 60;

/** Throws `too_many_requests`. An address that is not known, or is this machine's own, is not counted. */
export async function requireRoom(
  ctx: SubmissionContext,
  { form, address, count }: { form: string; address: string | null | undefined; count: number },
): Promise<void> {
  const network = networkOf(address);
  if (network === null || (await ctx.limit(`${form} ${network}`, count))) return;
  throw new AppError("too_many_requests", {
    detail:
      "Too many responses to this form came from your network. Nothing was stored; wait a minute and send it again.",
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

/** Throws `too_many_requests`. What was tried is not told, not even whether it was a key. */
export async function requireRoomToSignIn(
  ctx: Pick<Context, "limitSignIns">,
  address: string | null | undefined,
): Promise<void> {
  const network = networkOf(address);
  if (network === null || (await ctx.limitSignIns(network, 1))) return;
  throw new AppError("too_many_requests", {
    detail: "Too many tries to sign in came from your network. Wait a minute.",
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

/**
 * Counts against a name, and says whether there was room. Without the binding, or when it fails, there is: a limit is
 * not worth a response.
 */
export const createLimiter =
  (binding: RateLimit | undefined) =>
  async (key: string, count: number): Promise<boolean> => {
    if (!binding) return true;
    const one = () => binding.limit({ key });
    // The local binding does not know `delta`: there a batch counts once.
    const asked = count === 1 ? one() : binding.limit({ key, delta: count }).catch(one);
    return asked.then(
      ({ success }) => success,
      () => true,
    );
  };
