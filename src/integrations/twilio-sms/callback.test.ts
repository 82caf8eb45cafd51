import { describe, expect, it } from "vitest";
import type { CallbackRequest, CallbackResult } from "../../core/integration";
import { readCallback } from "./callback";
import { deliverPage } from "./deliver";
import { signRequest, verifySignature } from "./signature";
import { makeWorld, page, phone, TOKEN } from "./testing";

/** Twilio's published vectors (delivery.md section 2.5). */
const URL_ = "https://mycompany.com/myapp.php?foo=1&bar=2";
const BODY = new URLSearchParams({
  CallSid: "CA1234567890ABCDE",
  Caller: "+14158675309",
  Digits: "1234",
  From: "+14158675309",
  To: "+18005551212",
}).toString();
const SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
const JSON_BODY = '{"property": "value", "boolean": true}';
const JSON_URL = `${URL_}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620`;
const JSON_SIGNATURE = "a9nBmqA0ju/hNViExpshrM61xv4=";

describe("Twilio's signature", () => {
  it.each([
    ["as published", URL_, BODY, SIGNATURE],
    ["with the port in the address only", URL_.replace(".com", ".com:443"), BODY, SIGNATURE],
    ["with the port in what was signed only", URL_, BODY, "kvajT1Ptam85bY51eRf/AJRuM3w="],
    ["of a JSON body, by the hash in the address", JSON_URL, JSON_BODY, JSON_SIGNATURE],
    ["with parameters in another order", URL_, BODY.split("&").reverse().join("&"), SIGNATURE],
    ["with a parameter twice", URL_, `${BODY}&Digits=1234`, SIGNATURE],
  ])("is right %s", async (_, url, body, signature) => {
    expect(await verifySignature("12345", { url, body, signature })).toBe(true);
  });

  it.each([
    ["another token", URL_, BODY, SIGNATURE, "12346"],
    ["another parameter", URL_, `${BODY}&x=1`, SIGNATURE, "12345"],
    ["another address", `${URL_}&x=1`, BODY, SIGNATURE, "12345"],
    ["no signature", URL_, BODY, null, "12345"],
    ["an empty signature", URL_, BODY, "", "12345"],
    ["nonsense", URL_, BODY, "%%%", "12345"],
    ["a part of the signature", URL_, BODY, "RSOYDt4T1cUTdK1PDd93", "12345"],
    ["an address that is none", "nowhere", BODY, SIGNATURE, "12345"],
    ["another JSON body", JSON_URL, JSON_BODY.replace("true", "false"), JSON_SIGNATURE, "12345"],
    ["a form under the hash of another body", JSON_URL, BODY, JSON_SIGNATURE, "12345"],
  ])("is wrong with %s", async (_, url, body, signature, token) => {
    expect(await verifySignature(token, { url, body, signature })).toBe(false);
  });
});

/** The callbacks of one message's life, as the emulator sends them, in order. */
async function life(code?: number): Promise<{ requests: CallbackRequest[]; sid: string | undefined }> {
  const requests: CallbackRequest[] = [];
  const deliverCallback = async ({ url, headers, body }: Request) => {
    requests.push({ url, headers, body: new TextDecoder().decode(await new Response(body).arrayBuffer()) });
    return { status: 204 };
  };
  const settings = { TWILIO_API_URL: "https://twilio.test", TWILIO_STATUS_CALLBACKS: "on" };
  const { deps, emulator, entries } = makeWorld({ deliverCallback }, { publicUrl: "https://formlog.test", settings });
  if (code !== undefined) emulator.undeliverable.set(phone(1), code);
  await deliverPage(page(entries(1, 1)), deps);
  for (let step = 0; step < 4; step += 1) await emulator.advance();
  return { requests, sid: emulator.messages[0]?.sid };
}

const { deps } = makeWorld();

async function signed(params: Record<string, string>): Promise<CallbackResult> {
  const url = "https://formlog.test/hooks/twilio/dresp1";
  const signature = await signRequest(TOKEN, url, new URLSearchParams(params));
  const headers = new Headers({ "x-twilio-signature": signature });
  return readCallback({ url, headers, body: new URLSearchParams(params).toString() }, deps);
}

describe("a status callback", () => {
  it.each(["in order", "in reverse order", "twice"])("leads to the message's last status, %s", async (order) => {
    const { requests, sid } = await life();
    if (order === "in reverse order") requests.reverse();
    if (order === "twice") requests.push(...requests);
    let last: { rank: number; status: string } = { rank: 0, status: "" };
    for (const request of requests) {
      const report = await readCallback(request, deps);
      if (report.type !== "report") throw new Error(`not a report: ${report.type}`);
      expect(report).toMatchObject({ reference: sid, outcome: { type: "delivered", reference: sid } });
      if (report.rank > last.rank) last = report;
    }
    expect(requests).toHaveLength(order === "twice" ? 6 : 3);
    expect(last.status).toBe("delivered");
  });

  it("says why a message was not delivered", async () => {
    const { requests } = await life(30006);
    const last = requests.at(-1);
    const report = last && (await readCallback(last, deps));
    expect(report).toMatchObject({
      status: "undelivered",
      outcome: { type: "rejected", reason: expect.stringContaining("landline") },
    });
    expect(JSON.stringify(report)).not.toContain(phone(1).slice(3));
  });

  it("is refused when anything in it was changed", async () => {
    const [request] = (await life()).requests;
    if (!request) throw new Error("no callback");
    const refused = { type: "refused" };
    expect(await readCallback({ ...request, body: `${request.body}&ErrorCode=30001` }, deps)).toMatchObject(refused);
    expect(await readCallback({ ...request, url: `${request.url}2` }, deps)).toMatchObject(refused);
    expect(await readCallback({ ...request, headers: new Headers() }, deps)).toMatchObject(refused);
    const other = { ...deps, secrets: { ...deps.secrets, authToken: "another-auth-token-of-ours" } };
    expect(await readCallback(request, other)).toMatchObject(refused);
  });

  it("ranks every status along a message's life, also when Twilio adds parameters", async () => {
    const ranks: number[] = [];
    for (const MessageStatus of ["accepted", "queued", "sending", "sent", "delivered", "read"]) {
      const result = await signed({ MessageSid: "SM1", MessageStatus, NewOfTwilio: "x" });
      if (result.type === "report") ranks.push(result.rank);
    }
    expect(ranks).toEqual([1, 2, 3, 4, 5, 6]);
    for (const MessageStatus of ["undelivered", "failed", "canceled"]) {
      expect(await signed({ MessageSid: "MM1", MessageStatus })).toMatchObject({
        rank: 5,
        outcome: { type: "rejected" },
      });
    }
  });

  it.each([
    [{ MessageSid: "SM1", MessageStatus: "teleported" }],
    [{ MessageSid: "SM1", MessageStatus: "constructor" }],
    [{ MessageSid: "CA1", MessageStatus: "sent" }],
    [{ MessageStatus: "sent" }],
    [{ MessageSid: "SM1" }],
  ])("of something else is ignored: %j", async (params) => {
    expect(await signed(params)).toEqual({ type: "ignored" });
  });
});
