/**
 * Every kind that this installation knows, one line each; the folder of the same name holds the rest. Who wants to use
 * them takes kinds.ts.
 */
export { manifest as googleSheets } from "./google-sheets/manifest";
export { manifest as rules } from "./rules/manifest";
export { manifest as search } from "./search/manifest";
export { manifest as slang } from "./slang/manifest";
export { manifest as summary } from "./summary/manifest";
export { manifest as twilioSms } from "./twilio-sms/manifest";
export { manifest as webhook } from "./webhook/manifest";
