import { describe, expect, it } from "vitest";
import { parseKeyRing, seal, unseal } from "./seal";

const key = (id: string, fill: number) => `${id}:${btoa(String.fromCharCode(...new Uint8Array(32).fill(fill)))}`;
const random = <T extends Uint8Array>(bytes: T) => crypto.getRandomValues(bytes);

describe("sealed secrets", () => {
  it("come back with the key that sealed them, also after a newer key is put in front", async () => {
    const before = parseKeyRing(key("k1", 1));
    const sealed = await seal(before, '{"authToken":"s3cret"}', random);
    expect(sealed.keyId).toBe("k1");
    expect(sealed.sealed).not.toContain("s3cret");
    const after = parseKeyRing(`${key("k2", 2)},${key("k1", 1)}`);
    expect(await unseal(after, sealed)).toBe('{"authToken":"s3cret"}');
    expect((await seal(after, "x", random)).keyId).toBe("k2");
  });

  it("never look the same twice", async () => {
    const ring = parseKeyRing(key("k1", 1));
    expect((await seal(ring, "same", random)).sealed).not.toBe((await seal(ring, "same", random)).sealed);
  });

  it("do not open with another key, a missing key, or after a change", async () => {
    const sealed = await seal(parseKeyRing(key("k1", 1)), "secret", random);
    await expect(unseal(parseKeyRing(key("k1", 9)), sealed)).rejects.toThrow();
    await expect(unseal(parseKeyRing(key("k2", 1)), sealed)).rejects.toThrow("k1");
    const changed = { ...sealed, sealed: `A${sealed.sealed.slice(1)}` };
    if (changed.sealed !== sealed.sealed) {
      await expect(unseal(parseKeyRing(key("k1", 1)), changed)).rejects.toThrow();
    }
  });

  it.each(["", "k1", "k1:!!!", "k1:c2hvcnQ=", "k 1:AAAA"])(
    "a key ring %j is refused without being repeated",
    (text) => {
      expect(() => parseKeyRing(text)).toThrow(TypeError);
      if (text.length > 4) expect(() => parseKeyRing(text)).not.toThrow(text);
    },
  );
});
