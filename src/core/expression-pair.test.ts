import { describe, expect, it } from "vitest";
import { compilePair } from "./expression-pair";
import { DefinitionSchema } from "./form-schema";

const definition = DefinitionSchema.parse({
  title: "T",
  questions: [
    { ref: "km", type: "number", title: "Km" },
    { ref: "city", type: "short_text", title: "City" },
    { ref: "type", type: "short_text", title: "Type" },
    { ref: "crops", type: "multiple_choice", title: "Crops", choices: [{ id: "rice", label: "Rice" }] },
    { ref: "spot", type: "location", title: "Where" },
  ],
});

const holds = (source: string, one: object, other: object): boolean => {
  const condition = compilePair(source, definition);
  if (!condition.ok) throw new Error(condition.detail);
  return condition.evaluate(one as never, other as never);
};

it.each<[string, object, object, boolean]>([
  ["this.km < other.km", { km: 1 }, { km: 2 }, true],
  ["this.km < other.km", { km: 2 }, { km: 2 }, false],
  ["this.km + 10 < other.km", { km: 1 }, { km: 12 }, true],
  ["this.km == 18", { km: 18 }, {}, true],
  ["this.city == other.city", { city: "a" }, { city: "a" }, true],
  ["this.type != other.type", { type: "a" }, { type: "b" }, true],
  ["this.crops.exists(c, c in other.crops)", { crops: ["rice"] }, { crops: ["rice"] }, true],
  ["this.spot.latitude > other.spot.latitude", { spot: { latitude: 2 } }, { spot: { latitude: 1 } }, true],
  ['matches(this.city, "^p") && matches(other.city, "^p")', { city: "pune" }, { city: "patna" }, true],
  // What is missing can't be compared, not even with another missing one.
  ["this.city == other.city", {}, {}, false],
  ["this.city != other.city", { city: "a" }, {}, false],
  ["!has(other.city)", {}, {}, true],
])("%s of %j and %j: %j", (source, one, other, expected) => {
  expect(holds(source, one, other)).toBe(expected);
});

describe("what can't be a condition says why", () => {
  it.each([
    ["this.nope > 1", /nope/],
    ["km > other.km", /km/],
    ["this.city > 1", /string > int/],
    ["this == other", /overload/],
    ["this.km + other.km", /true or false, and it is double/],
    ["this.km >", /at character/],
    ["matches(this.city, other.city)", /pattern in quotes/],
    ["this.crops.map(c, c) == []", /exists\(\) or all\(\)/],
    ['matches(this.city, "[a-z]{199}")', /too large/],
    ["x".repeat(2_001), /2000 characters/],
  ])("%s", (source, detail) => {
    expect(compilePair(source, definition)).toMatchObject({ ok: false, detail: expect.stringMatching(detail) });
  });
});
