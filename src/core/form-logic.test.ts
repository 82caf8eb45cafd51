import { describe, expect, it } from "vitest";
import { createRandom } from "../../test/chaos/simulation/random";
import { checkAnswers } from "./answer";
import { compileDefinition } from "./compiled";
import type { Question } from "./form";
import { findLogicMistakes } from "./form-logic";
import { DefinitionSchema } from "./form-schema";

type Given = Record<string, unknown>;

function compile(questions: readonly object[]) {
  return compileDefinition(DefinitionSchema.parse({ title: "T", questions }));
}

/** The answers that are stored, or the refs that are complained about with their codes. */
function check(questions: readonly object[], input: Given): unknown {
  const checked = checkAnswers(compile(questions), input);
  return checked.ok ? checked.answers : checked.problems.map(({ question, code }) => `${question} ${code}`);
}

const yesNo = (ref: string, more: object = {}) => ({ ref, type: "yes_no", title: ref, ...more });
const number = (ref: string, more: object = {}) => ({ ref, type: "number", title: ref, ...more });
const text = (ref: string, more: object = {}) => ({ ref, type: "short_text", title: ref, ...more });

describe("visibleIf", () => {
  const questions = [yesNo("sick"), text("illness", { required: true, visibleIf: "sick" })];

  it("asks, and demands, only where it holds", () => {
    expect(check(questions, { sick: true })).toEqual(["illness required"]);
    expect(check(questions, { sick: true, illness: "flu" })).toEqual({ sick: true, illness: "flu" });
    expect(check(questions, { sick: false })).toEqual({ sick: false });
    expect(check(questions, {})).toEqual({});
  });

  it("leaves out the answer to a question that is not asked, also one that would be refused", () => {
    expect(check(questions, { sick: false, illness: "flu" })).toEqual({ sick: false });
    expect(check(questions, { sick: false, illness: 12 })).toEqual({ sick: false });
  });

  it("takes an answer that was left out as missing further on", () => {
    const chain = [...questions, text("since", { required: true, visibleIf: 'illness != null && illness != ""' })];
    expect(check(chain, { sick: false, illness: "flu", since: "monday" })).toEqual({ sick: false });
    expect(check(chain, { sick: true, illness: "flu" })).toEqual(["since required"]);
  });

  it("may look ahead at what is always asked", () => {
    const ahead = [text("a", { visibleIf: "b" }), yesNo("b")];
    expect(check(ahead, { a: "x", b: true })).toEqual({ a: "x", b: true });
    expect(check(ahead, { a: "x", b: false })).toEqual({ b: false });
  });

  it("takes an answer that is refused as missing, and says only that", () => {
    expect(check([number("age"), text("job", { required: true, visibleIf: "age > 14" })], { age: "x" })).toEqual([
      "age wrong_type",
    ]);
  });
});

describe("requiredIf", () => {
  it("demands an answer where it holds, and may look at anything", () => {
    const questions = [text("phone", { requiredIf: "email == null" }), { ref: "email", type: "email", title: "E" }];
    expect(check(questions, {})).toEqual(["phone required"]);
    expect(check(questions, { email: "a@b.org" })).toEqual({ email: "a@b.org" });
    expect(check(questions, { phone: "1" })).toEqual({ phone: "1" });
  });
});

describe("calculated", () => {
  const questions = [
    number("rice"),
    number("maize"),
    number("total", { calculated: "rice + maize", max: 100 }),
    { ref: "size", type: "single_choice", title: "S", choices: CHOICES(), calculated: 'total > 10 ? "big" : "small"' },
    text("why", { visibleIf: 'size == "big"', required: true }),
  ];

  it("is computed by us, whatever was sent", () => {
    const answers = { rice: 2, maize: 3, total: 5, size: "small" };
    expect(check(questions, { rice: 2, maize: 3 })).toEqual(answers);
    expect(check(questions, { rice: 2, maize: 3, total: 99, size: ["nonsense"] })).toEqual(answers);
    expect(check(questions, { rice: 20, maize: 3 })).toEqual(["why required"]);
  });

  it("is left out when it can't be computed or does not fit", () => {
    expect(check(questions, { rice: 2 })).toEqual({ rice: 2 });
    expect(check(questions, { rice: 99, maize: 3 })).toEqual({ rice: 99, maize: 3 });
    expect(check([number("a"), number("half", { calculated: "1 / a" })], { a: 0 })).toEqual({ a: 0 });
  });
});

