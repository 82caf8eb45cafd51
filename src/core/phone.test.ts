import { expect, it } from "vitest";
import { toE164 } from "./phone";

it.each([
  ["+919876543210", undefined, "+919876543210"],
  ["+91 98765 43210", undefined, "+919876543210"],
  ["+91 98765 43210", "GB", "+919876543210"],
  ["098765-43210", "IN", "+919876543210"],
  ["9876543210", "IN", "+919876543210"],
  ["020 7946 0958", "GB", "+442079460958"],
  ["(415) 555-2671", "US", "+14155552671"],
  ["９８７６５ ４３２１０", "IN", "+919876543210"],
  ["9876543210", undefined, null],
  ["9876543210", "XX", null],
  ["12345", "IN", null],
  ["+1 555", "US", null],
  ["call me at 9876543210", "IN", null],
  ["", "IN", null],
])("%s from %s is %s", (typed, country, number) => {
  expect(toE164(typed, country)).toBe(number);
});
