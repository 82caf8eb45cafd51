/**
 * The Twilio emulator under Twilio's own client, over HTTP: what passes here would pass there, as far as documents go.
 */
import twilio from "twilio";
import { afterEach, describe, expect, it } from "vitest";
import { serveEmulator } from "../../scripts/local/serve";
import { createTwilioEmulator, type TwilioEmulatorOptions } from "../../src/integrations/twilio-sms/emulator";

const SID = `AC${"1".repeat(32)}`;
const TOKEN = "the-auth-token-of-the-tests";
const FROM = "+14155550100";
const TO = "+447700900123";
const OTHER = "+447700900999";
const SERVICE = `MG${"a".repeat(32)}`;
const HOOK = "https://formlog.example/hooks/twilio/d1?integration=i1";
const START = Date.UTC(2026, 10, 23, 12);
const GOOD = { to: TO, from: FROM, body: "Hello" };
/** Of `api.v2010.account.message` in Twilio's OpenAPI document. */
const PROPERTIES = [
  ...["account_sid", "api_version", "body", "date_created", "date_sent", "date_updated", "direction", "error_code"],
  ...["error_message", "from", "messaging_service_sid", "num_media", "num_segments", "price", "price_unit", "sid"],
  ...["status", "subresource_uris", "to", "uri"],
];

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0)) await end();
});

interface Callback {
  readonly url: string;
  readonly signature: string;
  readonly token: string;
  readonly parameters: Record<string, string>;
}

async function readCallback({ url, headers, body }: Request): Promise<Callback> {
  return {
    url,
    signature: headers.get("x-twilio-signature") ?? "",
    token: headers.get("i-twilio-idempotency-token") ?? "",
    parameters: Object.fromEntries(new URLSearchParams(await new Response(body).text())),
  };
}

/** An emulator behind HTTP, Twilio's client for it, a clock that stands still, and the callbacks that arrived. */
async function start(options: Partial<TwilioEmulatorOptions> = {}) {
  const clock = { now: START };
  const callbacks: Callback[] = [];
  const deliverCallback = async (request: Request) => {
    callbacks.push(await readCallback(request));
    return new Response(null, { status: 204 });
  };
  const account = { accountSid: SID, authToken: TOKEN, senders: [FROM, SERVICE] };
  const emulator = createTwilioEmulator({ now: () => clock.now, deliverCallback, ...account, ...options });
  const server = await serveEmulator(emulator.fetch, 0);
  cleanUp.push(server.close);
  const connect = (user: string, password: string) => {
    const httpClient = new twilio.RequestClient({ timeout: 10_000 });
    httpClient.axios.interceptors.request.use((config) => {
      config.url = config.url?.replace("https://api.twilio.com", server.url);
      return config;
    });
    return twilio(user, password, { httpClient, accountSid: SID });
  };
  const advance = async (steps: number) => {
    for (let step = 0; step < steps; step += 1) await emulator.advance();
  };
  return { emulator, origin: server.url, connect, client: connect(SID, TOKEN), clock, callbacks, advance };
}

/** The error of a call that must fail, as Twilio's client tells it. */
async function refusal(call: Promise<unknown>): Promise<object> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof Error) return { ...error };
  throw new Error("it was not refused");
}

/** A create with nothing escaped that the test does not escape. */
const post = (origin: string, body: string, authorization = `Basic ${btoa(`${SID}:${TOKEN}`)}`) =>
  fetch(`${origin}/2010-04-01/Accounts/${SID}/Messages.json`, {
    method: "POST",
    headers: { authorization, "content-type": "application/x-www-form-urlencoded" },
    body,
  });

