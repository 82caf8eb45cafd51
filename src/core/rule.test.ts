import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formCase } from "../../test/support/arbitrary";
import { checkAnswers } from "./answer";
import { compileDefinition } from "./compiled";
import type { Definition } from "./form";
import { DefinitionSchema } from "./form-schema";
import type { Answers } from "./response";
import { brokenRules, localizeFlags, messageOf, rulesDiffer, toFlag, toProblems } from "./rule";

const questions = [
  { ref: "savings", type: "number", title: "Savings" },
  { ref: "income", type: "number", title: "Income" },
  { ref: "city", type: "short_text", title: "City" },
  { ref: "phone", type: "phone_number", title: "Phone" },
  { ref: "email", type: "email", title: "Email" },
  { ref: "ok", type: "yes_no", title: "OK?" },
  { ref: "crops", type: "multiple_choice", title: "Crops", choices: [{ id: "rice", label: "Rice" }] },
  { ref: "spot", type: "location", title: "Where" },
  { ref: "note", type: "statement", title: "Note" },
];
const rule = (expression: string, more: object = {}) => ({
  name: "r",
  severity: "flag",
  expression,
  message: "Look again.",
  ...more,
});
const define = (...rules: object[]): Definition => DefinitionSchema.parse({ title: "T", questions, rules });
const isBroken = (expression: string, answers: Answers) =>
  brokenRules(compileDefinition(define(rule(expression, { questions: ["city"] }))).rules, answers).length === 1;

describe("a rule", () => {
  it.each<[string, Answers, boolean]>([
    ["savings <= income", { savings: 5, income: 4 }, true],
    ["savings <= income", { savings: 4, income: 4 }, false],
    ["savings <= income", { savings: 5 }, false],
    ["savings <= income", {}, false],
    // Compared for being the same, a missing answer can't be known either.
    ['city == "pune"', { city: "delhi" }, true],
    ['city == "pune"', {}, false],
    ["savings != income", { savings: 1, income: 1 }, true],
    ["savings == income", { savings: 1 }, false],
    ['city in ["pune", "delhi"]', { city: "goa" }, true],
    ['city in ["pune", "delhi"]', {}, false],
    ['!(city in ["goa"])', {}, false],
    ['(ok ? city : phone) == "x"', { ok: true }, false],
    ["crops == ['rice']", {}, false],
    // Unless the rule itself says what holds without it.
    ["phone != null || email != null", {}, true],
    ["phone != null || email != null", { email: "a@b.example" }, false],
    ['city != null && city == "pune"', {}, true],
    ['city == null || city == "pune"', {}, false],
    ['null == city || city == "pune"', { city: "goa" }, true],
    // What is known decides, as in CEL.
    ["savings > 0 && income > 0", { income: -1 }, true],
    ["savings > 0 || income > 0", { income: 1 }, false],
    ["savings > 0 || income > 0", { income: -1 }, false],
    // Any other use of a missing answer.
    ["ok", {}, false],
    ["ok", { ok: false }, true],
    ["size(city) > 2", {}, false],
    ['"rice" in crops', {}, false],
    ["crops.exists(c, c == 'rice')", {}, false],
    ["crops.all(c, c == 'wheat')", { crops: ["rice"] }, true],
    ["spot.latitude > 0", {}, false],
    ["spot.latitude > 0", { spot: { latitude: -3, longitude: 1 } }, true],
    ['matches(city, "^[A-Z]")', {}, false],
    ['matches(city, "^[A-Z]")', { city: "pune" }, true],
  ])("%s of %j: broken is %j", (expression, answers, broken) => {
    expect(isBroken(expression, answers)).toBe(broken);
  });

  it("is about the questions that it names, or those that it is told, in the order of the form", () => {
    const named = compileDefinition(define(rule("income > savings"))).rules;
    expect(named[0]?.questions).toEqual(["savings", "income"]);
    const told = compileDefinition(define(rule("income > savings", { questions: ["income"] }))).rules;
    expect(told[0]?.questions).toEqual(["income"]);
    const [broken] = brokenRules(named, { savings: 2, income: 1 });
    expect(broken && toFlag(broken)).toEqual({ rule: "r", message: "Look again.", questions: ["savings", "income"] });
    expect(broken && toProblems(broken, "Seht hin.")).toMatchObject([
      { pointer: "/answers/savings", question: "savings", code: "rule_failed", rule: "r", detail: "Seht hin." },
      { pointer: "/answers/income", question: "income", severity: "error" },
    ]);
  });
});

