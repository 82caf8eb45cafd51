/**
 * The operator's console: every page of it, what stands before them, and errors in words. http/app mounts the result. A
 * route reads what was asked, calls verbs of services/ and renders a page; a new part of the console has its line here.
 */
import { Hono } from "hono";
import { AppError } from "../../core/errors";
import { alertPages } from "./alerts/routes";
import { findAsset } from "./assets";
import { auditPages } from "./audit/routes";
import { connectionPages } from "./connections/routes";
import { formWidePages } from "./editor/form-routes";
import { definitionPages } from "./editor/more-routes";
import { recheckPages } from "./editor/recheck-routes";
import { questionPages } from "./editor/routes";
import { rulePages } from "./editor/rule-routes";
import { versionPages } from "./editor/version-routes";
import type { ConsoleEnv } from "./env";
import { exportPages } from "./export/routes";
import { formPages } from "./forms/routes";
import { guard } from "./guard";
import { consoleHeaders } from "./headers";
import { inboxPages } from "./inbox/routes";
import { deliveryPages } from "./integrations/delivery-routes";
import { oneIntegrationPages } from "./integrations/integration-routes";
import { integrationPages } from "./integrations/routes";
import { setupPages } from "./integrations/setup-routes";
import { keyPages } from "./keys/routes";
import { lexiconPages } from "./lexicon/routes";
import { linkPages } from "./links/routes";
import { logPages } from "./log/routes";
import { HOME } from "./paths";
import { correctionPages } from "./responses/correction-routes";
import { editPages } from "./responses/edit-routes";
import { responsePages } from "./responses/routes";
import { robotPages } from "./robots/routes";
import { searchPages } from "./search/routes";
import { showError } from "./show";
import { signInPages, signOutPages } from "./sign-in";
import { slangPages } from "./slang/routes";
import { summaryPages } from "./summary/routes";

const FOR_GOOD = "public, max-age=31536000, immutable";

export const consolePages: Hono<ConsoleEnv> = new Hono<ConsoleEnv>()
  .onError((error, c) => {
    if (error instanceof AppError) return showError(c, error);
    throw error;
  })
  .use("/console/*", consoleHeaders)
  .get("/console/assets/:name", (c) => {
    const asset = findAsset(c.req.param("name"));
    if (!asset) throw new AppError("not_found", { detail: "There is nothing at this address." });
    return c.body(asset.text, 200, { "content-type": asset.type, "cache-control": FOR_GOOD });
  })
  .route("/", signInPages)
  .use("/console/*", ...guard)
  .on("GET", ["/", "/console", "/console/"], (c) => c.redirect(HOME, 303))
  .route("/", signOutPages)
  .route("/console", formPages)
  .route("/console", responsePages)
  .route("/console", inboxPages)
  .route("/console", questionPages)
  .route("/console", rulePages)
  .route("/console", definitionPages)
  .route("/console", formWidePages)
  .route("/console", recheckPages)
  .route("/console", versionPages)
  .route("/console", summaryPages)
  .route("/console", searchPages)
  .route("/console", slangPages)
  .route("/console", lexiconPages)
  .route("/console", integrationPages)
  .route("/console", alertPages)
  .route("/console", keyPages)
  .route("/console", connectionPages)
  .route("/console", exportPages)
  .route("/console", editPages)
  .route("/console", correctionPages)
  .route("/console", linkPages)
  .route("/console", robotPages)
  .route("/console", auditPages)
  .route("/console", logPages)
  .route("/console", setupPages)
  .route("/console", oneIntegrationPages)
  .route("/console", deliveryPages)
  .all("/console/*", () => {
    throw new AppError("not_found", { detail: "There is nothing at this address." });
  });
