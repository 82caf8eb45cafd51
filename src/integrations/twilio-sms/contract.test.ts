import { describeContract, type FaultName } from "../../../test/contracts/integration.case";
import { createTwilioEmulator, type FaultInput } from "./emulator";
import { twilioSms } from "./index";

const ACCOUNT = `AC${"5".repeat(32)}`;
const TOKEN = "contract-auth-token-0123456789";

const FAULTS: Record<FaultName, FaultInput> = {
  rate_limit: { match: "create", mode: "rate_limit" },
  error_before: { match: "create", mode: "error_before", status: 500 },
  error_after: { match: "create", mode: "error_after", status: 500 },
  drop_after: { match: "create", mode: "drop_after" },
  outage: { mode: "outage" },
  refuse_credentials: { match: "any", mode: "refuse_credentials" },
};

describeContract({
  kind: twilioSms,
  config: { to: "phone", body: "Thanks {{name}} {{response_id}}", defaultCountry: "IN" },
  definition: {
    title: "Contract",
    questions: [
      { ref: "name", type: "short_text", title: "Name" },
      { ref: "phone", type: "phone_number", title: "Phone" },
    ],
  },
  answers: (n) => ({ name: `Person Secretsson ${n}`, phone: `+9198765432${String(n).padStart(2, "0")}` }),
  // Sent a few at a time: a carrier keeps no order either.
  ordered: false,
  secretWords: ["Secretsson", TOKEN, "98765432"],
  refused: { name: "bad", phone: "12345" },
  provider(clock) {
    const emulator = createTwilioEmulator({
      now: () => clock.now,
      accountSid: ACCOUNT,
      authToken: TOKEN,
      senders: ["+15005550006"],
    });
    return {
      fetch: emulator.fetch,
      settings: {
        TWILIO_API_URL: "https://twilio.test",
        TWILIO_ACCOUNT_SID: ACCOUNT,
        TWILIO_AUTH_TOKEN: TOKEN,
        TWILIO_FROM: "+15005550006",
      },
      effects: () => emulator.messages.map((message) => message.body.split(" ").at(-1) ?? ""),
      fail: (fault, times) => void emulator.faults.push({ ...FAULTS[fault], ...(times !== undefined && { times }) }),
      heal: () => void emulator.faults.splice(0),
      async live() {
        for (let stage = 0; stage < 3; stage += 1) await emulator.advance();
      },
      async lose(id) {
        const sid = emulator.messages.find((message) => message.body.endsWith(id))?.sid;
        const url = `https://twilio.test/2010-04-01/Accounts/${ACCOUNT}/Messages/${sid}.json`;
        const headers = { authorization: `Basic ${btoa(`${ACCOUNT}:${TOKEN}`)}` };
        const { status } = await emulator.fetch(new Request(url, { method: "DELETE", headers }));
        if (status !== 204) throw new Error(`not deleted: ${status}`);
      },
    };
  },
});
