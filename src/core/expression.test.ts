import { describe, expect, it } from "vitest";
import { compileExpression, compileFilter, expressionsOf } from "./expression";
import type { Definition } from "./form";

const definition: Definition = {
  title: "T",
  questions: [
    { ref: "age", type: "integer", title: "Age" },
    { ref: "income", type: "number", title: "Income" },
    { ref: "name", type: "short_text", title: "Name" },
    { ref: "reasons", type: "multiple_choice", title: "Reasons", choices: [{ id: "a", label: "A" }] },
  ],
};
const answers = { age: 18, income: 99.5, name: "Asha", reasons: ["a"] };

function compute(source: string, given = answers): unknown {
  const compiled = compileExpression(source, definition);
  if (!compiled.ok) throw new Error(compiled.detail);
  return compiled.evaluate(given, { device: "t1" });
}

describe("expressions", () => {
  it.each([
    ["age >= 18", true],
    ["age + 1 == 19", true],
    ["2 * income", 199],
    ["income / 2 > 49", true],
    ["age < income", true],
    ["(age > 3 ? 2 : 3) * age == 36 && age - 1 == 17", true],
    ["age % 2 == 0 && 36 % age == 0", true],
    ["size(reasons.filter(r, r == 'a')) == 1", true],
    ['name.startsWith("As") && "a" in reasons', true],
    ["size(reasons)", 1],
    ['metadata.device == "t1"', true],
    ['matches(name, "^As") && !matches(name, "^[a-z]")', true],
    ['age > 17 ? "adult" : "child"', "adult"],
  ])("%s is %j", (source, value) => {
    expect(compute(source)).toBe(value);
  });

  it("take a missing answer as null, and never look up a prototype", () => {
    const missing = compileExpression("age == null", definition);
    expect(missing.ok && missing.evaluate({})).toBe(true);
    const inherited = compileExpression("name.constructor", definition);
    expect(() => inherited.ok && inherited.evaluate(answers)).toThrow();
  });

  it.each([
    ["age >=", /./],
    ["nope > 1", /nope/],
    ['name.matches("(a+)+$")', /matches\(name/],
    ['true || name.matches("x")', /matches\(name/],
    ["matches(name, name)", /in quotes/],
    ['matches(name, "(?=a)")', /look-ahead/],
    ['reasons.exists(r, matches(r, "a"))', /inside/],
    [Array.from({ length: 9 }, () => 'matches(name, "[a-z]{300}")').join("||"), /at most 200/],
    [Array.from({ length: 20 }, () => 'matches(name, "[a-z]{199}")').join("||"), /too large together/],
    ['"1" + 2', /./],
    [`age > ${"1".repeat(3_000)}`, /2000/],
    [`${"(".repeat(40)}age${")".repeat(40)}`, /./],
    [Array.from({ length: 200 }, () => "age").join("+"), /maxAstNodes/],
    ["size([reasons].map(x, x + x)) > 1", /map\(\)/],
    ["cel.bind(x, reasons, size(x) > 1)", /bind/],
    ["reasons.all(x, reasons.all(y, x == y))", /inside another/],
    ['name.split("").size() > 1', /split/],
  ])("refuse %j with a reason", (source, reason) => {
    const compiled = compileExpression(source, definition);
    expect(compiled.ok).toBe(false);
    if (!compiled.ok) expect(compiled.detail).toMatch(reason);
  });
});

describe("the types of answers", () => {
  const mistakeIn = (source: string) => {
    const compiled = expressionsOf(definition)(source);
    return compiled.ok ? compiled.facts().mistake : compiled.detail;
  };

  it.each([
    "age == null || age == 18",
    "null != income",
    "reasons != null && size(reasons) > 1",
    "name == null ? 0 : size(name)",
    "age % 2 == 0",
    "2 * income > age",
  ])("fit in %s", (source) => {
    expect(mistakeIn(source)).toBeNull();
  });

  it.each([
    ['age > "x"', "no such overload: double > string (at character 1)."],
    ["age > 1 && name == 1", "no such overload: string == int (at character 12)."],
    ["reasons + 1", /overload/],
    ["name && age > 1", /bool operands/],
  ])("do not in %s", (source, mistake) => {
    expect(mistakeIn(source)).toMatch(mistake);
  });
});

describe("names", () => {
  const odd: Definition = {
    title: "T",
    questions: [
      { ref: "type", type: "short_text", title: "Type" },
      { ref: "size", type: "number", title: "Size" },
      { ref: "constructor", type: "short_text", title: "Constructor" },
      { ref: "metadata", type: "short_text", title: "Metadata" },
    ],
  };
  it("of CEL's types can't be used, and spoil no other expression of their form", () => {
    const compiled = compileExpression("size > 2 && constructor == null", odd);
    expect(compiled.ok && compiled.evaluate({ type: "x", size: 3 })).toBe(true);
    const taken = compileExpression('type == "x"', odd);
    expect(taken.ok ? "" : taken.detail).toMatch(/^type is a word/);
  });

  it("of questions win over the response's metadata", () => {
    const compiled = compileExpression("metadata", odd);
    expect(compiled.ok && compiled.evaluate({ metadata: "answer" }, { a: 1 })).toBe("answer");
  });

  it("that nobody knows are told with their place", () => {
    const compiled = compileExpression("age > 1 && wage > 2", definition);
    expect(compiled).toEqual({ ok: false, detail: "Unknown variable: wage (at character 12)." });
  });
});

describe("filters", () => {
  const passes = (source: string, given: Record<string, unknown>) => {
    const filter = compileFilter(source, definition);
    if (!filter.ok) throw new Error(filter.detail);
    return filter.evaluate(given as typeof answers);
  };

  it("pass only on true", () => {
    expect(passes("age >= 18", { age: 18 })).toBe(true);
    expect(passes("age >= 18", { age: 17 })).toBe(false);
    expect(passes("age", { age: 1 })).toBe(false);
  });

  it("do not pass when an answer that they need is missing", () => {
    expect(passes("age >= 18", {})).toBe(false);
  });
});
