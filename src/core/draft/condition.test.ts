import { describe, expect, it } from "vitest";
import { compileExpression } from "../expression";
import type { Definition } from "../form";
import { type Condition, readCondition, type Term, writeCondition } from "./condition";

const choices = [
  { id: "rice", label: "Rice" },
  { id: "maize", label: 'Maize, "sweet"' },
];
const definition: Definition = {
  title: "F",
  questions: [
    { ref: "name", type: "short_text", title: "Name" },
    { ref: "income", type: "number", title: "Income" },
    { ref: "savings", type: "integer", title: "Savings" },
    { ref: "ill", type: "yes_no", title: "Ill?" },
    { ref: "crop", type: "single_choice", title: "Crop", choices },
    { ref: "crops", type: "multiple_choice", title: "Crops", choices },
    { ref: "day", type: "date", title: "Day" },
    { ref: "place", type: "location", title: "Place" },
  ],
};

const one = (ref: string, is: Term["is"], value = "", other = ""): Condition => ({
  join: "all",
  terms: [{ ref, is, value, other }],
});

describe.each([
  [one("name", "is", 'A "b" \\ && || c'), 'name == "A \\"b\\" \\\\ && || c"'],
  [one("name", "contains", "sh"), 'name.contains("sh")'],
  [one("name", "contains_not", "sh"), '!name.contains("sh")'],
  [one("name", "begins", "Dr"), 'name.startsWith("Dr")'],
  [one("income", "at_most", "-12.5"), "income <= -12.5"],
  [one("savings", "at_most", "", "income"), "savings <= income"],
  [one("ill", "is", "yes"), "ill == true"],
  [one("crop", "is_not", 'Maize, "sweet"'), 'crop != "maize"'],
  [one("crops", "contains", "Rice"), '"rice" in crops'],
  [one("crops", "contains_not", "Rice"), '!("rice" in crops)'],
  [one("day", "more", "2026-11-24"), 'day > "2026-11-24"'],
  [one("place", "answered"), "place != null"],
  [one("name", "unanswered"), "name == null"],
] as const)("%j", (condition, expression) => {
  it(`is ${expression}, which can be evaluated and read again`, () => {
    expect(writeCondition(condition, definition)).toEqual({ ok: true, expression });
    const compiled = compileExpression(expression, definition);
    expect(compiled).toMatchObject({ ok: true });
    if ("facts" in compiled && typeof compiled.facts === "function") {
      expect(compiled.facts()).toMatchObject({ mistake: null, type: "bool" });
    }
    expect(readCondition(expression, definition)).toEqual(condition);
  });
});

it("several are joined by all or any of them", () => {
  const condition: Condition = {
    join: "any",
    terms: [...one("name", "is", "a && b").terms, ...one("ill", "is", "no").terms],
  };
  const expression = 'name == "a && b" || ill == false';
  expect(writeCondition(condition, definition)).toEqual({ ok: true, expression });
  expect(readCondition(expression, definition)).toEqual(condition);
});

it("reads what a person would write just as well", () => {
  expect(readCondition("ill", definition)).toEqual(one("ill", "is", "yes"));
  expect(readCondition("!ill&&income>5", definition)).toBeNull();
  expect(readCondition("income > 5 && !ill", definition)?.terms).toHaveLength(2);
});

it.each([
  "income > 5 && ill || name == null",
  "(income > 5)",
  "income + savings > 5",
  "size(name) > 3",
  "crop == 'rice'",
  'crop == "barley"',
  'income == "5"',
  "unknown == 1",
  "5 < income",
  'name == " a"',
  'name == "a\\nb"',
  "",
])("leaves %s to those who write expressions", (expression) => {
  expect(readCondition(expression, definition)).toBeNull();
});

it.each([
  [one("income", "more", "ten"), "a number"],
  [one("income", "contains", "1"), "is no text"],
  [one("ill", "is", "perhaps"), "yes or no"],
  [one("crop", "is", "Barley"), "It has: Rice"],
  [one("crop", "more", "Rice"), "have no order"],
  [one("crops", "is", "Rice"), "takes several choices"],
  [one("name", "is", ""), "Say what"],
  [one("name", "is", "", "income"), "different kinds"],
  [one("gone", "is", "a"), "does not have"],
  [one("place", "is", "a"), "whether it has an answer"],
] as const)("%j is refused in words", (condition, words) => {
  const written = writeCondition(condition, definition);
  expect(written.ok ? "" : written.mistake).toContain(words);
});