describe("mistakes in rules", () => {
  const mistakes = (definition: object) => {
    const parsed = DefinitionSchema.safeParse({ title: "T", questions, ...definition });
    return (parsed.error?.issues ?? []).map((issue) => [
      issue.path.join("/"),
      issue.code === "custom" ? (issue.params?.code ?? "custom") : issue.code,
      issue.message,
    ]);
  };

  it.each<[string, object, string, string, RegExp]>([
    ["syntax", rule("savings >"), "rules/0/expression", "invalid_expression", /at character/],
    [
      "types",
      rule("savings <= income && city > 1"),
      "rules/0/expression",
      "invalid_expression",
      /string > int \(at character 22\)/,
    ],
    ["no yes or no", rule("savings + income"), "rules/0/expression", "wrong_result", /true or false, and it is double/],
    ["a name that nobody knows", rule("saving > 1"), "rules/0/expression", "invalid_expression", /saving/],
    ["metadata", rule('metadata.device == "x"'), "rules/0/expression", "invalid_expression", /not metadata/],
    ["about nothing", rule("1 < 2"), "rules/0/expression", "names_nothing", /questions/],
    [
      "a question that is not there",
      rule("ok", { questions: ["nope"] }),
      "rules/0/questions/0",
      "custom",
      /no question nope/,
    ],
    ["a statement", rule("ok", { questions: ["note"] }), "rules/0/questions/0", "custom", /not answered/],
    ["a question twice", rule("ok", { questions: ["ok", "ok"] }), "rules/0/questions/1", "custom", /twice/],
    ["no severity", rule("ok", { severity: "warning" }), "rules/0/severity", "invalid_value", /./],
    ["no name", rule("ok", { name: "a b" }), "rules/0/name", "invalid_format", /letters/],
    ["no message", rule("ok", { message: " " }), "rules/0/message", "too_small", /./],
  ])("%s", (_, one, path, code, message) => {
    expect(mistakes({ rules: [one] })).toEqual([[path, code, expect.stringMatching(message)]]);
  });

  it("a name twice, and texts for a rule that is not there", () => {
    expect(mistakes({ rules: [rule("ok"), rule("!ok")] })).toEqual([["rules/1/name", "custom", "is used twice"]]);
    const translations = { hi: { rules: { r: "फिर देखें", q: "?" } } };
    expect(mistakes({ rules: [rule("ok")], translations })).toEqual([
      ["translations/hi/rules/q", "custom", "the form has no rule q"],
    ]);
  });

  it("share their bounds with the other expressions of the form", () => {
    const long = Array.from({ length: 95 }, () => "savings").join(" + ");
    const rules = Array.from({ length: 60 }, (_, i) => rule(`${long} > 0`, { name: `r${i}` }));
    expect(mistakes({ rules: rules.slice(0, 40) })).toEqual([]);
    expect(mistakes({ rules })).toEqual([["questions", "too_large", expect.stringContaining("too many")]]);
    const heavy = (i: number) => rule('matches(city, "[a-z]{199}")', { name: `h${i}` });
    expect(mistakes({ rules: Array.from({ length: 30 }, (_, i) => heavy(i)) })).toEqual([
      ["questions", "too_large", expect.stringContaining("patterns")],
    ]);
    expect(mistakes({ rules: Array.from({ length: 101 }, (_, i) => rule("ok", { name: `r${i}` })) })).toEqual([
      ["rules", "too_big", expect.anything()],
    ]);
  });
});

