import { expect, it } from "vitest";
import { countSegments } from "./segments";

it.each([
  ["", "GSM-7", 1],
  ["a".repeat(160), "GSM-7", 1],
  ["a".repeat(161), "GSM-7", 2],
  ["a".repeat(306), "GSM-7", 2],
  ["a".repeat(307), "GSM-7", 3],
  ["€".repeat(80), "GSM-7", 1],
  ["€".repeat(81), "GSM-7", 2],
  ["’", "UCS-2", 1],
  ["न".repeat(70), "UCS-2", 1],
  ["न".repeat(71), "UCS-2", 2],
  ["😀".repeat(35), "UCS-2", 1],
  ["😀".repeat(36), "UCS-2", 2],
] as const)("%.12s… is %s in %i", (text, encoding, segments) => {
  expect(countSegments(text)).toEqual({ encoding, segments });
});
