/**
 * Cloudflare's siteverify as its documentation describes it: single use, but for the same idempotency key; JSON in,
 * JSON out. Runs in Node as what the workers of the tests reach over the network (vitest.config.ts), on the host
 * `verifier.test`.
 */
export const VERIFIER_URL = "http://verifier.test/turnstile/v0/siteverify";
export const SECRET = "0x4AAAAAAA-secret-of-the-tests";

const SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A verifier with its own memory. Tokens: `good…` pass once, `down…` meet an outage, `page…` a page in its place. */
export function createVerifier() {
  const used = new Map<string, string>();
  return async (request: Request): Promise<Response> => {
    if (request.url !== VERIFIER_URL) return new Response("this test reaches no such host", { status: 502 });
    const { secret, response: token, remoteip, idempotency_key } = (await request.json()) as Record<string, string>;
    const refuse = (code: string) => Response.json({ success: false, "error-codes": [code] });
    if (secret !== SECRET) return refuse("invalid-input-secret");
    if (!token || !SHAPE.test(idempotency_key ?? "")) return refuse("bad-request");
    if (token.startsWith("down")) return Response.json({ success: false, "error-codes": ["internal-error"] });
    if (token.startsWith("page")) return new Response("<h1>502</h1>", { status: 502 });
    if (!token.startsWith("good")) return refuse("invalid-input-response");
    // Where a test names an address in the token, it must be the one that was sent.
    const [, wanted] = /@(.+)$/.exec(token) ?? [];
    if (wanted !== undefined && wanted !== remoteip) return refuse("invalid-input-response");
    const before = used.get(token);
    if (before !== undefined && before !== idempotency_key) return refuse("timeout-or-duplicate");
    used.set(token, idempotency_key ?? "");
    return Response.json({ success: true, "error-codes": [], hostname: "formlog.test", action: "formlog" });
  };
}
