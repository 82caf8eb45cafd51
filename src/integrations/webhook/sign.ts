/**
 * Signatures of Standard Webhooks 1.0 over `id.timestamp.body`: HMAC-SHA256 (v1) and ed25519 (v1a). Called by
 * deliver.ts to sign, by the emulated receiver to verify.
 */
import { importPrivateKey, readKey, toBase64 } from "./keys";
import type { Secrets } from "./manifest";

/** What is signed. `timestamp`: seconds since the epoch, of the attempt. */
export interface Message {
  readonly id: string;
  readonly timestamp: number;
  readonly body: string;
}

/** The value of `webhook-signature` for a message: a signature by each key that holds. */
export type Signer = (message: Message) => Promise<string>;

/** A receiver takes messages whose timestamp is this far from its own clock (the standard's libraries). */
export const TOLERANCE_SECONDS = 300;

const encoder = new TextEncoder();
const contentOf = ({ id, timestamp, body }: Message) => encoder.encode(`${id}.${timestamp}.${body}`);

/** The keys that hold at `now` (milliseconds): the present ones first. */
export const keysAt = (secrets: Secrets, now: number): Pick<Secrets, "secret" | "privateKey">[] => [
  secrets,
  ...(secrets.previous ?? []).filter(({ until }) => until > now),
];

/** Prepares the keys: the present ones, and those rotated out that still hold at `now` (milliseconds). */
export async function makeSigner(secrets: Secrets, now: number): Promise<Signer> {
  const pairs = keysAt(secrets, now);
  const shared = await Promise.all(
    pairs.flatMap(({ secret }) => (secret === undefined ? [] : [importSecret(secret, ["sign"])])),
  );
  const own = await Promise.all(
    pairs.flatMap(({ privateKey }) => (privateKey === undefined ? [] : [importPrivateKey(privateKey)])),
  );
  return async (message) => {
    const content = contentOf(message);
    const sign = async (version: string, algorithm: string, key: CryptoKey) =>
      `${version},${toBase64(new Uint8Array(await crypto.subtle.sign(algorithm, key, content)))}`;
    const signatures = [
      ...shared.map((key) => sign("v1", "HMAC", key)),
      ...own.map((key) => sign("v1a", "Ed25519", key)),
    ];
    return (await Promise.all(signatures)).join(" ");
  };
}

/**
 * Whether a message bears a signature by this key (`whsec_` or `whpk_`) and is not old at `now` (milliseconds). Never
 * throws.
 */
export async function verifyMessage(
  key: string,
  { signature, ...message }: Message & { readonly signature: string },
  now: number,
): Promise<boolean> {
  if (!(Math.abs(now / 1000 - message.timestamp) <= TOLERANCE_SECONDS)) return false;
  const publicKey = readKey(key, "whpk_");
  const version = publicKey ? "v1a" : "v1";
  const algorithm = publicKey ? "Ed25519" : "HMAC";
  if (!publicKey && !readKey(key, "whsec_")) return false;
  const imported = publicKey
    ? await crypto.subtle.importKey("raw", publicKey, algorithm, false, ["verify"])
    : await importSecret(key, ["verify"]);
  for (const part of signature.split(" ")) {
    const [name, value = ""] = part.split(",");
    const bytes = name === version ? fromBase64(value) : null;
    if (bytes && (await crypto.subtle.verify(algorithm, imported, bytes, contentOf(message)))) return true;
  }
  return false;
}

function importSecret(secret: string, use: ["sign"] | ["verify"]): Promise<CryptoKey> {
  const bytes = readKey(secret, "whsec_");
  if (!bytes) throw new TypeError("not a signing secret");
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, use);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
