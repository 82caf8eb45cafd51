/**
 * What submissions need of the environment, read by hand: the gateway has no zod (docs/decisions/030). The API worker
 * reads the rest in config.ts.
 */
import { type KeyRing, parseKeyRing } from "./core/seal";

export interface SubmissionConfig {
  /** Seals stored credentials; null: connections can't be stored. */
  readonly keyRing: KeyRing | null;
  /**
   * A database of this size takes no new segments, and forms that write to it go on elsewhere. D1 stores 10 GB at most.
   */
  readonly shardCapBytes: number;
  /** Responses of a segment, about: then its form goes on in another one. A segment has room for 2^33. */
  readonly segmentResponsesMax: number;
  /** Where this installation is reached from outside, without a trailing slash. */
  readonly publicUrl: string | null;
  /** Cloudflare's verifier of Turnstile tokens, or what stands in for it. */
  readonly turnstileUrl: string;
  /** Of the API worker alone: may create workspaces; null: nobody can. */
  readonly rootKey?: string | null;
  /** What an isolate counts is written down at most once in so many milliseconds; 0: never. */
  readonly countEveryMs: number;
}

/** Reads one variable. Throws a TypeError that says what the value must be, and never repeats it. */
type Reader<T> = (text: string | null) => T;

const whole = (text: string, { min, max }: { min: number; max: number }): number => {
  const value = Number(text);
  if (Number.isNaN(value)) throw new TypeError("must be a number");
  if (!Number.isSafeInteger(value)) throw new TypeError("must be a whole number");
  if (value < min) throw new TypeError(`must be ${min} or more`);
  if (value > max) throw new TypeError(`must be ${max} or less`);
  return value;
};

const url = (text: string): string => {
  const protocol = URL.canParse(text) ? new URL(text).protocol : "";
  if (protocol !== "https:" && protocol !== "http:") throw new TypeError("must be an http(s) URL");
  return text.trim().replace(/\/+$/, "");
};

const count =
  (unless: number): Reader<number> =>
  (text) =>
    text === null ? unless : whole(text, { min: 1, max: Number.MAX_SAFE_INTEGER });

const VARIABLES = {
  FORMLOG_ENCRYPTION_KEY: (text: string | null) => (text === null ? null : parseKeyRing(text)),
  FORMLOG_SHARD_CAP_BYTES: count(8_000_000_000),
  FORMLOG_SEGMENT_RESPONSES_MAX: count(2 ** 32),
  PUBLIC_URL: (text: string | null) => (text === null ? null : url(text)),
  TURNSTILE_URL: (text: string | null) => url(text ?? "https://challenges.cloudflare.com/turnstile/v0/siteverify"),
  COUNT_SECONDS: (text: string | null) => 1000 * (text === null ? 10 : whole(text, { min: 0, max: 3600 })),
};

/** Names of these variables. */
export const SUBMISSION_VARIABLES: readonly string[] = Object.keys(VARIABLES);

/** The config, as far as it is right; and what is not, each with its variable, without a value. */
export function readSubmissionConfig(env: Readonly<Record<string, unknown>>): {
  readonly config: SubmissionConfig;
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  function read<K extends keyof typeof VARIABLES>(name: K): ReturnType<(typeof VARIABLES)[K]>;
  function read(name: keyof typeof VARIABLES): unknown {
    const given = env[name];
    try {
      return VARIABLES[name](given === undefined || given === "" ? null : String(given));
    } catch (error) {
      problems.push(`${name} ${error instanceof TypeError ? error.message : "can't be read"}`);
      return VARIABLES[name](null);
    }
  }
  const config = {
    keyRing: read("FORMLOG_ENCRYPTION_KEY"),
    shardCapBytes: read("FORMLOG_SHARD_CAP_BYTES"),
    segmentResponsesMax: read("FORMLOG_SEGMENT_RESPONSES_MAX"),
    publicUrl: read("PUBLIC_URL"),
    turnstileUrl: read("TURNSTILE_URL"),
    countEveryMs: read("COUNT_SECONDS"),
  };
  return { config, problems };
}

/** Throws a TypeError that tells every problem of the environment in one message, unless there is none. */
export function requireRight(problems: readonly string[]): void {
  if (problems.length > 0) throw new TypeError(`The environment is not right: ${problems.join("; ")}.`);
}
