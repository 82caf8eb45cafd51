import twilio from "twilio";
import { describe, expect, it } from "vitest";
import { signRequest, verifySignature } from "../../src/integrations/twilio-sms/signature";

const { getExpectedTwilioSignature } = (await import("twilio/lib/webhooks/webhooks.js")).default;
const TOKEN = "a-token-of-ours";

/** Callbacks as Twilio sends them, with what makes signing hard: plus signs, umlauts, empty values, ports, queries. */
const CASES: [url: string, parameters: Record<string, string>][] = [
  ["https://formlog.test/hooks/twilio/abc123", { MessageSid: "SM1", MessageStatus: "sent", To: "+919876543210" }],
  ["https://formlog.test/hooks/twilio/abc?x=1&y=a%20b", { MessageSid: "SM1", MessageStatus: "failed", ErrorCode: "" }],
  ["https://formlog.test/hooks/twilio/abc?x=1&x=2&y=a+b&z=", { MessageSid: "SM1" }],
  ["https://formlog.test:8443/hooks/twilio/abc123", { MessageSid: "SM1", Body: "größer & + = ? 😀 नमस्ते" }],
  ["https://someone:secret@formlog.test/hooks/twilio/abc", { MessageSid: "SM1" }],
  ["http://localhost:8787/hooks/twilio/abc123", { b: "2", a: "1", B: "3" }],
];

describe("our signature agrees with Twilio's own library", () => {
  it.each(CASES)("%s", async (url, parameters) => {
    const signature = getExpectedTwilioSignature(TOKEN, url, parameters);
    const body = new URLSearchParams(parameters).toString();
    expect(await signRequest(TOKEN, url, new URLSearchParams(parameters))).toBe(signature);
    expect(await verifySignature(TOKEN, { url, signature, body })).toBe(true);
    expect(await verifySignature(TOKEN, { url, signature, body: `${body}&more=1` })).toBe(false);
    expect(await verifySignature(`${TOKEN}x`, { url, signature, body })).toBe(false);
    expect(await verifySignature(TOKEN, { url: `${url}x`, signature, body })).toBe(false);
  });

  it.each([
    ["without its port", "https://formlog.test:8443/hook?a=b%20c", "https://formlog.test/hook?a=b%20c"],
    ["with the scheme's port", "https://formlog.test/hook?a=b%20c", "https://formlog.test:443/hook?a=b%20c"],
    ["with its query encoded anew", "https://formlog.test/hook?a=b:c&d=e", "https://formlog.test/hook?a=b%3Ac&d=e"],
  ])("on an address that was signed %s", async (_, url, signedUrl) => {
    const parameters = { MessageSid: "SM1" };
    const signature = getExpectedTwilioSignature(TOKEN, signedUrl, parameters);
    const ours = await verifySignature(TOKEN, { url, signature, body: "MessageSid=SM1" });
    expect(ours).toBe(twilio.validateRequest(TOKEN, signature, url, parameters));
    expect(ours).toBe(true);
  });

  it("on a JSON body, by the hash in its address", async () => {
    const body = '{"name":"Åsa 😀"}';
    const hash = twilio.getExpectedBodyHash(body);
    const url = `https://formlog.test/hook?x=1&bodySHA256=${hash}`;
    const signature = getExpectedTwilioSignature(TOKEN, url, {});
    expect(twilio.validateRequestWithBody(TOKEN, signature, url, body)).toBe(true);
    expect(await verifySignature(TOKEN, { url, signature, body })).toBe(true);
    expect(await verifySignature(TOKEN, { url, signature, body: `${body} ` })).toBe(false);
  });
});