describe("messages", () => {
  const definition = DefinitionSchema.parse({
    title: "T",
    questions,
    language: "en",
    rules: [rule("ok"), rule("!ok", { name: "constructor" })],
    translations: { hi: { rules: { r: "फिर देखें" } }, ur: { title: "x" } },
  });
  const [r, odd] = definition.rules ?? [];

  it("are in the first language that the form has, and in its own where that does not have them", () => {
    if (!r || !odd) throw new Error("no rules");
    expect(messageOf(definition, r, ["fr", "hi-IN", "en"])).toBe("फिर देखें");
    expect(messageOf(definition, r, ["en", "hi"])).toBe("Look again.");
    expect(messageOf(definition, r, ["ur"])).toBe("Look again.");
    expect(messageOf(definition, odd, ["hi"])).toBe("Look again.");
  });

  it("of stored flags are those of the form's rules now; what others said stays as they said it", () => {
    const flags = [
      { rule: "r", message: "old text", questions: [] },
      { rule: "gone", message: "old rule", questions: [] },
      { rule: "r", message: "theirs", questions: [], source: "int_1" },
      { rule: "r", message: "twice", questions: [], source: "int_2", translations: { hi: "दो बार" } },
    ];
    const messages = (languages: string[]) => localizeFlags(definition, flags, languages).map(({ message }) => message);
    expect(messages(["hi"])).toEqual(["फिर देखें", "old rule", "theirs", "दो बार"]);
    expect(messages([])).toEqual(["Look again.", "old rule", "theirs", "twice"]);
  });
});

describe("answers to a version that did not ask all of it", () => {
  const asked = new Set(["savings", "income"]);
  const names = (expression: string, answers: Answers) =>
    brokenRules(compileDefinition(define(rule(expression))).rules, answers, asked).length === 1;

  it.each([
    ["phone != null", {}, false],
    ["!(phone == null)", {}, false],
    ['phone == "1"', {}, false],
    ["phone != null || income > 10", { income: 5 }, false],
    ["phone != null && income > 10", { income: 5 }, true],
    ["income > 10 && phone != null", { income: 5 }, true],
    ["phone == null ? income > 10 : income > 1", { income: 5 }, false],
    // Of what it asked, a missing answer is missing.
    ["income != null", {}, true],
    ["income != null || savings != null", { savings: 1 }, false],
  ])("%s of %j: broken is %s", (expression, answers, broken) => {
    expect(names(expression, answers)).toBe(broken);
  });
});

it("rules differ by their names, what must hold, and the questions; not by their words, their weight or their order", () => {
  const [a, b] = [rule("income > 1", { name: "a" }), rule("savings > 1", { name: "b" })];
  const differ = (...next: object[]) => rulesDiffer(define(a, b), define(...next));
  const worded = { ...a, message: "Other words.", severity: "error" };
  expect([differ(a, b), differ(b, worded), rulesDiffer(define(), define())]).toEqual([false, false, false]);
  expect([differ(a), differ(a, b, rule("income > 2", { name: "c" })), differ()]).toEqual([true, true, true]);
  expect(
    [
      { ...b, name: "c" },
      { ...b, expression: "savings > 2" },
      { ...b, questions: ["city"] },
    ].map((one) => differ(a, one)),
  ).toEqual([true, true, true]);
});

it("of any form and any answers that it takes, rules say the same with and without what they don't name, and never throw", () => {
  const operators = fc.constantFrom("==", "!=", "<", "<=", "in", "&&");
  const pick = fc.tuple(fc.nat(7), fc.nat(7), operators, fc.boolean());
  fc.assert(
    fc.property(formCase, fc.array(pick, { minLength: 1, maxLength: 5 }), (one, picks) => {
      const refs = one.definition.questions.map(({ ref }) => ref);
      const at = (n: number) => refs[n % refs.length] ?? "q0";
      const rules = picks.map(([a, b, operator, isLiteral], i) => ({
        name: `r${i}`,
        severity: "flag" as const,
        expression: `${at(a)} ${operator} ${isLiteral ? "1" : at(b)}`,
        message: "m",
      }));
      // Not every one of these has types that fit: it compiles or is left out, as an old definition's would.
      const compiled = compileDefinition({ ...one.definition, rules } as Definition);
      const checked = checkAnswers(compiled, one.answers);
      if (!checked.ok) throw new Error("the answers do not fit");
      const broken = brokenRules(compiled.rules, checked.answers).map(({ rule: { name } }) => name);
      for (const {
        rule: { name },
        expression,
      } of compiled.rules) {
        const named = Object.fromEntries(Object.entries(checked.answers).filter(([ref]) => expression.refs.has(ref)));
        const alone = brokenRules(compiled.rules, named).some(({ rule }) => rule.name === name);
        expect(alone).toBe(broken.includes(name));
        const anyNeeded = [...expression.needs].some((ref) => !Object.hasOwn(checked.answers, ref));
        if (anyNeeded) expect(alone).toBe(false);
      }
    }),
    { numRuns: 300, endOnFailure: true },
  );
});
