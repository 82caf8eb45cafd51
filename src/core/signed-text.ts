/**
 * Signs texts that are given out and come back: HMAC-SHA-256 (RFC 2104) with a key of its own for each purpose, derived
 * from the encryption key (HKDF, RFC 5869), so that no use says anything about another.
 */
import type { KeyRing } from "./seal";

/** What a signature looks like: 32 bytes in base64url. */
export const SIGNATURE = "[A-Za-z0-9_-]{43}";
const WHOLE_SIGNATURE = new RegExp(`^${SIGNATURE}$`);

/** The signature of a text, fit for a URL, with the ring's current key. */
export async function signText(ring: KeyRing, purpose: string, text: string): Promise<string> {
  const key = await signingKey(ring, ring.current, purpose);
  return toBase64Url(new Uint8Array(await crypto.subtle.sign("HMAC", key, bytesOf(text))));
}

/** Whether a key of the ring made this signature of the text. Compares in constant time. */
export async function isSigned(
  ring: KeyRing,
  purpose: string,
  { text, signature }: { text: string; signature: string },
): Promise<boolean> {
  if (!WHOLE_SIGNATURE.test(signature)) return false;
  const bytes = fromBase64Url(signature);
  // 43 characters have two bits more than 32 bytes: a signature has one spelling.
  if (toBase64Url(bytes) !== signature) return false;
  for (const id of ring.keys.keys()) {
    const key = await signingKey(ring, id, purpose);
    if (await crypto.subtle.verify("HMAC", key, bytes, bytesOf(text))) return true;
  }
  return false;
}

async function signingKey(ring: KeyRing, id: string, purpose: string): Promise<CryptoKey> {
  const bytes = ring.keys.get(id);
  if (!bytes) throw new RangeError(`the encryption key ${id} is not among FORMLOG_ENCRYPTION_KEY`);
  const secret = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"]);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: bytesOf(purpose) } as const;
  const algorithm = { name: "HMAC", hash: "SHA-256", length: 256 };
  return crypto.subtle.deriveKey(derivation, secret, algorithm, false, ["sign", "verify"]);
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Bytes as text that is fit for a URL. */
export const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
