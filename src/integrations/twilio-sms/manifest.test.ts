import { describe, expect, it } from "vitest";
import { twilioSms } from "./index";
import { ConfigSchema, manifest, SecretsSchema } from "./manifest";
import { ACCOUNT, DEFINITION, makeWorld, TOKEN } from "./testing";

const config = { to: "phone", body: "Thanks {{name}}" };
const secrets = { accountSid: ACCOUNT, authToken: TOKEN };
const [SERVICE, KEY] = [`MG${"a".repeat(32)}`, `SK${"b".repeat(32)}`];

describe("a config", () => {
  it.each([
    [{}],
    [{ from: "+14155552671" }],
    [{ from: "12345" }],
    [{ from: "Formlog 24" }],
    [{ messagingServiceSid: SERVICE }],
    [{ defaultCountry: "in" }],
    [{ connection: "con_1" }],
  ])("may have %j", (more) => {
    expect(ConfigSchema.safeParse({ ...config, ...more }).success).toBe(true);
  });

  it.each([
    [{ to: "" }, "to"],
    [{ body: "" }, "body"],
    [{ body: "x".repeat(5_001) }, "body"],
    [{ from: "14155552671 " }, "from"],
    [{ from: "a name that is too long" }, "from"],
    [{ messagingServiceSid: "MG1" }, "messagingServiceSid"],
    [{ defaultCountry: "XX" }, "defaultCountry"],
    [{ colour: "red" }, ""],
  ])("may not have %j", (more, path) => {
    const parsed = ConfigSchema.safeParse({ ...config, ...more });
    expect(parsed.error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });

  it("is checked against the form: the question, its type, and every name in the template", () => {
    const installation = { settings: {}, publicUrl: null };
    const check = (more: object) =>
      manifest.checkConfig?.(ConfigSchema.parse({ ...config, ...more }), DEFINITION, installation);
    expect(check({})).toEqual([]);
    expect(check({ to: "name" })).toEqual([]);
    expect(check({ to: "nobody" })).toMatchObject([{ path: "to" }]);
    expect(check({ to: "age" })).toMatchObject([{ path: "to", message: expect.stringContaining("integer") }]);
    expect(check({ body: "Thanks {{nme}}" })).toMatchObject([{ path: "body" }]);
  });
});

describe("secrets", () => {
  it.each([
    [{ accountSid: "AC1" }, "accountSid"],
    [{ authToken: "" }, "authToken"],
    [{ apiKey: KEY }, "apiKeySecret"],
    [{ apiKeySecret: "0123456789abcdef" }, "apiKeySecret"],
    [{ from: "?" }, "from"],
  ])("may not have %j", (more, path) => {
    const parsed = SecretsSchema.safeParse({ ...secrets, ...more });
    expect(parsed.error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });

  it("come from the environment, with a number or a Messaging Service as the sender", () => {
    const env = { TWILIO_ACCOUNT_SID: ACCOUNT, TWILIO_AUTH_TOKEN: TOKEN };
    expect(manifest.secretsFromEnv(env)).toEqual(secrets);
    expect(manifest.secretsFromEnv({ ...env, TWILIO_FROM: "+14155552671" })).toEqual({
      ...secrets,
      from: "+14155552671",
    });
    expect(manifest.secretsFromEnv({ ...env, TWILIO_FROM: SERVICE })).toEqual({
      ...secrets,
      messagingServiceSid: SERVICE,
    });
    expect(manifest.secretsFromEnv({ ...env, TWILIO_AUTH_TOKEN: undefined })).toBeNull();
    expect(manifest.secretsFromEnv({})).toBeNull();
  });

  it("share one budget for an account, whose name tells none of them", () => {
    const one = manifest.budget?.(ConfigSchema.parse(config), secrets);
    expect(one).toMatchObject({ perSecond: 50 });
    expect(manifest.budget?.(ConfigSchema.parse({ ...config, to: "name" }), secrets)).toEqual(one);
    expect(JSON.stringify(one)).not.toContain(TOKEN);
  });
});

describe("a test of an integration", () => {
  it("asks Twilio, sends nothing, and says what is wrong", async () => {
    const { deps, emulator } = makeWorld();
    expect(await twilioSms.test(deps)).toMatchObject({ ok: true });
    const wrong = { ...deps, secrets: { ...deps.secrets, authToken: "another-auth-token" } };
    expect(await twilioSms.test(wrong)).toEqual({ ok: false, detail: expect.stringContaining("credentials") });
    const nobody = { ...deps, secrets };
    expect(await twilioSms.test(nobody)).toEqual({ ok: false, detail: expect.stringContaining("sender") });
    expect(emulator.stats).toEqual({ list: 2 });
  });
});
