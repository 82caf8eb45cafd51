/** What everybody must know of the google-sheets kind, as data: config, credentials, pace, and how to set it up. */
import * as z from "zod";
import { ConnectionField, field } from "../../core/config-field";
import type { Manifest } from "../../core/integration";
import { UrlSetting } from "../../core/setting";

/** The id of a spreadsheet; a pasted address of it is taken too. */
const SpreadsheetId = z
  .string()
  .trim()
  .transform((text) => /\/spreadsheets\/(?:u\/\d+\/)?d\/([A-Za-z0-9_-]+)/.exec(text)?.[1] ?? text)
  .pipe(
    z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, "paste the spreadsheet's address, or its id from between /d/ and /edit"),
  );

const ConfigShape = z.strictObject({
  spreadsheetId: SpreadsheetId.meta(field("Spreadsheet", "Its address, or its id from between `/d/` and `/edit`.")),
  overflow: z
    .array(SpreadsheetId)
    .max(20)
    .meta(field("More spreadsheets", "Where rows go when that one is full, in this order."))
    .optional(),
  deletedRows: z
    .enum(["restore", "leave"])
    .meta(
      field(
        "Deleted rows",
        "What the nightly comparison does about a row that is not there: add it again (`restore`), or take it as deleted by a person (`leave`).",
      ),
    )
    .default("restore"),
  sheet: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .refine((title) => title.toLowerCase() !== "_formlog", "this tab is Formlog's own")
    .meta(field("Tab", "Title of the tab that takes the rows; it is made when it does not exist."))
    .default("Responses"),
  connection: ConnectionField,
});
export const ConfigSchema = ConfigShape.superRefine(({ spreadsheetId, overflow = [] }, context) => {
  for (const [at, id] of overflow.entries()) {
    if (id !== spreadsheetId && overflow.indexOf(id) === at) continue;
    context.addIssue({ code: "custom", path: ["overflow", at], message: "this spreadsheet is configured already" });
  }
});
export type Config = z.output<typeof ConfigSchema>;

const ServiceAccount = z
  .object({
    client_email: z
      .string()
      .max(320)
      .regex(/^[^@\s]+@[^@\s]+$/, "the client_email of the service account's JSON file")
      .meta(field("Address of the service account", "`client_email` in its JSON file.")),
    private_key: z
      .string()
      .includes("PRIVATE KEY", { error: "the private_key of the service account's JSON file" })
      .meta(field("Private key", "`private_key` in its JSON file.")),
    token_uri: z.url().meta(field("Address for access tokens", "`token_uri` in its JSON file.")).optional(),
  })
  .meta(field("Key file (all of its JSON)", undefined, "file"));

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
4. Paste the spreadsheet's address here; more of them, shared alike, as \`overflow\` for when it is full. Formlog makes the tab (\`Responses\` unless you name another) with its first row.

You may move, rename and hide columns, add your own, sort, filter, and delete rows. Leave the column *Response ID* and the hidden tab \`_formlog\`.
`.trim();

export const manifest: Manifest<Config, Secrets> = {
  kind: "google-sheets",
  title: "Google Sheets",
  summary: "A row for each response, a column for each question, in a spreadsheet of yours.",
  setup: SETUP,
  config: ConfigSchema,
  secrets: SecretsSchema,
  example: {
    config: {
      spreadsheetId: "https://docs.google.com/spreadsheets/d/1AbcdefghijklmnopqrstuvwxyzAbcdefghijklmnopq/edit",
    },
    secrets: {
      client_email: "formlog@your-project.iam.gserviceaccount.com",
      private_key: "-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----\n",
    },
  },
  settings: {
    GOOGLE_SERVICE_ACCOUNT: {
      schema: z
        .string()
        .refine(
          (text) => SecretsSchema.safeParse(text).success,
          "must be the JSON of a service account, with client_email and private_key",
        ),
      about: "the service account that writes where an integration names no connection: its JSON file, on one line",
      secret: true,
    },
    GOOGLE_SHEETS_URL: { schema: UrlSetting, about: "another server in the place of Google Sheets" },
    GOOGLE_TOKEN_URL: { schema: UrlSetting, about: "another server in the place of Google's for access tokens" },
  },
  events: ["created", "updated", "erased"],
  policy: {
    pageSize: 2500,
    // Typed cells are two to three times their answers; a request should stay under 2 MB (Sheets, "Usage limits").
    pageBytes: 700_000,
    pageGapSeconds: 2,
    ledger: false,
    inOrder: true,
    attemptsMax: 10,
    cost: "page",
  },
  reconciled: true,
  queue: "formlog-google-sheets",
  queueBinding: "QUEUE_GOOGLE_SHEETS",
  serviceBinding: "KIND_GOOGLE_SHEETS",
  // Google gives a user 60 writes a minute, and 60 reads, of which a page takes one each. What was saved counts too: 50
  // pages in any minute. The rest is for people's own tools, the halves of a refused page, looks for a page in doubt
  // and the comparisons of the night.
  budget: (_, secrets) => ({ name: `google-sheets:${secrets.client_email}`, capacity: 5, perSecond: 45 / 60 }),
  secretsFromEnv(settings) {
    const text = settings.GOOGLE_SERVICE_ACCOUNT;
    if (!text) return null;
    const parsed = SecretsSchema.safeParse(text);
    return parsed.success ? parsed.data : null;
  },
};
