import { describe, expect, it } from "vitest";
import type { Question } from "./form";
import { pagesOf } from "./form-pages";
import { DefinitionSchema } from "./form-schema";
import { localize } from "./translation";

const ask = (ref: string, extra: Partial<Question> = {}): Question => ({
  ref,
  type: "short_text",
  title: ref,
  ...extra,
});
const mistakes = (definition: unknown) =>
  DefinitionSchema.safeParse(definition).error?.issues.map((one) => one.message);

describe("the pages of a form", () => {
  it("begin where a question says so, and hold every question once, in order", () => {
    const questions = [ask("a"), ask("b", { page: { title: "Two" } }), ask("c"), ask("d", { page: {} })];
    expect(pagesOf(questions).map(({ title, questions: on }) => [title, on.map(({ ref }) => ref)])).toEqual([
      [undefined, ["a"]],
      ["Two", ["b", "c"]],
      [undefined, ["d"]],
    ]);
  });

  it("are one where no question begins another, the first question or none", () => {
    expect(pagesOf([ask("a", { page: { title: "One" } }), ask("b")])).toMatchObject([{ title: "One" }]);
    expect(pagesOf([])).toEqual([]);
  });

  it("have a title and a description, which are translated", () => {
    const definition = DefinitionSchema.parse({
      title: "Visit",
      questions: [ask("a", { page: { title: "Group", description: "All of it" } })],
      translations: { hi: { questions: { a: { page: { title: "समूह" } } } } },
    });
    const [page] = pagesOf(localize(definition, "hi").questions);
    expect(page).toMatchObject({ title: "समूह", description: "All of it" });
  });

  it.each([
    [{ page: { name: "x" } }, undefined, "Unrecognized key"],
    [{ page: { title: "" } }, undefined, "Too small"],
    [{}, { a: { page: { title: "x" } } }, "no page begins with a"],
  ])("%j is refused", (extra, questions, message) => {
    const translations = questions && { hi: { questions } };
    const definition = { title: "T", questions: [{ ...ask("a"), ...extra }], ...(translations && { translations }) };
    expect(mistakes(definition)).toEqual([expect.stringContaining(message)]);
  });

  it("only a calculated question is shown by its owner's wish", () => {
    expect(mistakes({ title: "T", questions: [ask("a", { shown: true })] })).toEqual([
      "every question is shown; this is for a calculated one",
    ]);
    expect(mistakes({ title: "T", questions: [ask("b"), ask("a", { calculated: "b", shown: true })] })).toBeUndefined();
  });
});
