/** Every kind that this installation knows: one line each. The folder of the same name holds the rest. */
import type { Manifest } from "../core/integration";
import { manifest as googleSheets } from "./google-sheets/manifest";
import { manifest as twilioSms } from "./twilio-sms/manifest";

export const catalog: readonly Manifest[] = [googleSheets, twilioSms];

/** The manifest of a kind, or undefined. */
export const findKind = (kind: string): Manifest | undefined => catalog.find((manifest) => manifest.kind === kind);