function CHOICES() {
  return ["big", "small"].map((id) => ({ id, label: id }));
}

describe("a definition is refused", () => {
  const mistakes = (questions: readonly object[]) => {
    const parsed = DefinitionSchema.safeParse({ title: "T", questions });
    return parsed.success ? [] : parsed.error.issues.map((issue) => [issue.path.join("/"), issue.message] as const);
  };

  it.each<[string, object[], string, RegExp]>([
    ["a mistake of syntax", [text("a", { visibleIf: "1 +" })], "questions/0/visibleIf", /./],
    ["an unknown name", [text("a", { visibleIf: "b" })], "questions/0/visibleIf", /Unknown variable: b/],
    [
      "types that do not fit",
      [number("n"), text("a", { visibleIf: 'n > "x"' })],
      "questions/1/visibleIf",
      /double > string/,
    ],
    [
      "a condition that is none",
      [number("n"), text("a", { visibleIf: "n" })],
      "questions/1/visibleIf",
      /true or false/,
    ],
    [
      "a result of another type",
      [text("a"), number("n", { calculated: "a" })],
      "questions/1/calculated",
      /double or int/,
    ],
    [
      "a calculated location",
      [{ ref: "l", type: "location", title: "L", calculated: "1" }],
      "questions/0/calculated",
      /can't be/,
    ],
    ["metadata", [text("a", { visibleIf: 'metadata.x == "y"' })], "questions/0/visibleIf", /not metadata/],
    ["itself", [yesNo("a", { visibleIf: "a" })], "questions/0/visibleIf", /itself/],
    [
      "a cycle",
      [yesNo("a", { visibleIf: "b" }), yesNo("b", { visibleIf: "a" })],
      "questions/0/visibleIf",
      /each other/,
    ],
    [
      "looking ahead at what may not be asked",
      [text("a", { visibleIf: "b" }), yesNo("b", { visibleIf: "c" }), yesNo("c")],
      "questions/0/visibleIf",
      /comes later/,
    ],
    [
      "looking ahead at a calculation",
      [text("a", { visibleIf: "b > 1" }), number("b", { calculated: "1" })],
      "questions/0/visibleIf",
      /later/,
    ],
    [
      "calculated and required",
      [number("a", { calculated: "1", required: true })],
      "questions/0/required",
      /not asked/,
    ],
    [
      "a calculated statement",
      [{ ref: "a", type: "statement", title: "A", calculated: "1" }],
      "questions/0/calculated",
      /not answered/,
    ],
    ["a bad pattern", [text("a", { pattern: "(a" })], "questions/0/pattern", /never closed/],
    [
      "a pattern that could take long",
      [{ ...text("a", { pattern: ".{190}" }), type: "long_text" }],
      "questions",
      /too long together/,
    ],
    ["a pattern on a number", [number("a", { pattern: "1" })], "questions/0/pattern", /only a text/],
  ])("for %s", (_, questions, path, message) => {
    const found = mistakes(questions);
    expect(found.map(([at]) => at)).toContain(path);
    expect(found.find(([at]) => at === path)?.[1]).toMatch(message);
  });

  it("for too many expressions together", () => {
    const long = `q0 ${"&& q0 ".repeat(45)}`;
    const many = Array.from({ length: 150 }, (_, i) => yesNo(`q${i}`, i > 0 ? { visibleIf: long.trim() } : {}));
    expect(findLogicMistakes({ title: "T", questions: many as Question[] })).toMatchObject([{ code: "too_large" }]);
  });
});

describe("patterns", () => {
  it("must fit the whole text", () => {
    const questions = [text("code", { pattern: "[A-Z]{2}-\\d{3}" })];
    expect(check(questions, { code: "AB-123" })).toEqual({ code: "AB-123" });
    expect(check(questions, { code: "xAB-123" })).toEqual(["code pattern_mismatch"]);
  });
});

