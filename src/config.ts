/** The environment, read once: every problem of it in one message. Nothing else reads `env` strings by name. */
import * as z from "zod";
import { type KeyRing, parseKeyRing } from "./core/seal";

const url = z
  .url({ protocol: /^https?$/, error: "must be an http(s) URL" })
  .transform((text) => text.replace(/\/+$/, ""));

const Variables = z.object({
  FORMLOG_ROOT_KEY: z.string().min(32, "must have 32 or more characters").optional(),
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
  PUBLIC_URL: url.optional(),
  GOOGLE_SHEETS_URL: url.optional(),
  GOOGLE_TOKEN_URL: url.optional(),
  TWILIO_API_URL: url.optional(),
  GOOGLE_SERVICE_ACCOUNT: z
    .string()
    .refine(isServiceAccount, "must be the JSON of a service account, with client_email and private_key")
    .optional(),
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-fA-F]{32}$/, "must be AC and 32 hexadecimal digits")
    .optional(),
  TWILIO_AUTH_TOKEN: z.string().min(1).optional(),
  TWILIO_FROM: z.string().min(1).optional(),
  TWILIO_LOOK_SECONDS: z
    .string()
    .regex(/^\d+,\d+$/, "must be two numbers of seconds, as 60,300")
    .optional(),
});

export interface Config {
  /** May create workspaces; null: nobody can. */
  readonly rootKey: string | null;
  /** Seals stored credentials; null: connections can't be stored. */
  readonly keyRing: KeyRing | null;
  /** Where this installation is reached from outside, without a trailing slash. */
  readonly publicUrl: string | null;
  /** The validated strings that kinds may read, by name. */
  readonly settings: Readonly<Record<string, string | undefined>>;
}

/** Reads the environment. Throws a TypeError that lists every bad variable and never a value. */
export function readConfig(env: Readonly<Record<string, unknown>>): Config {
  const given = Object.fromEntries(
    Object.keys(Variables.shape).flatMap((name) =>
      env[name] === undefined || env[name] === "" ? [] : [[name, env[name]]],
    ),
  );
  const parsed = Variables.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
    throw new TypeError(`The environment is not right: ${problems.join("; ")}.`);
  }
  const { FORMLOG_ROOT_KEY, FORMLOG_ENCRYPTION_KEY, PUBLIC_URL, ...settings } = parsed.data;
  return {
    rootKey: FORMLOG_ROOT_KEY ?? null,
    keyRing: FORMLOG_ENCRYPTION_KEY ?? null,
    publicUrl: PUBLIC_URL ?? null,
    settings,
  };
}

function isServiceAccount(text: string): boolean {
  try {
    const account: unknown = JSON.parse(text);
    return (
      typeof account === "object" &&
      account !== null &&
      "client_email" in account &&
      typeof account.client_email === "string" &&
      "private_key" in account &&
      typeof account.private_key === "string"
    );
  } catch {
    return false;
  }
}
