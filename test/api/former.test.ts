import { expect, it } from "vitest";
import { createTwilioEmulator } from "../../src/integrations/twilio-sms/emulator";
import { twilioSms } from "../../src/integrations/twilio-sms/index";
import { call } from "../support/api";
import { createWorld } from "../support/world";

const ACCOUNT = `AC${"8".repeat(32)}`;
const TOKEN = "former-auth-token-0123456789";
const NAME = { ref: "name", type: "short_text", title: "Name" } as const;
const PHONE = { ref: "phone", type: "phone_number", title: "Phone" } as const;
const cityOf = (id: string, label: string) => ({
  ref: "city",
  type: "dropdown" as const,
  title: "City",
  choices: [{ id, label }],
});

it("an edited response shows the labels of choices and the questions that its version has no more", async () => {
  const clock = { now: Date.now() };
  const twilio = createTwilioEmulator({ now: () => clock.now, accountSid: ACCOUNT, authToken: TOKEN });
  const crop = { ...cityOf("r", "Rice"), ref: "crop", title: "Crop" };
  const world = await createWorld({
    kind: twilioSms,
    config: { to: "phone", body: "{{name}} {{city}} {{crop}}" },
    definition: { title: "Former", questions: [NAME, PHONE, cityOf("p", "Pune"), crop] },
    fetch: (request) => twilio.fetch(request),
    settings: {
      TWILIO_API_URL: "https://twilio.test",
      TWILIO_ACCOUNT_SID: ACCOUNT,
      TWILIO_AUTH_TOKEN: TOKEN,
      TWILIO_FROM: "+15005550006",
    },
    clock,
  });
  const { key, form } = world;
  const [id] = await world.submit({ name: "Asah", phone: "+919876543210", city: "p", crop: "r" });
  await world.submit({ name: "Ravi", phone: "+919876543211", city: "p", crop: "r" });
  const newest = { title: "Former", questions: [NAME, PHONE, cityOf("d", "Delhi")] };
  expect((await call("POST", `/v1/forms/${form}/versions`, { key, body: newest })).status).toBe(201);
  const edited = await call("PATCH", `/v1/forms/${form}/responses/${id}`, {
    key,
    body: { answers: { name: "Asha" } },
    headers: { "if-match": '"1"' },
  });
  expect(edited.body).toMatchObject({ version: 2, answers: { name: "Asha", city: "p", crop: "r" } });
  await world.run();
  expect(twilio.messages.map(({ body }) => body).toSorted()).toEqual(["Asha Pune Rice", "Ravi Pune Rice"]);
});
