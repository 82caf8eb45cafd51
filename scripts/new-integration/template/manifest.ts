/** What everybody must know of the my-kind kind, as data: config, credentials, pace, and how to set it up. */
import * as z from "zod";
import { ConnectionField, field } from "../../../src/core/config-field";
import type { Manifest } from "../../../src/core/integration";
import { UrlSetting } from "../../../src/core/setting";

export const ConfigSchema = z.strictObject({
  list: z.string().trim().min(1).max(100).meta(field("List", "Name of the list that takes the records.")),
  connection: ConnectionField,
});
export type Config = z.output<typeof ConfigSchema>;

export const SecretsSchema = z.strictObject({
  token: z.string().trim().min(1).max(500).meta(field("Token", "From the settings of your account.")),
});
export type Secrets = z.output<typeof SecretsSchema>;

const SETUP = `
1. Make a token in the settings of your account: it is the connection's secret.
2. Name the list that takes the records.
`.trim();

export const manifest: Manifest<Config, Secrets> = {
  kind: "my-kind",
  title: "My Kind",
  summary: "A record for each response.",
  setup: SETUP,
  config: ConfigSchema,
  secrets: SecretsSchema,
  example: { config: { list: "Visits" }, secrets: { token: "a-token-of-your-account" } },
  settings: {
    MY_KIND_TOKEN: {
      schema: z.string().min(1),
      about: "the token where an integration names no connection",
      secret: true,
    },
    MY_KIND_URL: { schema: UrlSetting, about: "another server in its place" },
  },
  events: ["created"],
  policy: {
    pageSize: 20,
    pageBytes: 500_000,
    pageGapSeconds: 0,
    // The other side knows a repeat by its Idempotency-Key.
    ledger: false,
    attemptsMax: 8,
    cost: "entry",
  },
  reconciled: false,
  queue: "formlog-my-kind",
  queueBinding: "QUEUE_MY_KIND",
  serviceBinding: "KIND_MY_KIND",
  secretsFromEnv({ MY_KIND_TOKEN: token }) {
    const parsed = SecretsSchema.safeParse({ token });
    return parsed.success ? parsed.data : null;
  },
};
