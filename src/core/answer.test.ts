import { describe, expect, it } from "vitest";
import { checkAnswers, displayAnswer } from "./answer";
import { PROBLEMS_MAX } from "./answer-sheet";
import { compileDefinition } from "./compiled";
import { type Definition, QUESTION_TYPES, type Question, type QuestionType } from "./form";
import { DefinitionSchema } from "./form-schema";

const CHOICES = [
  { id: "rice", label: "Rice" },
  { id: "maize", label: "Maize, dry" },
  { id: "none", label: "None" },
];
type Extra = Partial<Omit<Question, "ref" | "type" | "title">>;

function ask(type: QuestionType, extra: Extra = {}, ref = "q"): Definition["questions"][number] {
  const choices = ["single_choice", "multiple_choice", "dropdown"].includes(type) ? { choices: CHOICES } : {};
  return { ref, type, title: "Title", ...choices, ...extra };
}

const compile = (...questions: Question[]) => compileDefinition(DefinitionSchema.parse({ title: "Form", questions }));

/** The codes with which a value is refused as the answer of one question; [] when it is taken as it is. */
function codes(type: QuestionType, value: unknown, extra: Extra = {}): string[] {
  const result = checkAnswers(compile(ask(type, extra)), { q: value });
  if (!result.ok) return result.problems.map((problem) => problem.code);
  expect(result.answers).toEqual({ q: value });
  return [];
}

const TAKEN: [QuestionType, unknown, Extra?][] = [
  ["short_text", "x"],
  ["short_text", "a".repeat(1000)],
  ["short_text", "😀".repeat(1000)],
  ["short_text", "line\nbreak \u0007"],
  ["short_text", "日本", { minLength: 2, maxLength: 2 }],
  ["short_text", "👍🏽", { minLength: 2, maxLength: 2 }],
  ["long_text", "a".repeat(100_000)],
  ["number", 0],
  ["number", -12.5],
  ["number", 5, { min: 5, max: 5 }],
  ["integer", -3],
  ["integer", Number.MAX_SAFE_INTEGER],
  ["email", "name@example.org"],
  ["email", "a.b+c!#$%&'*/=?^_`{|}~-@x-1.example"],
  ["email", "root@localhost"],
  ["phone_number", "12345"],
  ["phone_number", "+91 (98765) 432-10"],
  ["phone_number", "(+44) 20.7946.0958"],
  ["url", "https://example.org/path?x=1#y"],
  ["url", "HTTP://EXAMPLE.ORG"],
  ["yes_no", true],
  ["yes_no", false],
  ["single_choice", "rice"],
  ["dropdown", "none"],
  ["multiple_choice", ["maize", "rice"]],
  ["multiple_choice", ["rice"], { minChoices: 1, maxChoices: 1 }],
  ["rating", 1],
  ["rating", 5],
  ["rating", 10, { max: 10 }],
  ["opinion_scale", 0],
  ["opinion_scale", 10],
  ["date", "2026-11-23"],
  ["date", "2024-02-29"],
  ["date", "2000-02-29"],
  ["date", "0001-01-01"],
  ["time", "00:00"],
  ["time", "23:59:59"],
  ["datetime", "2026-11-23T14:05:00Z"],
  ["datetime", "2026-11-23t14:05:00.123456789z"],
  ["datetime", "2026-11-23T14:05:00+05:30"],
  ["location", { latitude: -90, longitude: 180 }],
  ["location", { latitude: 12.97, longitude: 77.59, accuracy: 0 }],
];

