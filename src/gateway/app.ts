/**
 * The gateway's app: takes submissions as the API worker does, by the same functions, and passes everything else on to
 * it (docs/decisions/030). Whatever is imported here starts with every isolate that takes submissions: a test keeps it
 * small.
 */
import { Hono } from "hono";
import type { SubmissionEnv } from "../context-submission";
import { openAnswer } from "../http/cors";
import { giveName, nameRequest } from "../http/name-request";
import { answerError } from "../http/problem";
import { type SubmissionRequest, takeBatch, takeResponse } from "../http/routes/submissions";
import { secure } from "../http/secure-headers";
import { type GatewayEnv, makeContext } from "./context";
import { passOn } from "./pass-on";

/** One handler, where the API worker has middlewares: each of them costs a submission some microseconds. */
const answering = (take: (c: SubmissionRequest) => Promise<Response>) => async (c: SubmissionRequest) => {
  const requestId = giveName(c);
  const ctx = makeContext(c.env, c.executionCtx, c.get("trace"));
  c.set("ctx", ctx);
  const answer = await take(c).catch((error: unknown) => answerError(error, c));
  if (secure(answer)) answer.headers.set("X-Request-Id", requestId);
  await openAnswer(c, answer);
  const counting = ctx.flushCounts();
  if (counting) ctx.waitUntil(counting);
  return answer;
};

const submissions = new Hono<SubmissionEnv>()
  .post("/v1/forms/:form/responses", answering(takeResponse))
  .post("/v1/forms/:form/responses/batch", answering(takeBatch));

export const gateway = new Hono<GatewayEnv>()
  .route("/", submissions)
  .get("/healthz", nameRequest, (c) => c.json({ status: "ok" }))
  .notFound((c) => {
    c.header("X-Request-Id", giveName(c));
    return passOn(c);
  })
  .onError(answerError);
