import { describe, expect, it } from "vitest";
import { compileDefinition } from "../core/compiled";
import { AppError } from "../core/errors";
import { DefinitionSchema } from "../core/form-schema";
import type { Answers } from "../core/response";
import { judge } from "./judge";

const compiled = compileDefinition(
  DefinitionSchema.parse({
    title: "T",
    questions: [
      { ref: "name", type: "short_text", title: "Name" },
      { ref: "phone", type: "short_text", title: "Phone" },
      { ref: "email", type: "short_text", title: "E-mail" },
      { ref: "age", type: "integer", title: "Age" },
    ],
    rules: [
      { name: "reachable", severity: "error", expression: "phone != null || email != null", message: "Give one." },
      { name: "old", severity: "flag", expression: "age < 100", message: "Look again." },
    ],
  }),
);

/** The names of the flags, or of the rules that refuse. */
function judged(answers: Answers, before?: Answers): readonly string[] {
  try {
    const flags = judge({ compiled }, { answers, languages: [], detail: "no", ...(before && { before }) });
    return flags.map(({ rule }) => rule);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return (error.details.errors ?? []).map(({ code, question }) => `${code} ${question}`);
  }
}
const REFUSED = ["rule_failed phone", "rule_failed email"];

describe("a rule that refuses", () => {
  it("refuses a submission, and an edit that breaks it", () => {
    expect(judged({ name: "a" })).toEqual(REFUSED);
    expect(judged({ name: "a" }, { name: "a", phone: "1" })).toEqual(REFUSED);
    expect(judged({ name: "a", email: "e" })).toEqual([]);
  });

  it("flags an edit of other answers where it was broken before: the rule came after the response", () => {
    expect(judged({ name: "b" }, { name: "a" })).toEqual(["reachable"]);
    expect(judged({ name: "b", age: 120 }, { name: "a" })).toEqual(["reachable", "old"]);
  });
});
