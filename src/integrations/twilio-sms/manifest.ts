/** What everybody must know of the twilio-sms kind, as data: config, credentials, pace, and how to set it up. */
import * as z from "zod";
import { ConnectionField, field } from "../../core/config-field";
import type { Definition } from "../../core/form";
import type { Manifest } from "../../core/integration";
import { CountrySchema } from "../../core/phone";
import { UrlSetting } from "../../core/setting";
import { compileTemplate, TEMPLATE_MAX } from "../../core/template";
import { QuietHoursSchema } from "./quiet-hours";

const NUMBER_TYPES = ["phone_number", "short_text"] as const;

/** A number of the account, a short code, or a name of up to 11 characters where the country allows names. */
const From = z
  .string()
  .trim()
  .regex(/^(\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{1,11})$/, "a number such as +14155552671, or a name")
  .meta(field("Sender", "A number of the account, a short code, or a name where the country allows names."));
const MessagingServiceSid = z
  .string()
  .trim()
  .regex(/^MG[0-9a-fA-F]{32}$/, "the SID of a Messaging Service: MG and 32 characters")
  .meta(field("Messaging Service", "Its SID, instead of a sender."));

export const ConfigSchema = z.strictObject({
  to: z
    .string()
    .min(1)
    .meta(field("To", "The question that asks for the phone number.", "question", NUMBER_TYPES)),
  body: z
    .string()
    .min(1)
    .max(TEMPLATE_MAX)
    .meta(
      field(
        "Message",
        "`{{ref}}` stands for an answer, `{{response_id}}` for the receipt's number, `{{form_title}}` for the form's title.",
        "template",
      ),
    ),
  from: From.optional(),
  messagingServiceSid: MessagingServiceSid.optional(),
  defaultCountry: CountrySchema.meta(
    field("Country", "Two letters, such as `IN`: of numbers that were typed without one."),
  ).optional(),
  allowedCountries: z
    .array(CountrySchema)
    .min(1)
    .max(250)
    .meta(field("Allowed countries", "Numbers of other countries are refused; all are allowed unless told."))
    .optional(),
  /** ValidityPeriod of the Messages API. */
  validitySeconds: z
    .int()
    .min(1)
    .max(36_000)
    .meta(field("Validity", "Seconds that Twilio may keep a text in its queue."))
    .optional(),
  quietHours: QuietHoursSchema.meta(field("Quiet hours", "Texts wait until their end.")).optional(),
  /** Counted over all integrations of the workspace (caps.ts). */
  dailyCapPerNumber: z
    .int()
    .min(1)
    .max(1_000)
    .meta(field("Texts a day to one number", "No limit unless told: set one where anybody may fill in the form."))
    .optional(),
  dailyCapPerWorkspace: z
    .int()
    .min(1)
    .max(10_000_000)
    .meta(field("Texts a day of the workspace", "No limit unless told."))
    .optional(),
  statusCallbacks: z
    .boolean()
    .meta(
      field(
        "Status at once",
        "Twilio reports each step of a text, by three requests; else it is asked a quarter of an hour later.",
      ),
    )
    .optional(),
  connection: ConnectionField,
});
export type Config = z.output<typeof ConfigSchema>;

export const SecretsSchema = z
  .strictObject({
    accountSid: z
      .string()
      .trim()
      .regex(/^AC[0-9A-Za-z]{6,64}$/, "the Account SID: AC and 32 hexadecimal digits")
      .meta(field("Account SID")),
    authToken: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .meta(field("Auth Token", "Also the key of callbacks' signatures, whoever makes the calls.")),
    apiKey: z
      .string()
      .trim()
      .regex(/^SK[0-9a-fA-F]{32}$/, "the SID of an API key: SK and 32 characters")
      .meta(field("API key", "Its SID: calls are made with it instead of the Auth Token."))
      .optional(),
    apiKeySecret: z.string().trim().min(16).max(128).meta(field("Secret of the API key")).optional(),
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

export const manifest: Manifest<Config, Secrets> = {
  kind: "twilio-sms",
  title: "SMS by Twilio",
  summary: "A text message for each response, to the phone number that was answered.",
  setup: SETUP,
  config: ConfigSchema,
  secrets: SecretsSchema,
  example: {
    config: { to: "phone", body: "Thanks {{name}}, receipt {{response_id}}", defaultCountry: "IN" },
    secrets: {
      accountSid: "AC00000000000000000000000000000000",
      authToken: "the-auth-token-of-the-account",
      from: "+14155552671",
    },
  },
  settings: {
    TWILIO_ACCOUNT_SID: {
      schema: z.string().regex(/^AC[0-9a-fA-F]{32}$/, "must be AC and 32 hexadecimal digits"),
      about: "the account that sends where an integration names no connection",
      secret: true,
    },
    TWILIO_AUTH_TOKEN: { schema: z.string().min(1), about: "its auth token", secret: true },
    TWILIO_FROM: {
      schema: z.string().min(1),
      about: "its number, or the SID of a Messaging Service",
      secret: true,
    },
    TWILIO_API_URL: { schema: UrlSetting, about: "another server in the place of Twilio" },
    TWILIO_STATUS_CALLBACKS: {
      schema: z.enum(["on", "off"]),
      about: "whether Twilio reports each step of a text at once, where an integration does not say; off unless told",
    },
    TWILIO_LOOK_SECONDS: {
      schema: z.string().regex(/^\d+,\d+$/, "must be two numbers of seconds, as 60,300"),
      about: "how long a message in doubt is left alone before each of the two looks for it; 60,300 unless told",
    },
  },
  provider: "twilio",
  events: ["created"],
  policy: {
    // What one crash may leave in doubt stays small: each entry in doubt costs a look and minutes of waiting.
    pageSize: 20,
    pageBytes: 500_000,
    // A page and what settles it cost as much as some texts: of a stream of them, those of half a second share one.
    pageGapSeconds: 0.5,
    backlogAtOnce: true,
    ledger: true,
    // Nearly all have their last word after ten minutes; those of five more are read with one list.
    checks: { afterSeconds: 600, everySeconds: 300, pageSize: 1_000 },
    attemptsMax: 8,
    cost: "entry",
  },
  reconciled: true,
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
  else if (!NUMBER_TYPES.some((type) => type === question.type)) {
    problems.push({
      path: "to",
      message: `a ${question.type} is no phone number: choose a phone_number or short_text`,
    });
  }
  const template = compileTemplate(config.body, definition);
  if (!template.ok) problems.push({ path: "body", message: template.detail });
  return problems;
}
