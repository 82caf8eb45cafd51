/** What everybody must know of the google-sheets kind, as data: config, credentials, pace, and how to set it up. */
import * as z from "zod";
import type { Manifest } from "../../core/integration";

/** The id of a spreadsheet; a pasted address of it is taken too. */
const SpreadsheetId = z
  .string()
  .trim()
  .transform((text) => /\/spreadsheets\/(?:u\/\d+\/)?d\/([A-Za-z0-9_-]+)/.exec(text)?.[1] ?? text)
  .pipe(
    z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, "paste the spreadsheet's address, or its id from between /d/ and /edit"),
  );

export const ConfigSchema = z.strictObject({
  spreadsheetId: SpreadsheetId,
  /** Title of the tab that takes the rows; it is made when it does not exist. */
  sheet: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .refine((title) => title.toLowerCase() !== "_formlog", "this tab is Formlog's own")
    .default("Responses"),
  connection: z.string().min(1).optional(),
});
export type Config = z.output<typeof ConfigSchema>;

const ServiceAccount = z.object({
  client_email: z
    .string()
    .max(320)
    .regex(/^[^@\s]+@[^@\s]+$/, "the client_email of the service account's JSON file"),
  private_key: z.string().includes("PRIVATE KEY", { error: "the private_key of the service account's JSON file" }),
  token_uri: z.url().optional(),
});

/** The JSON file of a service account's key, as an object or as its text. */
export const SecretsSchema = z.preprocess((value, context) => {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    context.addIssue({ code: "custom", message: "this is not the JSON file of a service account's key" });
    return z.NEVER;
  }
}, ServiceAccount);
export type Secrets = z.output<typeof SecretsSchema>;

const SETUP = `
1. In the [Google Cloud console](https://console.cloud.google.com/) choose or make a project and enable the **Google Sheets API**.
2. Under *IAM & Admin → Service accounts* make a service account (it needs no role), then *Keys → Add key → JSON*. The file that is
   downloaded is the connection's secret.
3. Make a spreadsheet in your own Google Drive and **share it with the service account's address** (\`client_email\` in the file) as *Editor*.
4. Paste the spreadsheet's address here. Formlog makes the tab (\`Responses\` unless you name another) with its first row.

You may move, rename and hide columns, add your own, sort, and delete rows. Leave the column *Response ID* and the hidden tab \`_formlog\`.
`.trim();

export const manifest: Manifest<Config, Secrets> = {
  kind: "google-sheets",
  title: "Google Sheets",
  summary: "A row for each response, a column for each question, in a spreadsheet of yours.",
  setup: SETUP,
  config: ConfigSchema,
  secrets: SecretsSchema,
  events: ["created", "updated", "erased"],
  policy: {
    pageSize: 2500,
    // Typed cells are two to three times their answers; a request should stay under 2 MB (Sheets, "Usage limits").
    pageBytes: 700_000,
    pageGapSeconds: 2,
    ledger: false,
    attemptsMax: 10,
    cost: "page",
  },
  queue: "formlog-google-sheets",
  queueBinding: "QUEUE_GOOGLE_SHEETS",
  serviceBinding: "KIND_GOOGLE_SHEETS",
  // Google gives a user 60 writes a minute; ten are left for people's own tools and for the halves of a refused page.
  budget: (_, secrets) => ({ name: `google-sheets:${secrets.client_email}`, capacity: 50, perSecond: 50 / 60 }),
  secretsFromEnv(settings) {
    const text = settings.GOOGLE_SERVICE_ACCOUNT;
    if (!text) return null;
    const parsed = SecretsSchema.safeParse(text);
    return parsed.success ? parsed.data : null;
  },
};
