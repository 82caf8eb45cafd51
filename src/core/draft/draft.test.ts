import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { QUESTION_TYPES } from "../form";
import { DefinitionSchema } from "../form-schema";
import { asDraft, type Draft, itemOf, keysOf, listOf } from "./draft";
import { applyFields, type FieldKinds, shownAs } from "./fields";
import { isObject, type JsonObject, withMember } from "./json";
import { addQuestion, duplicateQuestion, moveQuestion, removeQuestion, renameQuestion, retyped } from "./questions";
import { removeRule, renameRule } from "./rules";
import { applyTexts, nameOfPath, textsOf } from "./texts";
import { usableDefinition } from "./usable";

const json = fc.jsonValue({ maxDepth: 2 });
const name = fc.constantFrom("a", "b", "c", "__proto__", "in", "constructor", "toString", "");
const question = fc.record(
  {
    ref: fc.oneof(name, json),
    type: fc.oneof(fc.constantFrom(...QUESTION_TYPES), json),
    title: json,
    page: json,
    later: json,
  },
  { requiredKeys: [] },
);
const texts = fc.dictionary(
  name,
  fc.oneof(json, fc.record({ title: json, page: json, choices: json }, { requiredKeys: [] })),
);
/** Anything that a draft may be: also members, questions and languages of a kind that nobody here knows. */
const draft: fc.Arbitrary<Draft> = fc
  .record(
    {
      title: json,
      later: json,
      questions: fc.array(fc.oneof({ weight: 5, arbitrary: question }, json), { maxLength: 5 }),
      rules: fc.array(fc.oneof(fc.record({ name, expression: json, questions: json, later: json }), json), {
        maxLength: 3,
      }),
      choiceLists: fc.dictionary(name, json),
      translations: fc.dictionary(name, fc.oneof(json, fc.record({ questions: texts, rules: texts, later: json }))),
    },
    { requiredKeys: [] },
  )
  // As it comes out of the database.
  .map((value) => asDraft(JSON.parse(JSON.stringify(value))) ?? {});
const place = fc.nat(5);

/** The draft without the members named; what is left may not have changed. */
const without = (value: Draft, ...names: string[]): JsonObject =>
  names.reduce((one, key) => withMember(one, key, undefined), value);
const bare = (one: unknown) => (isObject(one) ? withMember(one, "page", undefined) : one);
const pages = (value: Draft) =>
  listOf(value, "questions").flatMap((one) => (isObject(one) && "page" in one ? [one.page] : []));
const sorted = (items: readonly unknown[]) => items.map((one) => JSON.stringify(one)).toSorted();

describe("whatever a draft holds, a change keeps what it does not touch", () => {
  it("moving keeps all questions and all pages", () => {
    fc.assert(
      fc.property(draft, place, fc.constantFrom(-1 as const, 1 as const), (value, at, by) => {
        const next = moveQuestion(value, keysOf(value, "questions")[at] ?? "none", by);
        expect(sorted(listOf(next, "questions").map(bare))).toEqual(sorted(listOf(value, "questions").map(bare)));
        expect(sorted(pages(next))).toEqual(sorted(pages(value)));
        expect(without(next, "questions", "translations")).toEqual(without(value, "questions", "translations"));
      }),
    );
  });

  it("removing takes that one away, a copy adds one", () => {
    fc.assert(
      fc.property(draft, place, (value, at) => {
        const key = keysOf(value, "questions")[at];
        fc.pre(key !== undefined);
        const rest = listOf(value, "questions").toSpliced(at, 1).map(bare);
        const removed = removeQuestion(value, key);
        expect(listOf(removed, "questions").map(bare)).toEqual(rest);
        expect(without(removed, "questions", "translations", "rules")).toEqual(
          without(value, "questions", "translations", "rules"),
        );
        const copied = duplicateQuestion(value, key, ["a_2"]);
        const kept = listOf(copied.draft, "questions").filter(
          (_, i) => i !== at + 1 || !isObject(listOf(value, "questions")[at]),
        );
        expect(kept).toEqual(listOf(value, "questions"));
      }),
    );
  });

  it("a form that is sent as it was shown changes nothing", () => {
    const kinds: FieldKinds = {
      ref: "line",
      type: "line",
      title: "line",
      later: "text",
      page: "number",
      min: "number",
      required: "flag",
    };
    fc.assert(
      fc.property(draft, place, (value, at) => {
        const one = listOf(value, "questions")[at];
        fc.pre(isObject(one));
        const sent = new URLSearchParams(
          Object.entries(kinds).map(([key, kind]) => [
            key,
            asBrowsersSend(shownAs(Object.hasOwn(one, key) ? one[key] : undefined, kind), kind),
          ]),
        );
        expect(applyFields(one, kinds, sent)).toBe(one);
      }),
    );
    fc.assert(
      fc.property(draft, name, (value, tag) => {
        const sent = new URLSearchParams(
          textsOf(value, tag).map(({ path, translation, long }) => [
            nameOfPath(path),
            asBrowsersSend(translation, long ? "text" : "line"),
          ]),
        );
        expect(applyTexts(value, tag, sent)).toBe(value);
      }),
    );
  });

  it("a change of one text changes that one alone", () => {
    fc.assert(
      fc.property(draft, place, (value, at) => {
        const one = listOf(value, "questions")[at];
        fc.pre(isObject(one));
        const next = applyFields(one, { title: "line" }, new URLSearchParams({ title: "Another one" }));
        expect(next).toEqual({ ...one, title: "Another one" });
        expect(Object.keys(next).filter((key) => key !== "title")).toEqual(
          Object.keys(one).filter((key) => key !== "title"),
        );
      }),
    );
  });

  it("what is usable of it could be published, but for the logic", () => {
    fc.assert(
      fc.property(draft, (value) => {
        const { questions, title } = usableDefinition(value);
        if (questions.length > 0)
          expect(() => DefinitionSchema.parse({ title, questions: questions.map(bare) })).not.toThrow();
      }),
    );
  });
});

