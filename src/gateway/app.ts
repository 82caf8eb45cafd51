/**
 * The gateway's app: takes submissions as the API worker does, with the same routes, and passes everything else on to it
 * (docs/decisions/030). Whatever is imported here starts with every isolate that takes submissions: a test keeps it small.
 */
import { Hono } from "hono";
import { openToSites } from "../http/cors";
import { nameRequest } from "../http/name-request";
import { answerError } from "../http/problem";
import { submissionRoutes } from "../http/routes/submissions";
import { secureAnswers } from "../http/secure-headers";
import { type GatewayEnv, makeContext } from "./context";
import { passOn } from "./pass-on";

const SUBMISSIONS = ["/v1/forms/:form/responses", "/v1/forms/:form/responses/batch"];

export const gateway = new Hono<GatewayEnv>()
  .use(nameRequest)
  .get("/healthz", (c) => c.json({ status: "ok" }))
  .on("POST", SUBMISSIONS, openToSites)
  .on("POST", SUBMISSIONS, async (c, next) => {
    c.set("ctx", makeContext(c.env, c.executionCtx, c.get("trace")));
    await next();
    const counting = c.get("ctx").flushCounts();
    if (counting) c.executionCtx.waitUntil(counting);
  })
  .on("POST", SUBMISSIONS, secureAnswers)
  .route("/v1", submissionRoutes)
  .all("*", passOn)
  .onError(answerError);
