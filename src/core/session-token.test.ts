import { describe, expect, it } from "vitest";
import { type KeyRing, parseKeyRing } from "./seal";
import {
  endOf,
  IDLE_MS,
  isFormOf,
  readFlash,
  readSession,
  SESSION_MS,
  signFlash,
  signForms,
  signSession,
} from "./session-token";

const base64 = (char: string) => btoa(char.repeat(32));
const ring: KeyRing = parseKeyRing(`a:${base64("a")}`);
const NOW = 1_795_464_000_000;
const claims = { id: `sess_${"0".repeat(16)}`, keyHash: "ab".repeat(32), startedAt: NOW, seenAt: NOW + 1 };

describe("a session's token", () => {
  it("says what was signed, in characters that a cookie takes", async () => {
    const token = await signSession(ring, claims);
    expect(token).toMatch(/^[A-Za-z0-9_.-]+$/);
    expect(await readSession(ring, token)).toEqual(claims);
  });

  it("outlives a new key while the old one is in the ring, and no longer", async () => {
    const token = await signSession(ring, claims);
    expect(await readSession(parseKeyRing(`b:${base64("b")},a:${base64("a")}`), token)).toEqual(claims);
    expect(await readSession(parseKeyRing(`b:${base64("b")}`), token)).toBeNull();
  });

  it("ends when it was not used for long, and in any case a day after it began", () => {
    expect(endOf(claims)).toBe(claims.seenAt + IDLE_MS);
    expect(endOf({ ...claims, seenAt: NOW + SESSION_MS - 1 })).toBe(NOW + SESSION_MS);
  });
});

it("a signature for one purpose is none for another, and none of another session", async () => {
  const [form, flash] = [await signForms(ring, claims.id), await signFlash(ring, claims.id, "Saved.")];
  const other = `sess_${"1".repeat(16)}`;
  expect(await isFormOf(ring, claims.id, form)).toBe(true);
  expect(await isFormOf(ring, other, form)).toBe(false);
  expect(await isFormOf(ring, claims.id, flash.slice(0, 43))).toBe(false);
  expect(await readFlash(ring, claims.id, flash)).toBe("Saved.");
  expect(await readFlash(ring, other, flash)).toBeNull();
  expect(await readFlash(ring, claims.id, `${form}${claims.id}`)).toBeNull();
  const [text, signature] = [`${claims.id}.${claims.keyHash}`, form];
  expect(await readSession(ring, `${text}.1.1.${signature}`)).toBeNull();
});
