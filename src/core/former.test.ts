import { describe, expect, it } from "vitest";
import type { Definition, Question } from "./form";
import { holdsFormer, withFormer } from "./former";

const version = (...questions: Question[]): Definition => ({ title: "T", questions });
const city = (...choices: [id: string, label: string][]): Question => ({
  ref: "city",
  type: "dropdown",
  title: "City",
  choices: choices.map(([id, label]) => ({ id, label })),
});
const NAME: Question = { ref: "name", type: "short_text", title: "Name" };
const OLD: Question = { ref: "old", type: "short_text", title: "Old" };

const VERSIONS = new Map([
  [1, version(NAME, city(["pune", "Poona"], ["agra", "Agra"]), OLD)],
  [2, version(NAME, city(["pune", "Pune"], ["delhi", "Delhi"]))],
  [3, version(NAME, city(["delhi", "New Delhi"]))],
  [4, version(NAME, city(["pune", "Pune again"]))],
]);
const newest = VERSIONS.get(3) ?? version();

describe("what a version has no more", () => {
  it("is seen in the answers that hold it", () => {
    expect(holdsFormer(newest, { name: "a", city: "delhi" })).toBe(false);
    expect(holdsFormer(newest, { city: "pune" })).toBe(true);
    expect(holdsFormer(newest, { old: "a" })).toBe(true);
    const many = version({ ...city(["a", "A"], ["b", "B"]), type: "multiple_choice" });
    expect([holdsFormer(many, { city: ["a", "b"] }), holdsFormer(many, { city: ["a", "c"] })]).toEqual([false, true]);
  });

  it("stands behind its own, as the version before had it; later ones have no say", () => {
    expect(withFormer(VERSIONS, { version: 3, held: new Set(["city"]) })?.questions).toEqual([
      NAME,
      city(["delhi", "New Delhi"], ["pune", "Pune"], ["agra", "Agra"]),
    ]);
    expect(withFormer(VERSIONS, { version: 3, held: new Set(["old"]) })?.questions[2]).toEqual(OLD);
    expect(withFormer(VERSIONS, { version: 9, held: new Set() })).toBeNull();
  });
});
