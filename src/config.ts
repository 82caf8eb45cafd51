/** The environment, read once: every problem of it in one message. Nothing else reads `env` strings by name. */
import * as z from "zod";
import { readSubmissionConfig, requireRight, SUBMISSION_VARIABLES, type SubmissionConfig } from "./config-submission";
import type { Manifest } from "./core/manifest";
import type { Settings } from "./core/setting";

/** An address that is called as it is. */
const Address = z.url({ protocol: /^https?$/, error: "must be an http(s) URL" });

const Variables = z.object({
  FORMLOG_ROOT_KEY: z.string().min(32, "must have 32 or more characters").optional(),
  FORMLOG_METRICS_KEY: z.string().min(32, "must have 32 or more characters").optional(),
  FORMLOG_LOG_DAYS: z.coerce
    .number("must be a number of days")
    .int("must be a whole number of days")
    .min(1)
    .max(90)
    .default(14),
  BACKUP_DAYS: z.coerce.number().int("must be whole days").min(1, "must be 1 or more").max(3650).default(30),
  FORMLOG_ALERT_URL: Address.optional(),
  FORMLOG_DEADMAN_URL: Address.optional(),
  FORMLOG_ALERT_REPEAT_HOURS: z
    .string()
    .regex(/^\d{1,3}$/, "must be a number of hours from 1 to 168")
    .transform(Number)
    .refine((hours) => hours >= 1 && hours <= 168, "must be a number of hours from 1 to 168")
    .default(4),
});

/** Names of the installation's own variables, which no kind declares. */
export const OWN_VARIABLES: readonly string[] = [...Object.keys(Variables.shape), ...SUBMISSION_VARIABLES];

export interface Config extends SubmissionConfig {
  /** May create workspaces; null: nobody can. */
  readonly rootKey: string | null;
  /** May read the metrics and nothing else; null: the root key alone may. */
  readonly metricsKey: string | null;
  /** For how many days entries of the log service are kept. */
  readonly logDays: number;
  /** For how many days a backup is kept. */
  readonly backupDays: number;
  /** Where alerts of the installation itself go; null: into the log alone. */
  readonly alertUrl: string | null;
  /** Called after each good sweep; null: nobody waits for it. */
  readonly deadmanUrl: string | null;
  /** An alert that lasts is told again after so long. */
  readonly alertRepeatMs: number;
  /** The variables of the kinds, by name. */
  readonly settings: Settings;
}

/**
 * Reads the environment, with the variables that these kinds declare. Throws a TypeError that lists every bad variable
 * and never a value.
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
  const submission = readSubmissionConfig(env);
  const of = ({ error }: typeof parsed | typeof settings) =>
    error?.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`) ?? [];
  requireRight([...of(parsed), ...submission.problems, ...of(settings)]);
  if (!parsed.success || !settings.success) throw new TypeError("The environment is not right.");
  const { data } = parsed;
  return {
    ...submission.config,
    rootKey: data.FORMLOG_ROOT_KEY ?? null,
    metricsKey: data.FORMLOG_METRICS_KEY ?? null,
    logDays: data.FORMLOG_LOG_DAYS,
    backupDays: data.BACKUP_DAYS,
    alertUrl: data.FORMLOG_ALERT_URL ?? null,
    deadmanUrl: data.FORMLOG_DEADMAN_URL ?? null,
    alertRepeatMs: data.FORMLOG_ALERT_REPEAT_HOURS * 3_600_000,
    settings: settings.data,
  };
}