describe("creating", () => {
  it("answers 201 with every property of the specification, and no other", async () => {
    const { origin } = await start();
    const response = await post(origin, new URLSearchParams({ To: TO, From: FROM, Body: "नमस्ते 👋 1+1" }).toString());
    expect(response.status).toBe(201);
    const body: Record<string, unknown> = await response.json();
    expect(Object.keys(body).sort()).toEqual(PROPERTIES);
    expect(body).toMatchObject({
      ...{ sid: expect.stringMatching(/^SM[0-9a-f]{32}$/), account_sid: SID, status: "queued", to: TO, from: FROM },
      ...{ direction: "outbound-api", date_created: "Mon, 23 Nov 2026 12:00:00 +0000", date_sent: null },
      ...{ num_segments: "1", error_code: null, price: null, messaging_service_sid: null, body: "नमस्ते 👋 1+1" },
      uri: `/2010-04-01/Accounts/${SID}/Messages/${body.sid}.json`,
    });
  });

  it("counts segments, and accepts for a Messaging Service before it chooses the sender", async () => {
    const { client, advance } = await start();
    expect((await client.messages.create({ ...GOOD, body: "a".repeat(161) })).numSegments).toBe("2");
    const { sid, ...message } = await client.messages.create({ to: TO, messagingServiceSid: SERVICE, body: "Hello" });
    expect(message).toMatchObject({ status: "accepted", from: null, numSegments: "0", messagingServiceSid: SERVICE });
    await advance(1);
    expect(await client.messages(sid).fetch()).toMatchObject({ status: "queued", from: FROM, numSegments: "1" });
  });

  it.each([
    ["a To that is no number", { ...GOOD, to: "12345" }, 21211],
    ["Twilio's number without a route", { ...GOOD, to: "+15005550002" }, 21612],
    ["Twilio's number of a closed country", { ...GOOD, to: "+15005550003" }, 21408],
    ["Twilio's number that takes no SMS", { ...GOOD, to: "+15005550009" }, 21614],
    ["a From that is no number", { ...GOOD, from: "+15005550001" }, 21212],
    ["a From that is not ours", { ...GOOD, from: "+14155550199" }, 21606],
    ["no sender", { to: TO, body: "Hello" }, 21603],
    ["no text", { to: TO, from: FROM }, 21602],
    ["a text that is too long", { ...GOOD, body: "a".repeat(1601) }, 21617],
    ["a callback that is no address", { ...GOOD, statusCallback: "nowhere" }, 21609],
    ["a callback with an underscore in its host", { ...GOOD, statusCallback: "https://a_b.example/x" }, 21609],
  ])("refuses %s", async (_, options, code) => {
    const { client, emulator } = await start();
    const moreInfo = `https://www.twilio.com/docs/errors/${code}`;
    expect(await refusal(client.messages.create(options))).toMatchObject({ status: 400, code, moreInfo });
    expect(emulator.messages).toHaveLength(0);
  });

  it("refuses a + that was not escaped, wrong credentials, and another account", async () => {
    const { origin, connect, client, emulator } = await start({ apiKeys: { SK1: "secret" } });
    const bare = await post(origin, `To=${TO}&From=%2B14155550100&Body=Hello`);
    expect(await bare.json()).toMatchObject({ code: 21211, status: 400 });
    expect(await refusal(connect(SID, "wrong").messages.create(GOOD))).toMatchObject({ status: 401, code: 20003 });
    for (const broken of ["", "Basic ab:c", "Basic abcde", "Bearer x"]) {
      expect((await post(origin, "To=x", broken)).status).toBe(401);
    }
    const other = client.api.accounts(`AC${"2".repeat(32)}`).messages;
    expect(await refusal(other.create(GOOD))).toMatchObject({ status: 404, code: 20404 });
    expect(emulator.messages).toHaveLength(0);
    expect((await connect("SK1", "secret").messages.create(GOOD)).status).toBe("queued");
  });

  it("refuses more requests than the limit of a second, and executes none of them", async () => {
    const { client, clock, emulator } = await start({ requestsPerSecond: 2 });
    await Promise.allSettled([1, 2, 3, 4].map(() => client.messages.create(GOOD)));
    expect(await refusal(client.messages.create(GOOD))).toMatchObject({ status: 429, code: 20429 });
    expect(emulator.messages).toHaveLength(2);
    clock.now += 1000;
    expect((await client.messages.create(GOOD)).status).toBe("queued");
  });
});

