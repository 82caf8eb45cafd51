/** What everybody must know of the webhook kind, as data: config, keys, pace, and how to set it up. */
import * as z from "zod";
import { ConnectionField, field } from "../../core/config-field";
import type { Definition } from "../../core/form";
import type { Installation, Manifest } from "../../core/integration";
import { AnswerSchema } from "./answer";
import { HeadersSchema, SecretHeadersSchema } from "./headers";
import { credentials, readKey } from "./keys";
import { compilePayload, ENTRY_TYPES, EVENT_TYPES, eventsOf, noticesOf } from "./payload";
import { ATTEMPTS_MAX } from "./schedule";
import { refuseTarget, type TargetRules } from "./ssrf";

const PAYLOAD_MAX = 10_000;

export const ConfigSchema = z.strictObject({
  url: z.string().trim().min(1).max(2_000).meta(field("Address", "Of your receiver, over https.")),
  events: z.array(z.enum(EVENT_TYPES)).min(1).meta(field("Events", "All of them unless told.")).optional(),
  headers: HeadersSchema.meta(
    field("Headers", "More headers of each call. Secret ones go into a connection."),
  ).optional(),
  payload: z
    .record(z.string(), z.unknown())
    .refine((value) => JSON.stringify(value).length <= PAYLOAD_MAX, `at most ${PAYLOAD_MAX} characters of JSON`)
    .meta(
      field("Payload", "A JSON object to send instead of the standard one; its texts are templates, as `{{name}}`."),
    )
    .optional(),
  connection: ConnectionField,
});
export type Config = z.output<typeof ConfigSchema>;

const Secret = z
  .string()
  .trim()
  .refine((text) => readKey(text, "whsec_") !== null, "whsec_ and 24 to 64 bytes in base64");
const PrivateKey = z
  .string()
  .trim()
  .refine((text) => readKey(text, "whsk_") !== null, "whsk_ and an ed25519 key in base64");

export const SecretsSchema = z
  .strictObject({
    secret: Secret.meta(field("Secret", "Shared with the receiver: signs `v1`.")).optional(),
    privateKey: PrivateKey.meta(field("Private key", "Its public half is the receiver's: signs `v1a`.")).optional(),
    /** Keys that were rotated out; they sign beside the others until then (milliseconds). */
    previous: z
      .array(z.strictObject({ secret: Secret.optional(), privateKey: PrivateKey.optional(), until: z.number() }))
      .max(4)
      .meta(field("Keys before", "Sign beside the others until then (milliseconds)."))
      .optional(),
    headers: SecretHeadersSchema.meta(field("Headers", "Such as an API key of the receiver.")).optional(),
  })
  .refine(({ secret, privateKey }) => secret !== undefined || privateKey !== undefined, {
    message: "a secret or a privateKey is needed; leave secrets out, and both are made",
  });
export type Secrets = z.output<typeof SecretsSchema>;

const SETUP = `
1. Give the address of your receiver: a POST endpoint on the public internet, over https.
2. Keep the \`secret\` that the answer shows, once: with it your receiver checks that a call is Formlog's. Libraries in every language:
   [standardwebhooks.com](https://www.standardwebhooks.com). Who must not be able to sign gets the \`publicKey\` instead.
3. Answer with 200 to 299 within 15 seconds, as soon as the event is stored, and take an event whose \`webhook-id\` you have as done: it may
   come more than once.
4. Try it with a test event.
5. A receiver may judge responses: what it answers, signed by the same secret, sets flags and metadata (the README of this kind says how).
`.trim();

export const manifest: Manifest<Config, Secrets> = {
  kind: "webhook",
  title: "Webhook",
  summary:
    "A signed call to your own server for each response, edit, flag, review and erasure, and when another integration stops.",
  setup: SETUP,
  config: ConfigSchema,
  secrets: SecretsSchema,
  example: { config: { url: "https://example.com/hook" } },
  settings: {
    FORMLOG_WEBHOOK_ALLOW_LOCAL: {
      schema: z.enum(["0", "1"], { error: "must be 0 or 1" }),
      about: "1: webhooks may go to this machine, for development only",
    },
  },
  events: Object.values(ENTRY_TYPES),
  eventsOf,
  noticesOf,
  policy: {
    // What a crash sends again stays small.
    pageSize: 25,
    pageBytes: 1_000_000,
    // A page and what settles it cost as much as some deliveries: of a stream of them, those of half a second share
    // one.
    pageGapSeconds: 0.5,
    backlogAtOnce: true,
    // A repeat with the same webhook-id is what receivers expect.
    ledger: false,
    attemptsMax: ATTEMPTS_MAX,
    cost: "page",
  },
  reconciled: false,
  queue: "formlog-webhook",
  queueBinding: "QUEUE_WEBHOOK",
  serviceBinding: "KIND_WEBHOOK",
  checkConfig,
  credentials,
  // Keys are one to an endpoint: an environment has none.
  secretsFromEnv: () => null,
};

/** What an installation allows as a receiver's address. */
export const rulesOf = ({ settings, publicUrl }: Installation): TargetRules => ({
  allowLocal: settings.FORMLOG_WEBHOOK_ALLOW_LOCAL === "1",
  publicUrl,
});

const OF_RESPONSES =
  "A payload of your own is about a response: take the events of integrations out, or give them a webhook without one.";

const LIKE_AN_ANSWER =
  "Name something else beside flags, metadata and revision: sent back as it is, this would be taken for what a validator says.";

/** Whether a receiver that only echoes would be heeded: its signature over what Formlog has signed is right. */
function looksLikeAnswer(payload: Record<string, unknown>): boolean {
  const names = Object.keys(payload);
  return names.length > 0 && names.every((name) => name in AnswerSchema.shape);
}

function checkConfig(
  config: Config,
  definition: Definition,
  installation: Installation,
): readonly { path: string; message: string }[] {
  const { url, payload } = config;
  const refusal = refuseTarget(url, rulesOf(installation));
  const problems = payload === undefined ? [] : compilePayload(payload, definition).problems;
  return [
    ...(refusal === null ? [] : [{ path: "url", message: refusal }]),
    ...(payload !== undefined && noticesOf(config).length > 0 ? [{ path: "events", message: OF_RESPONSES }] : []),
    ...(payload !== undefined && looksLikeAnswer(payload) ? [{ path: "payload", message: LIKE_AN_ANSWER }] : []),
    ...problems,
  ];
}
