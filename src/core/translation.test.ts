import { describe, expect, it } from "vitest";
import type { Definition } from "./form";
import { acceptedLanguages, chooseLanguage, directionOf, localize } from "./translation";
import { LanguageSchema } from "./translation-schema";

describe("languages", () => {
  it.each([
    ["ar", "rtl"],
    ["ur", "rtl"],
    ["fa-AF", "rtl"],
    ["he", "rtl"],
    ["pa-Arab", "rtl"],
    ["pa", "ltr"],
    ["hi", "ltr"],
    ["az-Arab", "rtl"],
    ["en", "ltr"],
    ["no such tag", "ltr"],
  ])("%s runs %s", (tag, direction) => {
    expect(directionOf(tag)).toBe(direction);
  });

  it.each([
    ["hi", null],
    ["pt-BR", null],
    ["HI", "write this language as hi"],
    ["pt_BR", "a language is a tag"],
    ["", "a language is a tag"],
  ])("%j as a tag", (tag, message) => {
    const found = LanguageSchema.safeParse(tag).error?.issues[0]?.message ?? null;
    if (message === null) expect(found).toBeNull();
    else expect(found).toContain(message);
  });

  it("are read from Accept-Language, most wanted first", () => {
    expect(acceptedLanguages("fr;q=0.2, hi-IN, *;q=0.1, en;q=0.9, de;q=0, x y")).toEqual(["hi-IN", "en", "fr"]);
  });

  const definition: Definition = {
    title: "Visit",
    language: "en",
    questions: [{ ref: "a", type: "dropdown", title: "A", choices: [{ id: "x", label: "X" }] }],
    translations: {
      hi: { title: "दौरा", questions: { a: { choices: { x: "एक्स" } } } },
      "pt-BR": { description: "Uma visita" },
    },
  };

  it.each([
    [["hi-IN"], "hi"],
    [["fr", "hi"], "hi"],
    [["pt-br"], "pt-BR"],
    [["pt"], null],
    [["en-GB", "hi"], null],
    [["fr"], null],
  ])("of those %j the form has %j", (wanted, language) => {
    expect(chooseLanguage(definition, wanted)).toBe(language);
  });

  it("show what is translated, and the rest as it is", () => {
    expect(localize(definition, "hi")).toMatchObject({
      title: "दौरा",
      questions: [{ title: "A", choices: [{ id: "x", label: "एक्स" }] }],
    });
    expect(localize(definition, "pt-BR")).toMatchObject({ title: "Visit", description: "Uma visita" });
    expect(localize(definition, "fr")).toBe(definition);
  });
});
