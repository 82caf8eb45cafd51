import { describe, expect, it } from "vitest";
import type { Deps, Entry, PageResult } from "../../core/integration";
import { deliverPage } from "./deliver";
import { type Config, ConfigSchema, type Secrets } from "./manifest";
import { entry, FROM, makeWorld, page, phone, response, START } from "./testing";

const outcomeOf = (result: PageResult, { position }: Entry) => result.outcomes.get(position);
const types = ({ outcomes }: PageResult) => [...outcomes.values()].map(({ type }) => type);

describe("a page of responses", () => {
  it("is sent once, each text exactly as it was written", async () => {
    const { deps, emulator } = makeWorld();
    const names = ["1+1=2 & 50%?", "Åsa 😀👩‍🌾", "आशा कुमारी", "two\nlines", "<b>'\"</b>"];
    const entries = names.map((name, i) => entry(response(i, { name, phone: phone(i) }), deps));
    const result = await deliverPage(page(entries), deps);
    expect(emulator.messages.map(({ to, from, body }) => ({ to, from, body }))).toEqual(
      names.map((name, i) => ({ to: phone(i), from: FROM, body: `Thanks ${name}, receipt resp${i}` })),
    );
    expect(entries.map((one) => outcomeOf(result, one))).toEqual(
      emulator.messages.map(({ sid }) => ({
        ...{ type: "delivered", reference: sid, status: "queued", rank: 2 },
        checkAfterSeconds: 900,
      })),
    );
    expect(result.halt).toBeUndefined();
  });

  it("is sent by five calls at once, never more", async () => {
    const { deps, emulator, entries, texts } = makeWorld();
    let [open, most] = [0, 0];
    const fetch = async (request: Request) => {
      open += 1;
      most = Math.max(most, open);
      const answer = await emulator.fetch(request);
      open -= 1;
      return answer;
    };
    await deliverPage(page(entries(1, 20)), { ...deps, fetch });
    expect(most).toBe(5);
    expect(texts()).toHaveLength(20);
  });

  it("keeps the text of the first attempt, whatever became of the template and the answers", async () => {
    const { deps, emulator } = makeWorld();
    const first = entry(response(1), deps);
    const edited = { ...first, response: response(1, { name: "Edited", phone: phone(9) }) };
    const config = ConfigSchema.parse({ to: "phone", body: "Another text" });
    await deliverPage(page([edited]), { ...deps, config });
    expect(emulator.messages).toMatchObject([{ to: phone(1), body: "Thanks Name 1, receipt resp1" }]);
  });

  it("sends nothing for a response that was erased meanwhile", async () => {
    const { deps, emulator } = makeWorld();
    const one = entry(response(1), deps);
    const erased = { ...one, response: { ...one.response, erasedAt: START } };
    expect(outcomeOf(await deliverPage(page([erased]), deps), one)).toMatchObject({ type: "skipped" });
    expect(emulator.messages).toHaveLength(0);
  });
});

