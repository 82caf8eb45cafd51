/**
 * Whose word counts on the opt-out list: whoever makes a connection may name any account, and sign what is heard by it.
 */
import { beforeEach, expect, it } from "vitest";
import { CALLBACK_INTEGRATION, CALLBACK_URL } from "../../src/core/integration";
import { acceptInbound } from "../../src/dispatch/callback";
import { signRequest } from "../../src/integrations/twilio-sms/signature";
import { createConnection } from "../../src/services/connections";
import { updateIntegration } from "../../src/services/integrations";
import { ACCOUNT, createSmsWorld, type SmsWorld, TOKEN } from "../support/sms";

const OWN_TOKEN = "a-token-that-is-not-the-account's";
let phone = "";
beforeEach(() => {
  phone = `+9198${Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte % 10).join("")}`;
});

/** Another workspace of the installation, whose connection names the account. */
async function other(authToken: string): Promise<SmsWorld> {
  const sms = await createSmsWorld();
  const { ctx, workspace, named } = sms.world;
  const secrets = { accountSid: ACCOUNT, authToken, from: "+15005550006" };
  const { id } = await createConnection(ctx, workspace, { kind: "twilio-sms", name: "Ours", secrets });
  await updateIntegration(ctx, workspace, { ...named, config: { connection: id } });
  return sms;
}

/** Hands over a message to an integration's number, signed as the account would. */
async function hear({ world }: SmsWorld, Body: string, token: string): Promise<number> {
  const params = new URLSearchParams({ From: phone, Body });
  const url = `https://formlog.test/hooks/twilio/inbound/${world.named.integration}`;
  const headers = new Headers({
    "x-twilio-signature": await signRequest(token, url, params),
    [CALLBACK_URL]: url,
    [CALLBACK_INTEGRATION]: world.named.integration,
  });
  const request = new Request("https://kind.internal/inbound", { method: "POST", headers, body: params.toString() });
  return (await acceptInbound(world.engine(), request)).status;
}

/** The state of the delivery of a new response. */
async function deliver({ world, rows }: SmsWorld): Promise<unknown> {
  await world.submit({ phone });
  await world.wakeOnce();
  return (await rows()).at(-1)?.state;
}

it("nobody stops the texts of another workspace by a connection that names its account", async () => {
  const [victim, theirs] = [await createSmsWorld(), await other(OWN_TOKEN)];
  expect(await hear(theirs, "STOP", OWN_TOKEN)).toBe(200);
  expect(await deliver(victim)).toBe("delivered");
  const alike = await other(TOKEN);
  expect(await deliver(alike)).toBe("delivered");
  expect(await deliver(theirs)).toBe("parked");
});

it("a STOP to the environment's account holds for all who name it, and one by a connection for its workspace", async () => {
  const [ours, theirs] = [await createSmsWorld(), await other(TOKEN)];
  expect(await hear(theirs, "STOP", TOKEN)).toBe(200);
  expect([await deliver(theirs), await deliver(ours)]).toEqual(["parked", "delivered"]);
  expect(await hear(theirs, "START", TOKEN)).toBe(200);
  expect(await deliver(theirs)).toBe("delivered");
  expect(await hear(ours, "STOP", TOKEN)).toBe(200);
  expect([await deliver(theirs), await deliver(ours)]).toEqual(["parked", "parked"]);
});
