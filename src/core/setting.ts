/**
 * Variables of the environment that kinds read: declared in their manifests, checked once with all others (config.ts).
 */
import * as z from "zod";

/** A variable of a kind: what it must be, and what it is for. */
export interface Setting {
  /** Says in its messages what the value must be, and never repeats it. */
  readonly schema: z.ZodType<string>;
  /** A phrase for people: what it is for. */
  readonly about: string;
  /**
   * A credential, or what belongs to one: a secret of the kind's worker, and `npm run deploy` says so while it is not
   * set.
   */
  readonly secret?: true;
}

/** The values of such variables, by name; undefined: not set. */
export type Settings = Readonly<Record<string, string | undefined>>;

/** An http(s) address, without slashes at its end. */
export const UrlSetting = z
  .url({ protocol: /^https?$/, error: "must be an http(s) URL" })
  .transform((text) => text.replace(/\/+$/, ""));