const asBrowsersSend = (text: string, kind: string) =>
  kind === "text" ? text.replaceAll(/\r\n|\r|\n/g, "\r\n") : text.replaceAll(/[\r\n]/g, "");

const start: Draft = {
  questions: [
    { ref: "a", title: "A" },
    { ref: "b", title: "B", page: { title: "Two" } },
    { ref: "c", title: "C" },
  ],
  rules: [{ name: "r", expression: 'a > 1 && x.a == "a" && aa', message: "M", questions: ["a", "b"] }],
  translations: {
    hi: { questions: { a: { title: "अ" }, b: { title: "ब", page: { title: "दो" } } }, rules: { r: "म" } },
  },
};
const order = (value: Draft) =>
  listOf(value, "questions")
    .map((one) => (isObject(one) ? `${one.page === undefined ? "" : "|"}${one.ref}` : "?"))
    .join("");

it("pages stay where they are when questions move", () => {
  expect(order(start)).toBe("a|bc");
  const up = moveQuestion(start, "b", -1);
  expect(order(up)).toBe("ab|c");
  expect(up.translations).toEqual({
    hi: { questions: { a: { title: "अ" }, b: { title: "ब" }, c: { page: { title: "दो" } } }, rules: { r: "म" } },
  });
  expect(order(moveQuestion(up, "b", -1))).toBe("ba|c");
  expect(order(moveQuestion(start, "a", 1))).toBe("|abc");
  expect(order(moveQuestion(start, "b", 1))).toBe("a|cb");
  expect(order(moveQuestion(up, "c", -1))).toBe("a|cb");
  expect(order(removeQuestion(start, "b"))).toBe("a|c");
});

it("a ref that changes is followed by rules, expressions and texts", () => {
  const { draft: next, key } = renameQuestion(start, "a", "age");
  expect(key).toBe("age");
  expect(next.rules).toEqual([
    { name: "r", expression: 'age > 1 && x.a == "a" && aa', message: "M", questions: ["age", "b"] },
  ]);
  expect(Object.keys((next.translations as { hi: { questions: object } }).hi.questions)).toEqual(["age", "b"]);
  // One that is taken is kept for the person to see, and nothing else follows it.
  expect(renameQuestion(start, "a", "b").draft.rules).toEqual(start.rules);
});

it("a question that goes takes its texts along, and rules name it no more", () => {
  const next = removeQuestion(start, "a");
  expect(next).toMatchObject({
    rules: [{ questions: ["b"] }],
    translations: { hi: { questions: { b: { title: "ब" } } } },
  });
  expect(JSON.stringify(next.translations)).not.toContain("अ");
  expect(removeRule(start, "r").translations).toEqual({ hi: { questions: expect.anything(), rules: {} } });
  expect(renameRule(start, "r", "s").draft).toMatchObject({
    rules: [{ name: "s" }],
    translations: { hi: { rules: { s: "म" } } },
  });
});

it("a new question has a ref of its title that nobody had before", () => {
  const added = (title: string, taken: string[] = []) => addQuestion(start, { type: "number", title }, taken).key;
  expect(added("Monthly income (₹)")).toBe("monthly_income");
  expect(added("A")).toBe("a_2");
  expect(added("Crop", ["crop", "crop_2"])).toBe("crop_3");
  expect(added("नाम")).toBe("question");
  expect(added("2nd visit")).toBe("question_2nd_visit");
  expect(added("In")).toBe("question_in");
  expect(
    itemOf(addQuestion(start, { type: "date", title: "When", after: "a" }, []).draft, "questions", "when"),
  ).toEqual({
    ref: "when",
    type: "date",
    title: "When",
  });
});

it("another type loses the settings that it can't have, and no others", () => {
  const one = { ref: "a", type: "number", min: 1, max: 3, required: true, later: 1 };
  expect(retyped(one, "short_text")).toEqual({ ref: "a", type: "short_text", required: true, later: 1 });
  expect(retyped(one, "statement")).toEqual({ ref: "a", type: "statement", later: 1 });
});
