/**
 * How the hosted form of an organisation looks: a colour and a logo. The picture is kept in the settings, so that a
 * form needs no other host; it is small, because it is a part of a page that people on slow lines open. Pure.
 */
import * as z from "zod";
import { NfcString } from "./nfc-string";

/** Of the picture itself, in bytes. */
export const LOGO_BYTES_MAX = 12 * 1024;
/** In base64, with what stands before it. */
const LOGO_TEXT_MAX = 4 * Math.ceil(LOGO_BYTES_MAX / 3) + 40;

/** Whether these bytes, as a binary string, begin as a picture of each type does. */
const BEGINNINGS: Readonly<Record<string, (binary: string) => boolean>> = {
  "image/png": (binary) => binary.startsWith("\x89PNG\r\n\x1a\n"),
  "image/jpeg": (binary) => binary.startsWith("\xff\xd8\xff"),
  "image/webp": (binary) => binary.startsWith("RIFF") && binary.startsWith("WEBP", 8),
  "image/svg+xml": (binary) => /^\s*<(?:svg|\?xml|!--)/.test(binary.replace(/^\xef\xbb\xbf/, "")),
};

export interface Logo {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The picture of a data address; null when it is none that we take. */
export function readLogo(image: string): Logo | null {
  const [, type = "", base64 = ""] = /^data:(image\/[a-z+]+);base64,([A-Za-z0-9+/]+={0,2})$/.exec(image) ?? [];
  const begins = BEGINNINGS[type];
  if (!begins || base64.length % 4 !== 0) return null;
  const binary = atob(base64);
  if (binary.length > LOGO_BYTES_MAX || !begins(binary)) return null;
  return { type, bytes: Uint8Array.from(binary, (char) => char.charCodeAt(0)) };
}

const LOGO_WANTED = `a PNG, JPEG, WebP or SVG picture of at most ${LOGO_BYTES_MAX / 1024} KB, as data:image/png;base64,…`;

export const ThemeSchema = z.strictObject({
  /** Of buttons, links and marks. The page takes a lighter or darker one where it could not be read otherwise. */
  color: z
    .string()
    .regex(/^#[0-9A-Fa-f]{6}$/, "a colour as #0b6b5d")
    .optional(),
  logo: z
    .strictObject({
      image: z
        .string()
        .max(LOGO_TEXT_MAX, LOGO_WANTED)
        .refine((image) => readLogo(image) !== null, LOGO_WANTED),
      /** What the picture says, for those who do not see it: most often a name. */
      alt: NfcString.min(1).max(200),
    })
    .optional(),
});

export type Theme = Readonly<z.infer<typeof ThemeSchema>>;

/** A site that may show the form in a frame: an origin, also one of all hosts below a name, or of this machine. */
export const SiteSchema = z
  .string()
  .max(200)
  .regex(
    /^(?:https:\/\/(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+|http:\/\/(?:localhost|127\.0\.0\.1))(?::[1-9]\d{0,4})?$/,
    "a site as https://example.org or https://*.example.org, without a path",
  );
