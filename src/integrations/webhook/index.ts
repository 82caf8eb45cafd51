/** The webhook kind: a signed call for each event. Its parts stand in this folder; README.md says what it promises. */
import type { Deps, Integration, TestResult } from "../../core/integration";
import { sendEvent } from "./client";
import { deliverPage, notifyPage, reconcilePage } from "./deliver";
import { type Config, manifest, rulesOf, type Secrets } from "./manifest";
import { makeSigner } from "./sign";
import { refuseTarget } from "./ssrf";
import { explainFailure } from "./verdict";

export const webhook: Integration<Config, Secrets> = {
  manifest,
  deliver: deliverPage,
  reconcile: reconcilePage,
  notify: notifyPage,
  test: sendTest,
};

/** Sends a signed `formlog.test` and tells what was answered. */
async function sendTest(deps: Deps<Config, Secrets>): Promise<TestResult> {
  const refusal = refuseTarget(deps.config.url, rulesOf(deps));
  if (refusal !== null) return { ok: false, detail: refusal };
  const now = deps.now();
  const data = { form: { id: deps.form.id }, integration: { id: deps.integration.id } };
  const body = JSON.stringify({ type: "formlog.test", timestamp: new Date(now).toISOString(), data });
  const sign = await makeSigner(deps.secrets, now);
  const attempt = await sendEvent(deps, sign, { id: `test_${deps.integration.id}_${now}`, body });
  const { status, milliseconds } = attempt;
  if (status === null || status < 200 || status > 299) return { ok: false, detail: explainFailure(attempt) };
  return { ok: true, detail: `The receiver answered ${status} in ${milliseconds} ms.` };
}
