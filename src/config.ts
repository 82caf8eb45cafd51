/** The environment, read once: every problem of it in one message. Nothing else reads `env` strings by name. */
import * as z from "zod";
import type { Manifest } from "./core/manifest";
import { type KeyRing, parseKeyRing } from "./core/seal";
import { type Settings, UrlSetting } from "./core/setting";

const Count = z.coerce.number("must be a number").int("must be a whole number").min(1, "must be 1 or more");
/** An address that is called as it is. */
const Address = z.url({ protocol: /^https?$/, error: "must be an http(s) URL" });

const Variables = z.object({
  FORMLOG_ROOT_KEY: z.string().min(32, "must have 32 or more characters").optional(),
  FORMLOG_METRICS_KEY: z.string().min(32, "must have 32 or more characters").optional(),
  FORMLOG_ENCRYPTION_KEY: z
    .string()
    .transform((text, ctx): KeyRing => {
      try {
        return parseKeyRing(text);
      } catch (error) {
        ctx.addIssue({ code: "custom", message: error instanceof Error ? error.message : "can't be read" });
        return z.NEVER;
      }
    })
    .optional(),
  FORMLOG_SHARD_CAP_BYTES: Count.default(8_000_000_000),
  FORMLOG_SEGMENT_RESPONSES_MAX: Count.default(2 ** 32),
  FORMLOG_LOG_DAYS: z.coerce
    .number("must be a number of days")
    .int("must be a whole number of days")
    .min(1)
    .max(90)
    .default(14),
  PUBLIC_URL: UrlSetting.optional(),
  COUNT_SECONDS: z.coerce.number().int().min(0).max(3600).default(10),
  BACKUP_DAYS: z.coerce.number().int("must be whole days").min(1, "must be 1 or more").max(3650).default(30),
  FORMLOG_ALERT_URL: Address.optional(),
  FORMLOG_DEADMAN_URL: Address.optional(),
  FORMLOG_ALERT_REPEAT_HOURS: z
    .string()
    .regex(/^\d{1,3}$/, "must be a number of hours from 1 to 168")
    .transform(Number)
    .refine((hours) => hours >= 1 && hours <= 168, "must be a number of hours from 1 to 168")
    .default(4),
  TURNSTILE_URL: UrlSetting.default("https://challenges.cloudflare.com/turnstile/v0/siteverify"),
});

/** Names of the installation's own variables, which no kind declares. */
export const OWN_VARIABLES: readonly string[] = Object.keys(Variables.shape);

export interface Config {
  /** May create workspaces; null: nobody can. */
  readonly rootKey: string | null;
  /** May read the metrics and nothing else; null: the root key alone may. */
  readonly metricsKey: string | null;
  /** Seals stored credentials; null: connections can't be stored. */
  readonly keyRing: KeyRing | null;
  /** A database of this size takes no new segments, and forms that write to it go on elsewhere. D1 stores 10 GB at most. */
  readonly shardCapBytes: number;
  /** Responses of a segment, about: then its form goes on in another one. A segment has room for 2^33. */
  readonly segmentResponsesMax: number;
  /** For how many days entries of the log service are kept. */
  readonly logDays: number;
  /** Where this installation is reached from outside, without a trailing slash. */
  readonly publicUrl: string | null;
  /** For how many days a backup is kept. */
  readonly backupDays: number;
  /** Where alerts of the installation itself go; null: into the log alone. */
  readonly alertUrl: string | null;
  /** Called after each good sweep; null: nobody waits for it. */
  readonly deadmanUrl: string | null;
  /** An alert that lasts is told again after so long. */
  readonly alertRepeatMs: number;
  /** Cloudflare's verifier of Turnstile tokens, or what stands in for it. */
  readonly turnstileUrl: string;
  /** What an isolate counts is written down at most once in so many milliseconds; 0: never. */
  readonly countEveryMs: number;
  /** The variables of the kinds, by name. */
  readonly settings: Settings;
}

/**
 * Reads the environment, with the variables that these kinds declare. Throws a TypeError that lists every bad variable and
 * never a value.
 */
export function readConfig(
  env: Readonly<Record<string, unknown>>,
  kinds: readonly Pick<Manifest, "settings">[],
): Config {
  const ofKinds = kinds.flatMap(({ settings = {} }) =>
    Object.entries(settings).map(([name, { schema }]) => [name, schema.optional()] as const),
  );
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== "" && value !== undefined));
  const parsed = Variables.safeParse(given);
  const settings = z.object(Object.fromEntries(ofKinds)).safeParse(given);
  if (!parsed.success || !settings.success) {
    const issues = [...(parsed.error?.issues ?? []), ...(settings.error?.issues ?? [])];
    const problems = issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
    throw new TypeError(`The environment is not right: ${problems.join("; ")}.`);
  }
  const { data } = parsed;
  return {
    shardCapBytes: data.FORMLOG_SHARD_CAP_BYTES,
    segmentResponsesMax: data.FORMLOG_SEGMENT_RESPONSES_MAX,
    rootKey: data.FORMLOG_ROOT_KEY ?? null,
    metricsKey: data.FORMLOG_METRICS_KEY ?? null,
    keyRing: data.FORMLOG_ENCRYPTION_KEY ?? null,
    logDays: data.FORMLOG_LOG_DAYS,
    publicUrl: data.PUBLIC_URL ?? null,
    backupDays: data.BACKUP_DAYS,
    alertUrl: data.FORMLOG_ALERT_URL ?? null,
    deadmanUrl: data.FORMLOG_DEADMAN_URL ?? null,
    alertRepeatMs: data.FORMLOG_ALERT_REPEAT_HOURS * 3_600_000,
    turnstileUrl: data.TURNSTILE_URL,
    countEveryMs: data.COUNT_SECONDS * 1000,
    settings: settings.data,
  };
}
