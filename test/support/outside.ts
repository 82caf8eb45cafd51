/**
 * What the workers of the tests reach over the network, by host. Runs in Node (vitest.config.ts); whatever else there
 * is, no test reaches.
 */
import { createVerifier } from "./verifier.ts";

/** Answers each call with a redirect to `INNER`, which takes everything. */
export const REDIRECTING = "redirecting.formlog-tests.io";
export const INNER = "inner.formlog-tests.io";
/** Never answers. */
export const SILENT = "silent.formlog-tests.io";

export function createOutside() {
  const verify = createVerifier();
  return async (request: Request): Promise<Response> => {
    const { hostname } = new URL(request.url);
    if (hostname === REDIRECTING)
      return new Response(null, { status: 302, headers: { location: `https://${INNER}/` } });
    if (hostname === INNER) return new Response("taken");
    if (hostname === SILENT) return new Promise(() => {});
    return verify(request);
  };
}
