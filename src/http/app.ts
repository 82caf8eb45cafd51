/** The HTTP surface of the API worker: `/v1`, hosted forms, callbacks, health. */
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { type AppEnv, makeContext } from "../context";
import { AppError } from "../core/errors";
import { newId } from "../core/ids";
import { createFormPages, showError } from "../pages/form/routes";
import { loadForm } from "../services/forms";
import { submitResponse } from "../services/submit";
import { answerError } from "./problem";
import { accessRoutes } from "./routes/access";
import { formRoutes } from "./routes/forms";
import { hookRoutes } from "./routes/hooks";
import { integrationRoutes } from "./routes/integrations";
import { responseRoutes } from "./routes/responses";

const v1 = new Hono<AppEnv>()
  .route("/", accessRoutes)
  .route("/", formRoutes)
  .route("/", responseRoutes)
  .route("/", integrationRoutes);

export const app = new Hono<AppEnv>()
  .use(async (c, next) => {
    const requestId = newId("req", (bytes) => crypto.getRandomValues(bytes));
    c.set("requestId", requestId);
    c.header("X-Request-Id", requestId);
    await next();
  })
  // No I/O and no environment: it answers as long as the worker does.
  .get("/healthz", (c) => c.json({ status: "ok" }))
  .use(async (c, next) => {
    c.set("ctx", makeContext(c.env, c.executionCtx, c.get("requestId")));
    await next();
  })
  .use("/v1/*", secureHeaders())
  .route("/v1", v1)
  .route("/hooks", hookRoutes)
  .route("/", createFormPages({ loadForm, submitResponse }))
  .notFound((c) => answerError(new AppError("not_found", { detail: "There is nothing at this address." }), c))
  .onError((error, c) => {
    const answer = answerError(error, c);
    return c.req.path.startsWith("/f/") ? showError(c, new AppError("internal")) : answer;
  });
