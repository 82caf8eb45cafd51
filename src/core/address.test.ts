import { expect, it } from "vitest";
import { networkOf } from "./address";

it.each([
  ["203.0.113.7", "203.0.113.7"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:0001:0002::9", "2001:db8:1:2::/64"],
  ["2001:db8::9", "2001:db8:0:0::/64"],
  ["2001:db8::1:2:3:4:5", "2001:db8:0:1::/64"],
  ["::1", null],
  ["127.0.0.1", null],
  ["::ffff:127.0.0.1", null],
  ["", null],
  [undefined, null],
])("%s counts as %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});