describe("reading and changing", () => {
  it("lists the newest first, by To and From, in pages that stay where they are", async () => {
    const { client } = await start();
    for (let i = 0; i < 7; i += 1) await client.messages.create({ ...GOOD, body: `text ${i}` });
    await client.messages.create({ ...GOOD, to: OTHER });
    const bodies = (list: { body: string }[] = []) => list.map(({ body }) => body);
    const all = [6, 5, 4, 3, 2, 1, 0].map((i) => `text ${i}`);
    expect(bodies(await client.messages.list({ to: TO, pageSize: 3 }))).toEqual(all);
    expect(await client.messages.list({ to: TO, from: "+14155550199" })).toHaveLength(0);
    const first = await client.messages.page({ to: TO, pageSize: 4 });
    await client.messages.create({ ...GOOD, body: "late" });
    const second = await first.nextPage();
    expect(bodies(second?.instances)).toEqual(all.slice(4));
    expect(second?.nextPageUrl).toBeUndefined();
  });

  it("fetches, cancels what is scheduled, redacts and deletes what has ended", async () => {
    const { client, clock, emulator, advance } = await start();
    const { sid } = await client.messages.create(GOOD);
    expect((await client.messages(sid).fetch()).body).toBe("Hello");
    expect(await refusal(client.messages(`SM${"0".repeat(32)}`).fetch())).toMatchObject({ status: 404, code: 20404 });
    const early = { status: 409, code: 20009 };
    expect(await refusal(client.messages(sid).update({ body: "" }))).toMatchObject(early);
    expect(await refusal(client.messages(sid).remove())).toMatchObject(early);
    const later = { to: TO, messagingServiceSid: SERVICE, body: "Later", scheduleType: "fixed" as const };
    const sendAt = new Date(START + 3_600_000);
    const cancelled = await client.messages.create({ ...later, sendAt });
    const kept = await client.messages.create({ ...later, sendAt });
    expect((await client.messages(cancelled.sid).update({ status: "canceled" })).status).toBe("canceled");
    await advance(5);
    expect((await client.messages(kept.sid).fetch()).status).toBe("scheduled");
    clock.now += 3_600_000;
    await advance(5);
    expect((await client.messages(kept.sid).fetch()).status).toBe("delivered");
    expect((await client.messages(cancelled.sid).fetch()).status).toBe("canceled");
    expect(await refusal(client.messages(kept.sid).update({ status: "canceled" }))).toMatchObject({ code: 30409 });
    expect((await client.messages(sid).update({ body: "" })).body).toBe("");
    expect(await client.messages(sid).remove()).toBe(true);
    expect(emulator.messages.map((message) => message.sid)).toEqual([cancelled.sid, kept.sid]);
  });
});

