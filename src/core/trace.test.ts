import { describe, expect, it } from "vitest";
import { startTrace, traceparent } from "./trace";

const ones = (bytes: Uint8Array) => bytes.fill(0x1f);
const ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

describe("a trace", () => {
  it.each([
    [`00-${ID}-${SPAN}-01`, "01"],
    [`00-${ID}-${SPAN}-00`, "00"],
    [`00-${ID}-${SPAN}-ff`, "01"],
    [`01-${ID}-${SPAN}-01-more`, "01"],
    [`cc-${ID}-${SPAN}-00`, "00"],
  ])("is the client's: %s", (header, flags) => {
    expect(startTrace("req_1", header, ones)).toEqual({ request: "req_1", id: ID, flags });
  });

  it.each([
    undefined,
    null,
    "",
    "nonsense",
    `00-${ID}-${SPAN}-01-more`,
    `00-${ID}-${SPAN}-0`,
    `00-${ID}-${SPAN}-01 `,
    `ff-${ID}-${SPAN}-01`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${ID}-${"0".repeat(16)}-01`,
    `00-${ID.toUpperCase()}-${SPAN}-01`,
    `00-${ID.slice(1)}-${SPAN}-01`,
    `00-${ID}-${SPAN}-01, 00-${ID}-${SPAN}-01`,
  ])("is a new one when the client sends %s", (header) => {
    expect(startTrace("req_1", header, ones)).toEqual({ request: "req_1", id: "1f".repeat(16), flags: "00" });
  });

  it("goes on as a header of a span of its own", () => {
    expect(traceparent({ request: "req_1", id: ID, flags: "01" }, ones)).toBe(`00-${ID}-${"1f".repeat(8)}-01`);
  });
});
