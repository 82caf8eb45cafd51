/**
 * The standard's own library for JavaScript against what the kind sends, and the kind's check against what the library
 * signs.
 */
import { Webhook } from "standardwebhooks";
import { beforeEach, describe, expect, it } from "vitest";
import { deliverPage, notifyPage } from "../../src/integrations/webhook/deliver";
import { webhook } from "../../src/integrations/webhook/index";
import { credentials } from "../../src/integrations/webhook/keys";
import type { Secrets } from "../../src/integrations/webhook/manifest";
import { verifyMessage } from "../../src/integrations/webhook/sign";
import { entry, makeWorld, page, response } from "../../src/integrations/webhook/testing";

const random = (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes);
let secrets: Secrets;
let secret = "";

beforeEach(async () => {
  secrets = await credentials.generate(random);
  secret = secrets.secret ?? "";
});

/** Everything that the kind sends: events of a response, a notice and a test, with the headers of a user's own. */
async function sent(by: Secrets): Promise<{ headers: Record<string, string>; body: string }[]> {
  const world = makeWorld({ keys: [] }, { headers: { "X-Tenant": "t1" } }, { secrets: by });
  world.clock.now = Date.now();
  const awkward = response(2, { name: 'Åsa 😀 \u2028 </script> "quoted" \\ \n' });
  await deliverPage(
    page([entry(1), entry(2, { event: "updated", changedAt: Date.now(), response: awkward })]),
    world.deps,
  );
  const other = { id: "int_other", kind: "google-sheets" };
  const notice = { event: "blocked", at: Date.now(), since: 1, reason: "Share it.", integration: other } as const;
  const notices = { ...page([]), feed: "notices", entries: [{ position: 7, delivery: "n7", notice }] } as const;
  await notifyPage(notices, world.deps);
  await webhook.test(world.deps);
  return Promise.all(
    world.calls.map(async (call) => ({ headers: Object.fromEntries(call.headers), body: await call.text() })),
  );
}

const takes = (key: string, { headers, body }: { headers: Record<string, string>; body: string }): boolean => {
  try {
    new Webhook(key).verify(body, headers);
    return true;
  } catch {
    return false;
  }
};

describe("the library takes", () => {
  it("every call as it is sent, and gives back what it says", async () => {
    const calls = await sent(secrets);
    expect(calls.map(({ body }) => JSON.parse(body).type)).toEqual([
      "response.created",
      "response.updated",
      "integration.blocked",
      "formlog.test",
    ]);
    for (const { headers, body } of calls) {
      expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    }
  });

  it("old and new secret during a rotation, and only the new one a day later", async () => {
    const now = Date.now();
    const made = await credentials.rotate(secrets, { now, random });
    const late = await credentials.rotate(secrets, { now: now - 25 * 3_600_000, random });
    const [during = { headers: {}, body: "" }] = await sent(made);
    const [after = { headers: {}, body: "" }] = await sent(late);
    expect([takes(secret, during), takes(made.secret ?? "", during)]).toEqual([true, true]);
    expect([takes(secret, after), takes(late.secret ?? "", after)]).toEqual([false, true]);
  });

  it("nothing else: another secret, body, id or time", async () => {
    const [call = { headers: {}, body: "" }] = await sent(secrets);
    const { headers, body } = call;
    const other = (await credentials.generate(random)).secret ?? "";
    expect(takes(other, call)).toBe(false);
    expect(takes(secret, { headers, body: `${body} ` })).toBe(false);
    for (const [name, value] of [
      ["webhook-id", "other"],
      ["webhook-timestamp", String(Number(headers["webhook-timestamp"]) + 1)],
      ["webhook-signature", "v1,AAAA"],
    ] as const) {
      expect(takes(secret, { headers: { ...headers, [name]: value }, body }), name).toBe(false);
    }
  });
});

describe("our check takes", () => {
  const now = Date.now();
  const timestamp = Math.floor(now / 1000);
  const message = { id: "msg_1", timestamp, body: '{"name":"Åsa 😀"}' };
  const signature = (key = secret) => new Webhook(key).sign(message.id, new Date(timestamp * 1000), message.body);

  it("what the library signs", async () => {
    expect(await verifyMessage(secret, { ...message, signature: signature() }, now)).toBe(true);
    expect(await verifyMessage(secret, { ...message, signature: `v1,AAAA ${signature()} v2,x` }, now)).toBe(true);
  });

  it("nothing that the library refuses", async () => {
    const changes = [
      { body: `${message.body} ` },
      { id: "msg_2" },
      { timestamp: timestamp - 1 },
      { signature: `v2,${signature().slice(3)}` },
      { signature: signature((await credentials.generate(random)).secret) },
    ];
    for (const change of changes) {
      const broken = { ...message, signature: signature(), ...change };
      const headers = {
        "webhook-id": broken.id,
        "webhook-timestamp": String(broken.timestamp),
        "webhook-signature": broken.signature,
      };
      const both = [takes(secret, { headers, body: broken.body }), await verifyMessage(secret, broken, now)];
      expect(both, JSON.stringify(Object.keys(change))).toEqual([false, false]);
    }
  });

  it("a message for five minutes, as the library does", async () => {
    for (const seconds of [-310, -290, 290, 310]) {
      const at = timestamp + seconds;
      const signed = new Webhook(secret).sign(message.id, new Date(at * 1000), message.body);
      const headers = { "webhook-id": message.id, "webhook-timestamp": String(at), "webhook-signature": signed };
      const ours = await verifyMessage(secret, { ...message, timestamp: at, signature: signed }, now);
      const good = Math.abs(seconds) < 300;
      expect([takes(secret, { headers, body: message.body }), ours], String(seconds)).toEqual([good, good]);
    }
  });
});