const REFUSED: [QuestionType, unknown, string, Extra?][] = [
  ["short_text", 5, "wrong_type"],
  ["short_text", ["x"], "wrong_type"],
  ["short_text", "a".repeat(1001), "too_long"],
  ["short_text", "😀".repeat(1001), "too_long"],
  ["short_text", "ab", "too_short", { minLength: 3 }],
  ["short_text", "😀😀", "too_short", { minLength: 3 }],
  ["short_text", "a\0b", "invalid_text"],
  ["short_text", "a\ud800b", "invalid_text"],
  ["long_text", "a".repeat(100_001), "too_long"],
  ["number", "5", "wrong_type"],
  ["number", Number.NaN, "wrong_type"],
  ["number", Number.POSITIVE_INFINITY, "wrong_type"],
  ["number", 4.9, "out_of_range", { min: 5 }],
  ["number", 5.1, "out_of_range", { max: 5 }],
  ["integer", 1.5, "not_integer"],
  ["integer", 2 ** 53, "out_of_range"],
  ["integer", 7, "out_of_range", { max: 6 }],
  ["email", "name", "invalid_email"],
  ["email", "@example.org", "invalid_email"],
  ["email", "a@b@c.example", "invalid_email"],
  ["email", "a@-b.example", "invalid_email"],
  ["email", "a@b..example", "invalid_email"],
  ["email", "a b@example.org", "invalid_email"],
  ["email", "a@example.org\n", "invalid_email"],
  ["email", `a@${"b".repeat(64)}.example`, "invalid_email"],
  ["email", `${"a".repeat(251)}@b.c`, "invalid_email"],
  ["email", 1, "wrong_type"],
  ["phone_number", "1234", "invalid_phone"],
  ["phone_number", "1".repeat(21), "invalid_phone"],
  ["phone_number", "98765+43210", "invalid_phone"],
  ["phone_number", "++9876543210", "invalid_phone"],
  ["phone_number", "98765 43210 ext 4", "invalid_phone"],
  ["phone_number", "९८७६५४३२१०", "invalid_phone"],
  ["phone_number", 9876543210, "wrong_type"],
  ["url", "example.org", "invalid_url"],
  ["url", "javascript:alert(1)", "invalid_url"],
  ["url", "http:example.org", "invalid_url"],
  ["url", "https://", "invalid_url"],
  ["url", " https://example.org", "invalid_url"],
  ["url", "https://exa\nmple.org", "invalid_url"],
  ["url", `https://example.org/${"a".repeat(2048)}`, "invalid_url"],
  ["yes_no", "yes", "wrong_type"],
  ["yes_no", 1, "wrong_type"],
  ["single_choice", "Rice", "invalid_choice"],
  ["single_choice", ["rice"], "wrong_type"],
  ["dropdown", "toString", "invalid_choice"],
  ["multiple_choice", "rice", "wrong_type"],
  ["multiple_choice", [1], "wrong_type"],
  ["multiple_choice", ["wheat"], "invalid_choice"],
  ["multiple_choice", ["rice", "rice"], "duplicate_choice"],
  ["multiple_choice", ["rice"], "too_few", { minChoices: 2 }],
  ["multiple_choice", ["rice", "maize"], "too_many", { maxChoices: 1 }],
  ["rating", 0, "out_of_range"],
  ["rating", 6, "out_of_range"],
  ["rating", 3.5, "not_integer"],
  ["opinion_scale", 11, "out_of_range"],
  ["date", "2026-02-30", "invalid_date"],
  ["date", "2026-02-29", "invalid_date"],
  ["date", "1900-02-29", "invalid_date"],
  ["date", "2026-13-01", "invalid_date"],
  ["date", "2026-00-10", "invalid_date"],
  ["date", "2026-04-31", "invalid_date"],
  ["date", "0000-01-01", "invalid_date"],
  ["date", "2026-1-1", "invalid_date"],
  ["date", "2026-11-23T00:00:00Z", "invalid_date"],
  ["time", "24:00", "invalid_time"],
  ["time", "9:05", "invalid_time"],
  ["time", "14:60", "invalid_time"],
  ["datetime", "2026-11-23T14:05:00", "invalid_datetime"],
  ["datetime", "2026-11-23T14:05Z", "invalid_datetime"],
  ["datetime", "2026-11-23 14:05:00Z", "invalid_datetime"],
  ["datetime", "2026-02-30T14:05:00Z", "invalid_datetime"],
  ["datetime", "2026-11-23T24:00:00Z", "invalid_datetime"],
  ["datetime", "2026-11-23T14:05:00+24:00", "invalid_datetime"],
  ["location", "12, 77", "wrong_type"],
  ["location", { latitude: 91, longitude: 0 }, "invalid_location"],
  ["location", { latitude: 0, longitude: -181 }, "invalid_location"],
  ["location", { latitude: 0 }, "invalid_location"],
  ["location", { latitude: 0, longitude: "0" }, "invalid_location"],
  ["location", { latitude: 0, longitude: 0, accuracy: -1 }, "invalid_location"],
  ["location", { latitude: 0, longitude: 0, altitude: 3 }, "invalid_location"],
  ["statement", "hello", "unknown_question"],
];

