import { describe, expect, it } from "vitest";
import { readInbound } from "./inbound";
import { optOutScope } from "./outcomes";
import { signRequest } from "./signature";
import { ACCOUNT, FROM, makeWorld, phone, TOKEN } from "./testing";

const URL_ = "https://formlog.test/hooks/twilio/inbound/int_abc";

/** Posts a message of the first person as Twilio does, and tells whether that person is on the list afterwards. */
async function write(params: Record<string, string>, { world = makeWorld(), token = TOKEN, url = URL_ } = {}) {
  const all = new URLSearchParams({ AccountSid: ACCOUNT, MessageSid: "SM1", From: phone(1), To: FROM, ...params });
  const headers = new Headers({ "x-twilio-signature": await signRequest(token, URL_, all) });
  const result = await readInbound({ url, headers, body: all.toString() }, world.deps);
  const listed = await world.deps.optOuts.find(optOutScope(world.deps.secrets), [phone(1)]);
  return { result, out: listed.has(phone(1)) };
}
const empty = { type: "answered", contentType: "text/xml", body: "<Response></Response>" };

describe("a person's message", () => {
  it.each(["STOP", "stopall", " Unsubscribe ", "CANCEL", "end", "Quit", "revoke", "OptOut\n"])(
    "%j opts out, twice as well as once, and gets an empty answer",
    async (Body) => {
      const world = makeWorld();
      expect(await write({ Body }, { world })).toEqual({ result: empty, out: true });
      expect(await write({ Body }, { world })).toEqual({ result: empty, out: true });
    },
  );

  it.each(["START", "yes", " Unstop "])("%j opts in again", async (Body) => {
    const world = makeWorld();
    await write({ Body: "STOP" }, { world });
    expect(await write({ Body }, { world })).toEqual({ result: empty, out: false });
  });

  it.each(["Please stop", "STOP!", "HELP", ""])("%j changes nothing", async (Body) => {
    const world = makeWorld();
    expect(await write({ Body }, { world })).toEqual({ result: empty, out: false });
    await write({ Body: "STOP" }, { world });
    expect((await write({ Body }, { world })).out).toBe(true);
  });

  it("is read by Advanced Opt-Out first, whatever the account's own words are", async () => {
    const world = makeWorld();
    expect((await write({ Body: "arrêt", OptOutType: "STOP" }, { world })).out).toBe(true);
    expect((await write({ Body: "STOP", OptOutType: "HELP" }, { world })).out).toBe(true);
    expect((await write({ Body: "encore", OptOutType: "START" }, { world })).out).toBe(false);
    expect((await write({ Body: "STOP", OptOutType: "HELP" }, { world })).out).toBe(false);
  });

  it("is refused when Twilio did not sign it, and changes nothing", async () => {
    const other = await write({ Body: "STOP" }, { token: "another-auth-token-0123" });
    expect(other).toMatchObject({ result: { type: "refused" }, out: false });
    const elsewhere = await write({ Body: "STOP" }, { url: `${URL_}d` });
    expect(elsewhere).toMatchObject({ result: { type: "refused" }, out: false });
  });

  it("of a sender that is no phone number is left alone", async () => {
    expect(await write({ Body: "STOP", From: "VERIFY" })).toEqual({ result: empty, out: false });
  });
});
