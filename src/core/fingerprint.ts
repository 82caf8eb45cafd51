/** By which it is known whether two requests with one key had the same content. */
import { toNfc } from "./nfc";
import { sha256 } from "./sha256";

/** A digest of JSON, the same for the same content: 32 hexadecimal digits. */
export const fingerprintOf = async (content: unknown): Promise<string> =>
  (await sha256(canonical(content))).slice(0, 32);

/** JSON with sorted keys, in NFC: the same content has one text. Depth is bounded by the reader of bodies. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "string") return JSON.stringify(toNfc(value));
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value)
    .map(([k, v]) => [toNfc(k), v] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(",")}}`;
}
