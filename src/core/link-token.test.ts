import { describe, expect, it } from "vitest";
import { readLink, signLink } from "./link-token";
import { type KeyRing, parseKeyRing } from "./seal";

const base64 = (char: string) => btoa(char.repeat(32));
const ring: KeyRing = parseKeyRing(`a:${base64("a")}`);
const claims = { link: `link_${"0".repeat(16)}`, form: `form_${"z".repeat(16)}`, expiresAt: 1_798_761_600_000 };

describe("a collector link", () => {
  it.each([claims.expiresAt, null])("says what was signed (expiry %s), in characters that a URL takes", async (at) => {
    const token = await signLink(ring, { ...claims, expiresAt: at });
    expect(token).toMatch(/^[A-Za-z0-9_.-]+$/);
    expect(await readLink(ring, token)).toEqual({ ...claims, expiresAt: at });
  });

  it("with anything changed in it is none", async () => {
    const token = await signLink(ring, claims);
    const [link = "", form = "", expiry = "", signature = ""] = token.split(".");
    const other = `${"1".repeat(16)}`;
    const changed = [
      [`link_${other}`, form, expiry, signature],
      [link, `form_${other}`, expiry, signature],
      [link, form, "0", signature],
      [link, form, `${expiry}0`, signature],
      [link, form, expiry, signature.replace(/^./, (char) => (char === "A" ? "B" : "A"))],
      [link, form, expiry, ""],
      [link, form, expiry, `${signature}A`],
    ];
    for (const parts of changed) expect(await readLink(ring, parts.join("."))).toBeNull();
  });

  it("outlives a new key while the old one is in the ring, and no longer", async () => {
    const token = await signLink(ring, claims);
    expect(await readLink(parseKeyRing(`b:${base64("b")},a:${base64("a")}`), token)).toEqual(claims);
    expect(await readLink(parseKeyRing(`b:${base64("b")}`), token)).toBeNull();
  });

  it("is not signed with the encryption key itself", async () => {
    const token = await signLink(ring, claims);
    const text = token.slice(0, token.lastIndexOf("."));
    const raw = await crypto.subtle.importKey(
      "raw",
      new TextEncoder().encode("a".repeat(32)),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign"],
    );
    const plain = new Uint8Array(await crypto.subtle.sign("HMAC", raw, new TextEncoder().encode(text)));
    const encoded = btoa(String.fromCharCode(...plain))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replace(/=+$/, "");
    expect(token.endsWith(encoded)).toBe(false);
  });
});
