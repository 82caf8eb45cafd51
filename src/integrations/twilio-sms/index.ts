/**
 * The twilio-sms kind: a text message for each response. Its parts stand in this folder; README.md says what it
 * promises.
 */
import type { Deps, Integration, TestResult } from "../../core/integration";
import { admitEntry } from "./admit";
import { readCallback } from "./callback";
import { checkMessages } from "./check";
import { probe } from "./client";
import { deliverPage, senderOf } from "./deliver";
import { readInbound } from "./inbound";
import { takeInventory } from "./inventory";
import { type Config, manifest, type Secrets } from "./manifest";
import { prepareMessage, previewMessage } from "./message";
import { judgeListFailure } from "./outcomes";
import { reconcilePage } from "./reconcile";
import { countSegments } from "./segments";

export const twilioSms: Integration<Config, Secrets> = {
  manifest,
  prepare: prepareMessage,
  admit: admitEntry,
  deliver: deliverPage,
  reconcile: reconcilePage,
  check: checkMessages,
  inventory: takeInventory,
  test: testCredentials,
  callback: readCallback,
  inbound: readInbound,
  preview: previewMessage,
};

/** Whether Twilio takes the credentials and there is a sender. Sends nothing. */
async function testCredentials(deps: Deps<Config, Secrets>): Promise<TestResult> {
  if (!senderOf(deps)) {
    return {
      ok: false,
      detail: "There is no sender: give a number (from) or a Messaging Service (messagingServiceSid).",
    };
  }
  const result = await probe(deps);
  if (!result.ok) return { ok: false, detail: judgeListFailure(result.failure).reason };
  // What stands between braces is not known yet: a text is at least this long.
  const { segments, encoding } = countSegments(deps.config.body.replace(/\{\{.*?\}\}/gs, ""));
  const size = `Without its answers a text takes ${segments} ${segments === 1 ? "segment" : "segments"} (${encoding}).`;
  return {
    ok: true,
    detail: `Twilio takes the credentials. Nothing was sent: the sender is checked by the first message. ${size}`,
  };
}
