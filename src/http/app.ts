/** The HTTP surface of the API worker: `/v1`, hosted forms, callbacks, health. */
import { Hono } from "hono";
import { type AppEnv, type Context, makeContext } from "../context";
import { AppError } from "../core/errors";
import type { OpenApiDocument } from "../core/openapi";
import { consolePages } from "../pages/console/routes";
import { showError as showConsoleError } from "../pages/console/show";
import { createDocsPages } from "../pages/docs/routes";
import { showError } from "../pages/form/answer";
import { createFormPages } from "../pages/form/routes";
import { admitVisitor } from "../services/admission";
import { countInbox, readInbox } from "../services/collector-inbox";
import { correctResponse, getCorrection } from "../services/corrections";
import { loadForm } from "../services/forms";
import { listKinds } from "../services/kinds";
import { submitResponse } from "../services/submit";
import * as events from "../telemetry/events";
import { createFallback, keepNothing, noticeDeprecated } from "./conventions";
import { openToSites } from "./cors";
import { nameRequest } from "./name-request";
import document from "./openapi/document.gen.json";
import { answerError } from "./problem";
import { accessRoutes } from "./routes/access";
import { alertRoutes } from "./routes/alerts";
import { auditRoutes } from "./routes/audit";
import { backupRoutes } from "./routes/backups";
import { correctionRoutes } from "./routes/corrections";
import { deadLetterRoutes } from "./routes/dead-letters";
import { documentRoutes } from "./routes/document";
import { exportRoutes } from "./routes/export";
import { formRoutes } from "./routes/forms";
import { hookRoutes } from "./routes/hooks";
import { inboxRoutes } from "./routes/inbox";
import { indexRoutes } from "./routes/indexes";
import { integrationRoutes } from "./routes/integrations";
import { kindRoutes } from "./routes/kinds";
import { lexiconRoutes } from "./routes/lexicon";
import { linkRoutes } from "./routes/links";
import { logRoutes } from "./routes/logs";
import { reconciliationRoutes } from "./routes/reconciliations";
import { responseRoutes } from "./routes/responses";
import { reviewRoutes } from "./routes/reviews";
import { shardRoutes } from "./routes/shards";
import { submissionRoutes } from "./routes/submissions";
import { vitalRoutes } from "./routes/vitals";
import { secureAnswers } from "./secure-headers";

/** A robot is told nothing, so that this line is the only trace of it. */
const noteTrapped = ({ trace }: Context, form: { readonly id: string }) =>
  events.honeypotFilled({ trace, form: form.id });

const publicUrl = ({ config }: Context) => config.publicUrl;
const FORM_SERVICES = {
  loadForm,
  submitResponse,
  admitVisitor,
  noteTrapped,
  publicUrl,
  getCorrection,
  correctResponse,
  readInbox,
  countInbox,
};

const v1 = new Hono<AppEnv>()
  .route("/", accessRoutes)
  .route("/", alertRoutes)
  .route("/", auditRoutes)
  .route("/", backupRoutes)
  .route("/", logRoutes)
  .route("/", formRoutes)
  .route("/", linkRoutes)
  .route("/", lexiconRoutes)
  .route("/", submissionRoutes)
  .route("/", responseRoutes)
  .route("/", reviewRoutes)
  .route("/", correctionRoutes)
  .route("/", inboxRoutes)
  .route("/", integrationRoutes)
  .route("/", exportRoutes)
  .route("/", indexRoutes)
  .route("/", reconciliationRoutes)
  .route("/", shardRoutes)
  .route("/", deadLetterRoutes);

const API = document as unknown as OpenApiDocument;

export const app: Hono<AppEnv> = new Hono<AppEnv>()
  .use(nameRequest, keepNothing, openToSites, noticeDeprecated(API))
  // No I/O and no environment: these answer as long as the worker does.
  .get("/healthz", (c) => c.json({ status: "ok" }))
  .route("/", documentRoutes)
  .route("/", kindRoutes)
  .route("/", createDocsPages(API, listKinds))
  .use(async (c, next) => {
    c.set("ctx", makeContext(c.env, c.executionCtx, c.get("trace")));
    await next();
    const counting = c.get("ctx").flushCounts();
    if (counting) c.executionCtx.waitUntil(counting);
  })
  .route("/", vitalRoutes)
  .use("/v1/*", secureAnswers)
  .route("/v1", v1)
  .route("/hooks", hookRoutes)
  .route("/", createFormPages(FORM_SERVICES))
  .route("/", consolePages)
  .notFound(createFallback(() => app.routes))
  .onError((error, c) => {
    const answer = answerError(error, c);
    if (c.req.path.startsWith("/f/")) return showError(c, new AppError("internal"));
    return c.req.path.startsWith("/console/") ? showConsoleError(c, new AppError("internal")) : answer;
  });
