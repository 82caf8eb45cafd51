/**
 * Signing keys as Standard Webhooks 1.0 writes them: `whsec_` and 24 to 64 random bytes for HMAC-SHA256 (v1), `whsk_`
 * and `whpk_` for ed25519 (v1a), all in base64. A private key is its seed and its public key (64 bytes), or the seed
 * alone.
 */
import type { Credentials, RandomBytes } from "../../core/credentials";
import type { Secrets } from "./manifest";

const SECRET_BYTES = 32;
const SEED_BYTES = 32;
/** How long receivers have to learn a new key: messages are signed with the old one too. */
const OVERLAP_MS = 24 * 3_600_000;
/** Old keys that are kept at most: each is a signature in the header. */
const PREVIOUS_MAX = 4;
/** PKCS #8 of an ed25519 key, before its seed (RFC 8410, section 7). */
const PKCS8 = Uint8Array.from([48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32]);

/** The bytes of a key, or null: another prefix, no base64, or not as long as it must be. */
export function readKey(text: string, prefix: "whsec_" | "whsk_" | "whpk_"): Uint8Array<ArrayBuffer> | null {
  if (!text.startsWith(prefix)) return null;
  try {
    const bytes = Uint8Array.from(atob(text.slice(prefix.length)), (character) => character.charCodeAt(0));
    return LENGTHS[prefix](bytes.length) ? bytes : null;
  } catch {
    return null;
  }
}

const LENGTHS = {
  whsec_: (n: number) => n >= 24 && n <= 64,
  whsk_: (n: number) => n === SEED_BYTES || n === 64,
  whpk_: (n: number) => n === 32,
} as const;

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** The ed25519 key that signs. Throws a TypeError when the text is no private key. */
export async function importPrivateKey(privateKey: string, extractable = false): Promise<CryptoKey> {
  const bytes = readKey(privateKey, "whsk_");
  if (!bytes) throw new TypeError("not a private key");
  const pkcs8 = new Uint8Array(PKCS8.length + SEED_BYTES);
  pkcs8.set(PKCS8);
  pkcs8.set(bytes.subarray(0, SEED_BYTES), PKCS8.length);
  return crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", extractable, ["sign"]);
}

/** A new pair of keys for a receiver: it may use either. */
async function generate(random: RandomBytes): Promise<Secrets> {
  const secret = `whsec_${toBase64(random(new Uint8Array(SECRET_BYTES)))}`;
  const seed = random(new Uint8Array(SEED_BYTES));
  const publicKey = await derivePublicKey(seed);
  const both = new Uint8Array(64);
  both.set(seed);
  both.set(publicKey, SEED_BYTES);
  return { secret, privateKey: `whsk_${toBase64(both)}` };
}

async function derivePublicKey(seed: Uint8Array): Promise<Uint8Array> {
  const key = await importPrivateKey(`whsk_${toBase64(seed)}`, true);
  const { x = "" } = (await crypto.subtle.exportKey("jwk", key)) as JsonWebKey;
  const base64 = x.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** What signs from now on, and what signs beside it for a day. Custom headers stay. */
async function rotate(old: Secrets, { now, random }: { now: number; random: RandomBytes }): Promise<Secrets> {
  const { secret, privateKey, previous = [], ...kept } = old;
  const retired = { ...(secret && { secret }), ...(privateKey && { privateKey }), until: now + OVERLAP_MS };
  const valid = [retired, ...previous.filter(({ until }) => until > now)];
  return { ...kept, ...(await generate(random)), previous: valid.slice(0, PREVIOUS_MAX) };
}

/** What the receiver must know: the shared secret, and the public key that belongs to the private one. */
function shown({ secret, privateKey }: Secrets): Record<string, string> {
  const bytes = privateKey === undefined ? null : readKey(privateKey, "whsk_");
  const publicKey = bytes?.length === 64 ? `whpk_${toBase64(bytes.subarray(SEED_BYTES))}` : undefined;
  return { ...(secret && { secret }), ...(publicKey && { publicKey }) };
}

export const credentials: Credentials<Secrets> = { generate, rotate, shown };