describe("a value answers its question or is refused with a code", () => {
  it.each(TAKEN)("%s takes %j", (type, value, extra) => {
    expect(codes(type, value, extra)).toEqual([]);
  });

  it.each(REFUSED)("%s refuses %j as %s", (type, value, code, extra) => {
    expect(codes(type, value, extra)).toEqual([code]);
  });
});

describe("not answering", () => {
  it.each([null, "", [], undefined])("%j is no answer: left out, or required", (empty) => {
    for (const type of ["short_text", "number", "yes_no", "multiple_choice", "location"] as const) {
      expect(checkAnswers(compile(ask(type)), { q: empty })).toEqual({
        ok: true,
        answers: {},
      });
      expect(codes(type, empty, { required: true })).toEqual(["required"]);
    }
    expect(checkAnswers(compile(ask("statement")), { q: empty })).toEqual({ ok: true, answers: {} });
  });

  it("a required question that was not sent is named", () => {
    expect(checkAnswers(compile(ask("short_text", { required: true }, "name")), {})).toEqual({
      ok: false,
      problems: [{ pointer: "/answers/name", question: "name", code: "required", detail: "An answer is required." }],
    });
  });

  it("false and 0 are answers to a required question", () => {
    expect(codes("yes_no", false, { required: true })).toEqual([]);
    expect(codes("number", 0, { required: true })).toEqual([]);
  });
});

describe("what is not an object of answers", () => {
  it.each([null, undefined, "x", 5, [], [{ q: "x" }], new Date(0), new Map([["q", "x"]])])("%j is refused", (input) => {
    expect(checkAnswers(compile(ask("short_text")), input)).toMatchObject({
      ok: false,
      problems: [{ pointer: "/answers", code: "wrong_type" }],
    });
  });

  it("inherited keys are not answers", () => {
    const input: unknown = Object.create({ q: "inherited" });
    expect(checkAnswers(compile(ask("short_text")), input).ok).toBe(false);
    expect(checkAnswers(compile(ask("short_text", {}, "toString")), {})).toEqual({ ok: true, answers: {} });
  });

  it.each(["__proto__", "constructor", "prototype"])("the key %s is an unknown question and no prototype", (key) => {
    const input: unknown = JSON.parse(`{"q":"x","${key}":{"polluted":true}}`);
    expect(checkAnswers(compile(ask("short_text")), input)).toMatchObject({
      ok: false,
      problems: [{ pointer: `/answers/${key}`, question: key, code: "unknown_question" }],
    });
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  it("a definition that names __proto__ can't be answered through it", () => {
    const compiled = compileDefinition({ title: "Form", questions: [ask("location", {}, "__proto__")] });
    const result = checkAnswers(compiled, JSON.parse('{"__proto__":{"latitude":1,"longitude":2}}'));
    expect(result).toMatchObject({ ok: false, problems: [{ code: "unknown_question" }] });
  });
});

describe("problems", () => {
  it("all are reported, in the order of the form, unknown questions last", () => {
    const compiled = compile(
      ask("integer", {}, "age"),
      ask("email", {}, "mail"),
      ask("date", { required: true }, "day"),
    );
    const result = checkAnswers(compiled, { other: 1, mail: "x", age: 1.5 });
    expect(result.ok ? [] : result.problems.map((p) => [p.question, p.code])).toEqual([
      ["age", "not_integer"],
      ["mail", "invalid_email"],
      ["day", "required"],
      ["other", "unknown_question"],
    ]);
  });

  it("point at the part of an answer that is wrong", () => {
    const choices = checkAnswers(compile(ask("multiple_choice")), { q: ["rice", "wheat", "oats"] });
    expect(choices.ok ? [] : choices.problems.map((p) => p.pointer)).toEqual(["/answers/q/1", "/answers/q/2"]);
    const place = checkAnswers(compile(ask("location")), { q: { latitude: 100, longitude: 200 } });
    expect(place.ok ? [] : place.problems.map((p) => p.pointer)).toEqual([
      "/answers/q/latitude",
      "/answers/q/longitude",
    ]);
  });

  it("escape the pointer (RFC 6901) and name no more of a long key than a ref may have", () => {
    const result = checkAnswers(compile(ask("short_text")), { "a/b~c": 1, ["k".repeat(5000)]: 1 });
    expect(result.ok ? [] : result.problems.map((p) => p.pointer)).toEqual([
      "/answers/a~1b~0c",
      `/answers/${"k".repeat(64)}…`,
    ]);
  });

  it(`are at most ${PROBLEMS_MAX}`, () => {
    const unknown = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i]));
    for (const input of [unknown, { q: Array.from({ length: 5000 }, () => "wheat") }]) {
      const result = checkAnswers(compile(ask("multiple_choice")), input);
      expect(result.ok ? 0 : result.problems.length).toBe(PROBLEMS_MAX);
    }
  });

  it("never repeat an answer", () => {
    const secret = "-s3cret@";
    for (const type of QUESTION_TYPES) {
      for (const value of [secret, [secret], { [secret]: secret }, { latitude: secret, longitude: secret }]) {
        const result = checkAnswers(compile(ask(type, type.endsWith("text") ? { maxLength: 3 } : {})), { q: value });
        expect(result.ok).toBe(false);
        expect(JSON.stringify(result)).not.toContain(secret);
      }
    }
  });
});