describe("the life of a message", () => {
  it("has a callback for every status but the first, signed so that Twilio's library takes it", async () => {
    const { client, emulator, callbacks, advance } = await start();
    emulator.undeliverable.set(OTHER, 30006);
    const { sid } = await client.messages.create({ ...GOOD, statusCallback: HOOK });
    const { sid: lost } = await client.messages.create({ ...GOOD, to: OTHER, statusCallback: HOOK });
    await advance(5);
    const of = (one: string) => callbacks.filter(({ parameters }) => parameters.MessageSid === one);
    expect(of(sid).map(({ parameters }) => parameters.MessageStatus)).toEqual(["sending", "sent", "delivered"]);
    expect(of(lost).at(-1)?.parameters).toMatchObject({ MessageStatus: "undelivered", ErrorCode: "30006" });
    for (const { url, signature, parameters } of callbacks) {
      expect(url).toBe(HOOK);
      expect(twilio.validateRequest(TOKEN, signature, HOOK, parameters)).toBe(true);
      expect(twilio.validateRequest("another-token", signature, HOOK, parameters)).toBe(false);
      expect(parameters).toMatchObject({ AccountSid: SID, From: FROM, SmsStatus: parameters.MessageStatus });
    }
    expect(new Set(callbacks.map(({ token }) => token)).size).toBe(6);
    expect(await client.messages(lost).fetch()).toMatchObject({ status: "undelivered", errorCode: 30006 });
  });

  it("tries a failing callback once more, then loses it, and goes on", async () => {
    const tokens: string[] = [];
    const answers = [null, 500, 503, 204, 302, 200];
    const deliverCallback = async (request: Request) => {
      tokens.push((await readCallback(request)).token);
      const status = answers[tokens.length - 1];
      if (!status) throw new TypeError("connection refused");
      return new Response(null, { status });
    };
    const { client, emulator, advance } = await start({ deliverCallback });
    const { sid } = await client.messages.create({ ...GOOD, statusCallback: HOOK });
    await advance(3);
    expect(tokens.map((token) => tokens.indexOf(token))).toEqual([0, 0, 2, 2, 4, 4]);
    expect(emulator.stats).toMatchObject({ callback: 6, callback_failed: 4, callback_lost: 1 });
    expect((await client.messages(sid).fetch()).status).toBe("delivered");
  });

  it("calls back over HTTP by itself: a server's answer counts, whichever Response it is", async () => {
    const seen: string[] = [];
    const hook = await serveEmulator(async (request) => {
      const { parameters, signature, url } = await readCallback(request);
      seen.push(`${parameters.MessageStatus} ${twilio.validateRequest(TOKEN, signature, url, parameters)}`);
      return new Response("ok", { status: url.endsWith("/taken") ? 200 : 404 });
    }, 0);
    cleanUp.push(hook.close);
    const { emulator, client, advance } = await start({ deliverCallback: undefined });
    await client.messages.create({ ...GOOD, statusCallback: `${hook.url}/taken` });
    await advance(1);
    expect(emulator.stats.callback).toBe(1);
    expect(emulator.stats.callback_lost).toBeUndefined();
    await client.messages.create({ ...GOOD, statusCallback: `${hook.url}/refused` });
    await advance(1);
    expect(emulator.stats).toMatchObject({ callback: 4, callback_failed: 2, callback_lost: 1 });
    expect(seen.sort()).toEqual(["sending true", "sending true", "sending true", "sent true"]);
  });

  it("ends for a person who said STOP until they say START, for that sender", async () => {
    const second = "+14155550101";
    const { client, emulator, origin } = await start({ senders: [FROM, second, SERVICE] });
    const stop = { method: "POST", body: JSON.stringify({ from: TO, to: FROM, body: " Stop " }) };
    expect((await fetch(`${origin}/_emulator/inbound`, stop)).status).toBe(201);
    expect(await refusal(client.messages.create(GOOD))).toMatchObject({ status: 400, code: 21610 });
    expect((await client.messages.create({ ...GOOD, from: second })).status).toBe("queued");
    const byService = client.messages.create({ to: TO, messagingServiceSid: SERVICE, body: "Hello" });
    expect(await refusal(byService)).toMatchObject({ code: 21610 });
    emulator.receive({ from: TO, to: FROM, body: "START" });
    expect((await client.messages.create(GOOD)).status).toBe("queued");
    expect(await client.messages.list({ to: FROM })).toMatchObject([{ body: "START" }, { body: " Stop " }]);
  });
});

describe("faults", () => {
  it("before it is executed: an error of ours to choose, 429, 401, a page of HTML", async () => {
    const { client, emulator } = await start();
    const cases = [
      [{ mode: "error_before", status: 500 }, 500, 20500],
      [{ mode: "error_before", status: 400, code: 21614 }, 400, 21614],
      [{ mode: "rate_limit" }, 429, 20429],
      [{ mode: "refuse_credentials" }, 401, 20003],
      [{ mode: "non_json" }, 502, undefined],
      [{ mode: "outage" }, 503, undefined],
    ] as const;
    for (const [fault, status, code] of cases) {
      emulator.faults.push({ ...fault, times: 1 });
      const { status: given, code: told } = {
        code: undefined,
        status: 0,
        ...(await refusal(client.messages.create(GOOD))),
      };
      expect([given, told]).toEqual([status, code]);
    }
    expect([emulator.messages, emulator.faults]).toEqual([[], []]);
  });

  it("after it was executed: an error, or a connection that breaks", async () => {
    const { client, emulator } = await start();
    emulator.faults.push({ match: "create", mode: "error_after", times: 1 });
    expect(await refusal(client.messages.create(GOOD))).toMatchObject({ status: 503 });
    emulator.faults.push({ match: "create", mode: "drop_after", times: 1 });
    expect(await refusal(client.messages.create(GOOD))).toMatchObject({ code: "ECONNRESET" });
    expect(emulator.messages).toHaveLength(2);
  });
});
