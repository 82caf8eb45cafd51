const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * Bytes as hexadecimal digits, two a byte. Pure; part of every submission, so it looks digits up instead of making
 * them.
 */
export function toHex(bytes: Uint8Array): string {
  let hex = "";
  for (let i = 0; i < bytes.length; i += 1) hex += HEX[bytes[i] as number];
  return hex;
}