describe("the sender and the credentials", () => {
  const service = `MG${"a".repeat(32)}`;

  it("are the integration's own sender before its connection's", async () => {
    const { deps, emulator, entries } = makeWorld({ senders: [FROM, service, "+15005550010"] });
    const withConfig = (config: Partial<Config>, secrets: Partial<Secrets> = {}): Deps<Config, Secrets> => ({
      ...deps,
      config: { ...deps.config, ...config },
      secrets: { ...deps.secrets, ...secrets },
    });
    await deliverPage(page(entries(1, 1)), withConfig({ from: "+15005550010" }));
    await deliverPage(page(entries(2, 2)), withConfig({ messagingServiceSid: service }));
    await deliverPage(page(entries(3, 3)), withConfig({}, { from: undefined, messagingServiceSid: service }));
    expect(emulator.messages.map(({ from, messagingServiceSid }) => [from, messagingServiceSid])).toEqual([
      ["+15005550010", null],
      [null, service],
      [null, service],
    ]);
  });

  it("block without a call when there is no sender", async () => {
    const { deps, emulator, entries } = makeWorld();
    const result = await deliverPage(page(entries(1, 2)), { ...deps, secrets: { ...deps.secrets, from: undefined } });
    expect(result).toMatchObject({ halt: { type: "blocked", reason: expect.stringContaining("no sender") } });
    expect(emulator.stats.create).toBeUndefined();
  });

  it("are those of the API key where there is one, and block when Twilio refuses them", async () => {
    const key = `SK${"2".repeat(32)}`;
    const { deps, emulator, entries } = makeWorld({ apiKeys: { [key]: "the-secret-of-the-key" } });
    const secrets = { ...deps.secrets, authToken: "not-the-account-token", apiKey: key };
    const good = await deliverPage(page(entries(1, 1)), {
      ...deps,
      secrets: { ...secrets, apiKeySecret: "the-secret-of-the-key" },
    });
    expect(types(good)).toEqual(["delivered"]);
    const bad = await deliverPage(page(entries(2, 9)), { ...deps, secrets: { ...secrets, apiKeySecret: "wrong" } });
    expect(bad).toMatchObject({ halt: { type: "blocked", reason: expect.stringContaining("credentials") } });
    expect(bad.outcomes.size).toBe(0);
    expect(emulator.messages).toHaveLength(1);
    expect(emulator.stats.create).toBeLessThanOrEqual(1 + 5);
  });
});

describe("the address for Twilio's reports", () => {
  const [real, emulated] = ["https://api.twilio.com", "http://127.0.0.1:4012"];
  it.each([
    [real, "https://forms.example", true],
    [real, "http://localhost:8787", false],
    [real, "http://127.0.0.1:8787", false],
    [real, "http://[::1]:8787", false],
    [undefined, "http://app.localhost:8787", false],
    [undefined, "https://localhost.example", true],
    [emulated, "http://localhost:8787", true],
    [emulated, null, false],
  ])("api %s, public address %s: given is %s", async (api, publicUrl, given) => {
    const settings = api === undefined ? {} : { TWILIO_API_URL: api };
    const { deps, emulator, entries } = makeWorld({}, { publicUrl, settings });
    await deliverPage(page(entries(1, 1)), { ...deps, config: { ...deps.config, statusCallbacks: true } });
    expect(emulator.messages.map(({ statusCallback }) => statusCallback)).toEqual([
      given ? `${publicUrl}/hooks/twilio/dresp1` : null,
    ]);
  });

  it.each([
    [undefined, undefined, false],
    [undefined, "on", true],
    [false, "on", false],
    [true, "off", true],
  ])("is given where they are asked for: integration %s, installation %s", async (asked, setting, given) => {
    const settings = { TWILIO_API_URL: emulated, ...(setting && { TWILIO_STATUS_CALLBACKS: setting }) };
    const { deps, emulator, entries } = makeWorld({}, { publicUrl: "https://forms.example", settings });
    const config = { ...deps.config, ...(asked !== undefined && { statusCallbacks: asked }) };
    await deliverPage(page(entries(1, 1)), { ...deps, config });
    expect(emulator.messages[0]?.statusCallback !== null).toBe(given);
  });
});

describe("the text of a message", () => {
  it("goes out with the number in E.164, and never into a reason", async () => {
    const { deps, emulator } = makeWorld();
    const india = { ...deps, config: ConfigSchema.parse({ ...deps.config, defaultCountry: "in" }) };
    const one = entry(response(1, { name: "Asha", phone: "098765 43210" }), india);
    emulator.faults.push({ match: "create", mode: "error_before", status: 400, code: 21211, times: 1 });
    const refused = await deliverPage(page([one]), india);
    expect(JSON.stringify([...refused.outcomes])).not.toMatch(/98765|Asha|Thanks/);
    await deliverPage(page([one]), india);
    expect(emulator.messages).toMatchObject([{ to: "+919876543210" }]);
  });
});
