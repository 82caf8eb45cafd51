import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asDraft, type Draft, keysOf, listOf } from "../../../core/draft/draft";
import { memberOf, withMember } from "../../../core/draft/json";
import { usableDefinition } from "../../../core/draft/usable";
import { QUESTION_TYPES } from "../../../core/form";
import { QuestionSchema } from "../../../core/form-schema";
import { SettingsSchema } from "../../../core/form-settings-schema";
import { RuleSchema } from "../../../core/rule-schema";
import type { FormView } from "../../../services/form-view";
import { applyList, applyQuestion, choiceFields, questionFields } from "./question-fields";
import { applyRule, ruleFields } from "./rule-fields";
import { settingsFields } from "./settings-fields";

const json = fc.jsonValue({ maxDepth: 2 });
const or = <T>(known: fc.Arbitrary<T>) => fc.oneof({ weight: 3, arbitrary: known }, json);
const text = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom("a\r\nb", "\n a", " x ", "a\rb", "on", ""));
const expression = fc.constantFrom(
  "a > 1",
  'b == "x"',
  "a != null && b != null",
  "size(b) > 1",
  "!(",
  " a > 1 ",
  "a > 1 ||",
);
const choices = fc.array(or(fc.record({ id: text, label: or(text), later: json }, { requiredKeys: [] })), {
  maxLength: 3,
});
const question = fc.record(
  {
    ref: or(fc.constantFrom("a", "b", "c")),
    type: or(fc.constantFrom(...QUESTION_TYPES)),
    title: or(text),
    description: or(text),
    required: or(fc.boolean()),
    indexed: or(fc.boolean()),
    min: or(fc.double({ noNaN: true })),
    maxLength: or(fc.integer()),
    pattern: or(text),
    choices: or(choices),
    choiceList: or(text),
    visibleIf: or(expression),
    requiredIf: or(expression),
    calculated: or(expression),
    page: or(fc.record({ title: or(text), later: json }, { requiredKeys: [] })),
    metadata: json,
    later: json,
  },
  { requiredKeys: [] },
);
const rule = fc.record(
  {
    name: or(text),
    severity: or(fc.constantFrom("flag", "error")),
    expression: or(expression),
    message: or(text),
    questions: or(fc.array(or(fc.constantFrom("a", "b")))),
    later: json,
  },
  { requiredKeys: [] },
);
/** A draft with questions that conditions may name, and with whatever else a draft may hold. */
const draft: fc.Arbitrary<Draft> = fc
  .record({
    questions: fc.array(or(question), { maxLength: 4 }),
    rules: fc.array(or(rule), { maxLength: 3 }),
    choiceLists: fc.dictionary(fc.constantFrom("x", "y"), or(choices)),
    later: json,
  })
  .map(({ questions, ...rest }) => {
    const known = [
      { ref: "a", type: "number", title: "A" },
      { ref: "b", type: "short_text", title: "B" },
    ];
    return asDraft(JSON.parse(JSON.stringify({ ...rest, questions: [...known, ...questions] }))) ?? {};
  });

/**
 * A form as browsers send it: without line breaks in an input of one line, with their own in others, both to be read
 * alike.
 */
const sentBack = (fields: Readonly<Record<string, string>>, oneLine: boolean) =>
  new URLSearchParams(
    Object.entries(fields).map(([name, value]) => [
      name,
      value.replaceAll(/\r\n|\r|\n/g, oneLine && isOneLine(name) ? "" : "\r\n"),
    ]),
  );
const LONG = /^(description|page\.description|message|calculated|metadata|more)$|\.expression$/;
const isOneLine = (name: string) => !LONG.test(name);

describe("a page that is sent back as it was shown changes nothing", () => {
  it("of a question", () => {
    fc.assert(
      fc.property(draft, fc.nat(5), (value, at) => {
        const key = keysOf(value, "questions")[at];
        fc.pre(key !== undefined);
        const definition = usableDefinition(value);
        const sent = sentBack(questionFields(listOf(value, "questions")[at], definition), true);
        expect(applyQuestion(value, key, sent, definition)).toEqual({ draft: value, key, problems: [] });
      }),
    );
  });

  it("of a rule", () => {
    fc.assert(
      fc.property(draft, fc.nat(2), (value, at) => {
        const key = keysOf(value, "rules")[at];
        fc.pre(key !== undefined);
        const definition = usableDefinition(value);
        const sent = sentBack(ruleFields(listOf(value, "rules")[at], definition), true);
        for (const { ref } of definition.questions) sent.append("asked", ref);
        expect(applyRule(value, key, sent, definition)).toEqual({ draft: value, key, problems: [] });
      }),
    );
  });

  it("of a list", () => {
    fc.assert(
      fc.property(draft, fc.constantFrom("x", "y"), (value, name) => {
        const list = memberOf(value.choiceLists, name);
        const sent = sentBack(choiceFields(Array.isArray(list) ? list : []), true);
        expect(applyList(value, name, sent)).toEqual(value);
      }),
    );
  });
});

describe("what the API takes has an input", () => {
  const first = (fields: object) => new Set(Object.keys(fields).map((name) => name.split(".")[0]));

  it("each member of a question", () => {
    const one = (type: string) => ({ ref: "a", type, title: "A", choices: [{ id: "x", label: "X" }] });
    const fields = QUESTION_TYPES.flatMap((type) => [...first(questionFields(one(type), { questions: [] }))]);
    const called = fields.map((name) => ({ choice: "choices", begins: "page" })[name ?? ""] ?? name);
    expect(Object.keys(QuestionSchema.shape).filter((member) => !called.includes(member))).toEqual([]);
  });

  it("each member of a rule", () => {
    const fields = first(ruleFields({ questions: ["a"] }, { questions: [] }));
    const called = [...fields].map((name) => (name === "concerns" ? "questions" : name));
    expect(Object.keys(RuleSchema.shape).filter((member) => !called.includes(member))).toEqual([]);
  });

  it("each setting of a form", () => {
    const fields = first(settingsFields({ access: "public", metadata: {} } as FormView));
    expect(Object.keys(SettingsSchema.shape).filter((setting) => !fields.has(setting))).toEqual([]);
  });
});

it("a change of one input of a question changes that member alone", () => {
  fc.assert(
    fc.property(draft, fc.nat(5), fc.constantFrom("title", "description", "pattern"), (value, at, member) => {
      const key = keysOf(value, "questions")[at];
      fc.pre(key !== undefined);
      const definition = usableDefinition(value);
      const before = listOf(value, "questions")[at];
      const fields = questionFields(before, definition);
      fc.pre(member in fields && typeof before === "object" && before !== null && !Array.isArray(before));
      const sent = sentBack({ ...fields, [member]: "Another one" }, true);
      const { draft: next } = applyQuestion(value, key, sent, definition);
      const questions = listOf(value, "questions").with(at, { ...before, [member]: "Another one" });
      expect(next).toEqual(withMember(value, "questions", questions));
    }),
  );
});