it("answers come back in the order of the form, whatever the order they were sent in", () => {
  const result = checkAnswers(compile(ask("number", {}, "a"), ask("number", {}, "b")), { b: 2, a: 1 });
  expect(JSON.stringify(result.ok && result.answers)).toBe('{"a":1,"b":2}');
});

it("compiling names the questions and the labels of choices", () => {
  const compiled = compile(ask("dropdown", { required: true }, "crop"), ask("date", {}, "day"));
  expect([...compiled.questions.keys()]).toEqual(["crop", "day"]);
  expect(compiled.questions.get("crop")?.choices.get("maize")).toBe("Maize, dry");
});

it.each([
  ["email", "a@".padEnd(100_000, "a-")],
  ["email", "a".repeat(100_000)],
  ["phone_number", "(".repeat(100_000)],
  ["url", `https://${"a.".repeat(50_000)}`],
  ["datetime", `2026-11-23T14:05:00.${"1".repeat(100_000)}`],
  ["long_text", "😀".repeat(50_000)],
] as const)("a hostile %s costs no more than reading it", (type, value) => {
  const compiled = compile(ask(type));
  const started = performance.now();
  for (let i = 0; i < 20; i++) checkAnswers(compiled, { q: value });
  // A fraction of a second; were it squared, minutes.
  expect(performance.now() - started).toBeLessThan(15_000);
});

it.each([
  ["short_text", "Asha", "Asha"],
  ["number", 12.5, "12.5"],
  ["yes_no", true, "Yes"],
  ["yes_no", false, "No"],
  ["single_choice", "maize", "Maize, dry"],
  ["dropdown", "gone", "gone"],
  ["multiple_choice", ["rice", "gone", "none"], "Rice, gone, None"],
  ["date", "2026-11-23", "2026-11-23"],
  ["location", { latitude: 12.97, longitude: -77.5, accuracy: 8 }, "12.97, -77.5"],
] as const)("%s %j is shown as %j", (type, answer, shown) => {
  expect(displayAnswer(ask(type), answer)).toBe(shown);
});
