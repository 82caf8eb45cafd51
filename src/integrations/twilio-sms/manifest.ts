/** What everybody must know of the twilio-sms kind, as data: config, credentials, pace, and how to set it up. */
import { isSupportedCountry } from "libphonenumber-js/min";
import * as z from "zod";
import type { Definition } from "../../core/form";
import type { Manifest } from "../../core/integration";
import { compileTemplate, TEMPLATE_MAX } from "../../core/template";
import { QuietHoursSchema } from "./quiet-hours";

/** A number of the account, a short code, or a name of up to 11 characters where the country allows names. */
const From = z
  .string()
  .trim()
  .regex(
    /^(\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{1,11})$/,
    "a number such as +14155552671, or a name",
  );
const MessagingServiceSid = z
  .string()
  .trim()
  .regex(/^MG[0-9a-f]{32}$/i, "the SID of a Messaging Service: MG and 32 characters");

const Country = z
  .string()
  .toUpperCase()
  .refine((code) => isSupportedCountry(code), "two letters of a country, such as IN");

export const ConfigSchema = z.strictObject({
  /** Ref of the question whose answer is the recipient's phone number. */
  to: z.string().min(1),
  /** Template of the message (core/template.ts). */
  body: z.string().min(1).max(TEMPLATE_MAX),
  from: From.optional(),
  messagingServiceSid: MessagingServiceSid.optional(),
  /** ISO 3166 alpha-2: the country of numbers that were typed without one. */
  defaultCountry: Country.optional(),
  /** Numbers of other countries are refused; all are allowed unless told. */
  allowedCountries: z.array(Country).min(1).max(250).optional(),
  /** How long Twilio may keep a text in its queue (ValidityPeriod of the Messages API: at most 36,000). */
  validitySeconds: z.int().min(1).max(36_000).optional(),
  quietHours: QuietHoursSchema.optional(),
  /** Texts a day (UTC), counted over all integrations of the workspace (caps.ts has the usual numbers). */
  dailyCapPerNumber: z.int().min(1).max(1_000).optional(),
  dailyCapPerWorkspace: z.int().min(1).max(10_000_000).optional(),
  connection: z.string().min(1).optional(),
});
export type Config = z.output<typeof ConfigSchema>;

export const SecretsSchema = z
  .strictObject({
    accountSid: z
      .string()
      .trim()
      .regex(/^AC[0-9A-Za-z]{6,64}$/, "the Account SID: AC and 32 hexadecimal digits"),
    /** Also the key of callbacks' signatures, whoever makes the calls. */
    authToken: z.string().trim().min(1).max(200),
    apiKey: z
      .string()
      .trim()
      .regex(/^SK[0-9a-f]{32}$/i, "the SID of an API key: SK and 32 characters")
      .optional(),
    apiKeySecret: z.string().trim().min(16).max(128).optional(),
    from: From.optional(),
    messagingServiceSid: MessagingServiceSid.optional(),
  })
  .refine((secrets) => (secrets.apiKey === undefined) === (secrets.apiKeySecret === undefined), {
    path: ["apiKeySecret"],
    message: "an API key and its secret go together",
  });
export type Secrets = z.output<typeof SecretsSchema>;

const SETUP = `
1. In the [Twilio console](https://console.twilio.com/) copy the **Account SID** and the **Auth Token** from the start page: they are the
   connection's secret. To make calls with a key that can be withdrawn alone, make one under *Account → API keys* and add \`apiKey\` and
   \`apiKeySecret\`; the Auth Token is needed all the same, because Twilio signs its reports with it.
2. Buy a number that can send SMS, or make a **Messaging Service**, and give its number (\`from\`) or SID (\`messagingServiceSid\`).
3. Under *Messaging → Settings → Geo permissions* switch on the countries that you write to, and no others: whoever fills in the form
   chooses the number, and you pay.
4. Choose the question that asks for the phone number, and write the message. \`{{ref}}\` stands for an answer, \`{{response_id}}\` for the
   receipt's number: with it every message is unlike any other, and one whose fate is unknown can be found again for certain.
5. As the number's (or the Messaging Service's) webhook for incoming messages set \`/hooks/twilio/inbound/{integration}\` of this
   installation, with the integration's id: then STOP and START are heeded at once.
`.trim();

const NUMBER_TYPES: ReadonlySet<string> = new Set(["phone_number", "short_text"]);

export const manifest: Manifest<Config, Secrets> = {
  kind: "twilio-sms",
  title: "SMS by Twilio",
  summary: "A text message for each response, to the phone number that was answered.",
  setup: SETUP,
  config: ConfigSchema,
  secrets: SecretsSchema,
  events: ["created"],
  policy: {
    // What one crash may leave in doubt stays small: each entry in doubt costs a look and minutes of waiting.
    pageSize: 20,
    pageBytes: 500_000,
    pageGapSeconds: 0,
    ledger: true,
    attemptsMax: 8,
    cost: "entry",
  },
  queue: "formlog-twilio-sms",
  queueBinding: "QUEUE_TWILIO_SMS",
  serviceBinding: "KIND_TWILIO_SMS",
  checkConfig,
  // For Twilio's API, which refuses too many at once (20429); it queues by itself for the sender's own rate.
  budget: (_, secrets) => ({ name: `twilio-sms:${secrets.accountSid}`, capacity: 50, perSecond: 50 }),
  secretsFromEnv(settings) {
    const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_FROM: sender } = settings;
    const from = sender?.startsWith("MG") ? { messagingServiceSid: sender } : { from: sender };
    const parsed = SecretsSchema.safeParse({ accountSid, authToken, ...(sender && from) });
    return parsed.success ? parsed.data : null;
  },
};

/** Problems of a config against the form: a question that is not there or asks for something else, a bad template. */
function checkConfig(config: Config, definition: Definition): { path: string; message: string }[] {
  const problems: { path: string; message: string }[] = [];
  const question = definition.questions.find(({ ref }) => ref === config.to);
  if (!question) problems.push({ path: "to", message: "the form has no question with this ref" });
  else if (!NUMBER_TYPES.has(question.type)) {
    problems.push({
      path: "to",
      message: `a ${question.type} is no phone number: choose a phone_number or short_text`,
    });
  }
  const template = compileTemplate(config.body, definition);
  if (!template.ok) problems.push({ path: "body", message: template.detail });
  return problems;
}
