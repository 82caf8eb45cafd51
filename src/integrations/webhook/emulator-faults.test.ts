import { expect, it } from "vitest";
import { type FaultInput, strike } from "./emulator-faults";

it("strikes the share of the calls that a fault has, and leaves the rest to the next", () => {
  const faults: FaultInput[] = [{ mode: "error_before", rate: 0.25 }, { mode: "drop_after" }];
  const struck = Array.from({ length: 8 }, (_, i) => strike(faults, "{}", () => i / 8)?.mode);
  expect(struck).toEqual(["error_before", "error_before", ...Array(6).fill("drop_after")]);
});
