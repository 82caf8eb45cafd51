import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkAnswers } from "./answer";
import { decidingRefs, problemsIn, stateOf } from "./answer-state";
import { compileDefinition } from "./compiled";
import { DefinitionSchema } from "./form-schema";

const compiled = compileDefinition(
  DefinitionSchema.parse({
    title: "Clinic",
    questions: [
      { ref: "ill", type: "yes_no", title: "Ill?", required: true },
      { ref: "days", type: "integer", title: "Days", visibleIf: "ill", required: true, min: 1 },
      { ref: "cost", type: "number", title: "Cost", visibleIf: "days > 0" },
      { ref: "total", type: "number", title: "Total", calculated: "days * cost", shown: true },
      { ref: "score", type: "number", title: "Score", calculated: "days * 7" },
      { ref: "phone", type: "phone_number", title: "Phone", requiredIf: "total > 1000" },
      { ref: "notes", type: "long_text", title: "Notes" },
    ],
  }),
);

describe("a form while it is filled in", () => {
  it.each([
    [{}, ["days", "cost"], ["ill"], {}],
    [{ ill: false }, ["days", "cost"], ["ill"], {}],
    [{ ill: true }, ["cost"], ["ill", "days"], {}],
    [{ ill: true, days: 0 }, ["cost"], ["ill", "days"], {}],
    [{ ill: true, days: 2, cost: 10 }, [], ["ill", "days"], { total: 20 }],
    [{ ill: true, days: 2, cost: 900 }, [], ["ill", "days", "phone"], { total: 1800 }],
    [{ ill: false, days: 2, cost: 900 }, ["days", "cost"], ["ill"], {}],
    [{ ill: "yes", unknown: 1 }, ["days", "cost"], ["ill"], {}],
  ])("with %j", (answers, hidden, required, calculated) => {
    const state = stateOf(compiled, answers);
    expect([...state.hidden]).toEqual(hidden);
    expect([...state.required]).toEqual(required);
    // An answer that nobody is shown stays with the server.
    expect(Object.fromEntries(state.calculated)).toEqual(calculated);
  });

  it("agrees with what is stored: what is not asked is not in it, and what is demanded is", () => {
    const value = fc.record(
      { ill: fc.boolean(), days: fc.integer({ min: 1, max: 9 }), cost: fc.integer({ min: 0, max: 999 }) },
      { requiredKeys: ["ill"] },
    );
    fc.assert(
      fc.property(value, (answers) => {
        const { hidden, required } = stateOf(compiled, answers);
        const checked = checkAnswers(compiled, answers);
        if (checked.ok) {
          expect(Object.keys(checked.answers).filter((ref) => hidden.has(ref))).toEqual([]);
          for (const ref of required) expect(checked.answers).toHaveProperty(ref);
        } else for (const { question } of checked.problems) expect(required.has(question ?? "")).toBe(true);
      }),
    );
  });

  it("knows the questions that decide about others", () => {
    expect([...decidingRefs(compiled)].toSorted()).toEqual(["cost", "days", "ill", "total"]);
    expect(decidingRefs(compiled)).toBe(decidingRefs(compiled));
  });

  it("says what is wrong with some questions, whatever is missing elsewhere", () => {
    const refs = (answers: object, of: string[]) =>
      problemsIn(compiled, { ...answers }, { refs: new Set(of) }).map(({ question, code }) => `${question} ${code}`);
    expect(refs({}, ["notes"])).toEqual([]);
    expect(refs({ ill: true, phone: "x" }, ["ill", "days"])).toEqual(["days required"]);
    expect(refs({ ill: true, phone: "x" }, ["phone"])).toEqual(["phone invalid_phone"]);
  });

  it("says which rules refuse, as soon as their answers are there, in the language of the reader", () => {
    const ruled = compileDefinition(
      DefinitionSchema.parse({
        title: "Loan",
        language: "en",
        questions: [
          { ref: "need", type: "number", title: "Need" },
          { ref: "ask", type: "number", title: "Ask" },
          { ref: "name", type: "short_text", title: "Name", required: true },
        ],
        rules: [
          { name: "modest", severity: "error", expression: "ask <= need", message: "Too much." },
          { name: "small", severity: "flag", expression: "ask < 100", message: "Large." },
        ],
        translations: { hi: { rules: { modest: "बहुत ज़्यादा।" } } },
      }),
    );
    const said = (answers: object, languages?: string[]) =>
      problemsIn(ruled, { ...answers }, { refs: new Set(["ask"]), ...(languages && { languages }) }).map(
        (p) => p.detail,
      );
    expect(said({ ask: 500 })).toEqual([]);
    expect(said({ ask: 500, need: 600 })).toEqual([]);
    expect(said({ ask: 500, need: 50 })).toEqual(["Too much."]);
    expect(said({ ask: 500, need: 50 }, ["hi"])).toEqual(["बहुत ज़्यादा।"]);
    expect(said({ ask: 500, need: "x" })).toEqual([]);
  });
});
