/**
 * Sealing of stored credentials: AES-256-GCM (NIST SP 800-38D) under a key from a worker secret. The key's id is stored
 * with the sealed text, so that keys can be rotated: the first key of the ring seals, every key of it opens.
 */

export interface KeyRing {
  /** Keys by id, 32 bytes each. */
  readonly keys: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly current: string;
}

const NONCE_BYTES = 12;

/**
 * Reads `id:base64,id:base64 …` (first: the current key). Throws a TypeError that says what is wrong, without the key.
 */
export function parseKeyRing(text: string): KeyRing {
  const keys = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const part of text.split(",")) {
    const match = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_=-]+)$/.exec(part.trim());
    if (!match?.[1] || !match[2]) throw new TypeError("write it as id:base64, several separated by commas");
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = fromBase64(match[2].replaceAll("-", "+").replaceAll("_", "/"));
    } catch {
      throw new TypeError(`key ${match[1]} is not base64`);
    }
    if (bytes.length !== 32) throw new TypeError(`key ${match[1]} has ${bytes.length} bytes; it needs 32`);
    keys.set(match[1], bytes);
  }
  const [current] = keys.keys();
  if (current === undefined) throw new TypeError("it has no key");
  return { keys, current };
}

/** Seals a text; `random` fills the nonce. Returns base64 of nonce and ciphertext, and the id of the key used. */
export async function seal(
  ring: KeyRing,
  plain: string,
  random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
): Promise<{ sealed: string; keyId: string }> {
  const iv = random(new Uint8Array(NONCE_BYTES));
  const key = await importKey(ring, ring.current);
  const cipher = new Uint8Array(
    await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(plain)),
  );
  const joined = new Uint8Array(iv.length + cipher.length);
  joined.set(iv);
  joined.set(cipher, iv.length);
  return { sealed: toBase64(joined), keyId: ring.current };
}

/** Opens a sealed text. Throws when its key is not in the ring or the text was changed. */
export async function unseal(ring: KeyRing, { sealed, keyId }: { sealed: string; keyId: string }): Promise<string> {
  const bytes = fromBase64(sealed);
  const key = await importKey(ring, keyId);
  const iv = bytes.subarray(0, NONCE_BYTES);
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, bytes.subarray(NONCE_BYTES));
  return new TextDecoder().decode(plain);
}

async function importKey(ring: KeyRing, id: string): Promise<CryptoKey> {
  const bytes = ring.keys.get(id);
  if (!bytes) throw new RangeError(`the encryption key ${id} is not among FORMLOG_ENCRYPTION_KEY`);
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
