import { toHex } from "./hex";

const utf8 = new TextEncoder();

/** SHA-256 of bytes, or of a text in UTF-8, as 64 hexadecimal digits. */
export async function sha256(of: string | BufferSource): Promise<string> {
  const bytes = typeof of === "string" ? utf8.encode(of) : of;
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}
