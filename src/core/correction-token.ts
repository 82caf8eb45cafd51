/** The text of a correction link: the one response that it opens and its expiry, signed (core/signed-text.ts). */
import type { KeyRing } from "./seal";
import { isSigned, SIGNATURE, signText } from "./signed-text";

export interface CorrectionClaims {
  /** Public id of the response. */
  readonly response: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const PURPOSE = "formlog correction link v1";
const SHAPE = new RegExp(`^corr_([0-9a-z]{10,64})\\.([1-9a-z][0-9a-z]{0,10})\\.(${SIGNATURE})$`);

/** The token for these claims, fit for a URL; the same ones get the same token. */
export async function signCorrection(ring: KeyRing, { response, expiresAt }: CorrectionClaims): Promise<string> {
  const text = `${response}.${expiresAt.toString(36)}`;
  return `corr_${text}.${await signText(ring, PURPOSE, text)}`;
}

/** What a token claims, or null unless a key of the ring signed it. Says nothing of its expiry. */
export async function readCorrection(ring: KeyRing, token: string): Promise<CorrectionClaims | null> {
  const [, response, expiry, signature] = SHAPE.exec(token) ?? [];
  if (response === undefined || expiry === undefined || signature === undefined) return null;
  if (!(await isSigned(ring, PURPOSE, { text: `${response}.${expiry}`, signature }))) return null;
  return { response, expiresAt: Number.parseInt(expiry, 36) };
}
