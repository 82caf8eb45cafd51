import { expect, it } from "vitest";
import { ONCE_SECONDS, openOnce, sealOnce } from "./once";
import { parseKeyRing } from "./seal";

const ring = parseKeyRing(`a:${btoa("an encryption key of 32 bytes !!")}`);
const random = <T extends Uint8Array<ArrayBuffer>>(bytes: T) => crypto.getRandomValues(bytes);
const PLACE = { session: "sess_a", path: "/console/keys", now: 1_000 };
const ONCE = { note: "Keep it.", texts: { Key: "fl_very_secret" } };

it("is opened on its page of its session within a minute, and not read on the way", async () => {
  const text = await sealOnce(ring, ONCE, { ...PLACE, random });
  expect(text).not.toContain("secret");
  expect(await openOnce(ring, text, PLACE)).toEqual(ONCE);
  for (const other of [{ session: "sess_b" }, { path: "/console/forms" }, { now: PLACE.now + ONCE_SECONDS * 1000 }]) {
    expect(await openOnce(ring, text, { ...PLACE, ...other }), JSON.stringify(other)).toBeNull();
  }
});

it.each(["", "a", "a AAAA", "b AAAA"])("what somebody made up is nothing: %j", async (text) => {
  expect(await openOnce(ring, text, PLACE)).toBeNull();
});
