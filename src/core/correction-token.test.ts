import { expect, it } from "vitest";
import { readCorrection, signCorrection } from "./correction-token";
import { signLink } from "./link-token";
import type { KeyRing } from "./seal";

const keyOf = (fill: number) => new Uint8Array(32).fill(fill);
const ring: KeyRing = { current: "a", keys: new Map([["a", keyOf(1)]]) };
const claims = { response: "tv26n5xhnb", expiresAt: 1_795_464_000_000 };

it("a token says what it opens, and the same claims get the same token", async () => {
  const token = await signCorrection(ring, claims);
  expect(token).toMatch(/^corr_[A-Za-z0-9._-]+$/);
  expect(await readCorrection(ring, token)).toEqual(claims);
  expect(await signCorrection(ring, claims)).toBe(token);
});

it("nothing else is taken: another response, another time, a cut one, another key, another kind of link", async () => {
  const token = await signCorrection(ring, claims);
  const [response = "", expiry = "", signature = ""] = token.split(".");
  const forged = [
    `corr_tv26n5xhnc.${expiry}.${signature}`,
    `${response}.${(claims.expiresAt + 1).toString(36)}.${signature}`,
    token.slice(0, -1),
    `${token}A`,
    token.replace(/^corr_/, ""),
    "",
  ];
  for (const one of forged) expect(await readCorrection(ring, one), one).toBeNull();
  expect(await readCorrection({ current: "b", keys: new Map([["b", keyOf(2)]]) }, token)).toBeNull();
  const link = await signLink(ring, {
    link: `link_${"0".repeat(16)}`,
    form: `form_${"0".repeat(16)}`,
    expiresAt: null,
  });
  expect(await readCorrection(ring, `corr_tv26n5xhnb.${expiry}.${link.split(".").at(-1)}`)).toBeNull();
});

it("a token of an older key of the ring goes on working", async () => {
  const token = await signCorrection(ring, claims);
  const rotated: KeyRing = {
    current: "b",
    keys: new Map([
      ["b", keyOf(2)],
      ["a", keyOf(1)],
    ]),
  };
  expect(await readCorrection(rotated, token)).toEqual(claims);
});