// A second, plain reading of what the logic means, over definitions that nobody thought of.
describe("random definitions", () => {
  type Truth = boolean | "error";
  interface Condition {
    readonly source: string;
    value(values: Given): Truth;
  }
  const random = createRandom(8);
  const compare = (ref: string): Condition => {
    const n = random.below(3);
    const options: Condition[] = [
      { source: `${ref} == null`, value: (v) => v[ref] === null },
      { source: `${ref} == ${n}`, value: (v) => v[ref] === n },
      { source: `${ref} > ${n}`, value: (v) => (v[ref] === null ? "error" : Number(v[ref]) > n) },
    ];
    return options[random.below(3)] as Condition;
  };
  const condition = (refs: readonly string[], depth = 0): Condition => {
    const kind = depth > 2 ? 0 : random.below(4);
    if (kind === 0) return compare(random.pick(refs) ?? "q0");
    const a = condition(refs, depth + 1);
    if (kind === 1) return { source: `!(${a.source})`, value: (v) => not(a.value(v)) };
    const b = condition(refs, depth + 1);
    const both = (v: Given): Truth => {
      const [x, y] = [a.value(v), b.value(v)];
      return x === false || y === false ? false : x === "error" || y === "error" ? "error" : true;
    };
    if (kind === 2) return { source: `(${a.source}) && (${b.source})`, value: both };
    const either = (v: Given): Truth => {
      const [x, y] = [a.value(v), b.value(v)];
      return x === true || y === true ? true : x === "error" || y === "error" ? "error" : false;
    };
    return { source: `(${a.source}) || (${b.source})`, value: either };
  };
  const not = (truth: Truth): Truth => (truth === "error" ? truth : !truth);

  it("mean what a plain reading of them means", () => {
    const seen = { refused: 0, hidden: 0 };
    for (let round = 0; round < 400; round += 1) {
      const plain: { ref: string; visibleIf?: Condition; requiredIf?: Condition; required?: boolean }[] = [];
      for (let i = 0; i < 6; i += 1) {
        const before = plain.map(({ ref }) => ref);
        plain.push({
          ref: `q${i}`,
          ...(i > 0 && random.chance(0.6) && { visibleIf: condition(before) }),
          ...(random.chance(0.5)
            ? { requiredIf: condition(["q0", "q1", "q2", "q3", "q4", "q5"]) }
            : { required: random.chance(0.3) }),
        });
      }
      const compiled = compile(
        plain.map(({ ref, visibleIf, requiredIf, required }) =>
          number(ref, { visibleIf: visibleIf?.source, requiredIf: requiredIf?.source, required }),
        ),
      );
      for (let tries = 0; tries < 5; tries += 1) {
        const input: Given = {};
        for (const { ref } of plain) if (random.chance(0.6)) input[ref] = random.below(4);
        const values: Given = Object.fromEntries(
          plain.map(({ ref, visibleIf }) => [ref, visibleIf ? null : (input[ref] ?? null)]),
        );
        const hidden = new Set<string>();
        for (const { ref, visibleIf } of plain) {
          if (!visibleIf) continue;
          if (visibleIf.value(values) === true) values[ref] = input[ref] ?? null;
          else hidden.add(ref);
        }
        const missing = plain.filter(
          ({ ref, required, requiredIf }) =>
            values[ref] === null && !hidden.has(ref) && (required || requiredIf?.value(values) === true),
        );
        const checked = checkAnswers(compiled, input);
        const got = checked.ok ? checked.answers : checked.problems.map(({ question }) => question);
        const answered = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
        expect(got).toEqual(missing.length > 0 ? missing.map(({ ref }) => ref) : answered);
        seen.refused += missing.length > 0 ? 1 : 0;
        seen.hidden += hidden.size;
      }
    }
    expect(seen.refused).toBeGreaterThan(200);
    expect(seen.hidden).toBeGreaterThan(500);
  });
});
