/**
 * The API worker as it is deployed, with two additions for benchmarks: who sends `Formlog-Count` is told the rows that
 * D1 read for the answer (one request at a time), and `/_bench/behind` tells how many answers are not indexed yet. What
 * is asked of the summary's worker is answered by its code here: in its own worker nobody could count what it reads.
 */
import { env } from "cloudflare:workers";
import type { Env } from "../src/context";
import { SEGMENT_SIZE } from "../src/core/ids";
import summary from "../src/integrations/summary/worker";
import worker from "../src/worker";
import { countRows } from "../test/support/meter";

const BEHIND = `
SELECT coalesce(sum((SELECT coalesce(max(r.id), q.position) FROM responses r
  WHERE r.id > q.position AND r.id < (q.segment + 1) * ${SEGMENT_SIZE}) - q.position), 0) AS n FROM indexed_questions q`;

const bound = env as Record<string, unknown>;
bound.KIND_SUMMARY = { fetch: (at: string, init: RequestInit) => summary.fetch(new Request(at, init), { ...env }) };

export default {
  ...worker,
  async fetch(request, env, execution) {
    const { pathname } = new URL(request.url);
    if (pathname === "/_bench/behind") return Response.json(await env.DB.prepare(BEHIND).first("n"));
    if (!request.headers.has("formlog-count")) return worker.fetch(request, env, execution);
    const meters = [countRows(), countRows(env.SEARCH_DB)];
    const answer = await worker.fetch(request, env, execution);
    const read = meters.reduce((sum, meter) => sum + meter.stop().read, 0);
    const headers = new Headers(answer.headers);
    headers.set("formlog-rows-read", String(read));
    return new Response(answer.body, { status: answer.status, headers });
  },
} satisfies ExportedHandler<Env & { readonly SEARCH_DB: D1Database }>;
