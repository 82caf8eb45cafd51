import { describe, expect, it } from "vitest";
import { entryOf } from "../../../test/support/kind";
import type { QuestionType } from "../../core/form";
import { DefinitionSchema } from "../../core/form-schema";
import { comparable, keysOf } from "./keys";
import { compileLookups } from "./lookups";
import { ConfigSchema } from "./manifest";

const read = (type: QuestionType, answer: string | number | boolean | string[], isCode = false) =>
  comparable(answer, { type, isCode }, "IN");

describe("answers that mean one thing", () => {
  it.each<[QuestionType, ...(string | string[])[]]>([
    ["phone_number", "+919876543210", "098765 43210", "+91 (98765) 43210"],
    ["short_text", "Asha Rao", "  asha\u00a0 RAO ", "ＡＳＨＡ Rao", "asha\u200b rao"],
    ["short_text", "Straße", "STRASSE"],
    ["long_text", "re\u0301sume\u0301", "RÉSUMÉ"],
    ["email", "Asha@Example.org", "asha@example.org"],
    ["datetime", "2026-11-23T10:00:00Z", "2026-11-23t15:30:00+05:30"],
    ["time", "14:05", "14:05:00"],
    ["multiple_choice", ["a", "b"], ["b", "a"]],
  ])("%s: %j and %j", (type, one, ...others) => {
    for (const other of others) expect(read(type, other)).toBe(read(type, one));
  });

  it("are fewer where it is no code, and no other ones where it is", () => {
    expect(read("short_text", "MH-12 AB 1234", true)).toBe(read("short_text", "mh12ab1234", true));
    expect(read("short_text", "MH-12 AB 1234")).not.toBe(read("short_text", "mh12ab1234"));
    expect(read("short_text", "MH-12 AB 1235", true)).not.toBe(read("short_text", "mh12ab1234", true));
    // Vowel signs tell words apart.
    expect(read("short_text", "कि", true)).not.toBe(read("short_text", "की", true));
    expect(read("phone_number", "123")).not.toBe(read("phone_number", "124"));
    expect([read("number", 1), read("yes_no", false), read("short_text", "-", true)]).toEqual(["1", "false", null]);
  });
});

describe("keys", () => {
  const definition = DefinitionSchema.parse({
    title: "T",
    questions: [
      { ref: "plate", type: "short_text", title: "Plate" },
      { ref: "trip", type: "short_text", title: "Trip" },
      { ref: "day", type: "date", title: "Day" },
    ],
  });
  const keys = async (lookup: object, answers: Record<string, string>, integration = "int_1") => {
    const config = ConfigSchema.parse({ rules: [{ name: "r", message: "m", lookup }] });
    const lookups = compileLookups(config, definition);
    const { response } = entryOf(1, answers);
    return (await keysOf(response, { lookups, integration, defaultCountry: undefined })).keys;
  };

  it("are made where all is answered and the rule looks", async () => {
    const lookup = { same: ["plate"], when: 'trip == "round"', within: { days: 7, question: "day" } };
    const answers = { plate: "A1", trip: "round", day: "2026-11-23" };
    expect(await keys(lookup, answers)).toEqual([["r", expect.stringMatching(/^[\w-]{22}$/), 1_795_392_000_000, ""]]);
    expect(await keys(lookup, { ...answers, trip: "one way" })).toEqual([]);
    const { day: _, ...timeless } = answers;
    expect(await keys(lookup, timeless)).toEqual([]);
    expect(await keys({ same: ["plate", "day"] }, timeless)).toEqual([]);
  });

  it("differ between integrations and between answers that only join alike", async () => {
    const [one] = await keys({ same: ["plate"] }, { plate: "A1" });
    const [other] = await keys({ same: ["plate"] }, { plate: "A1" }, "int_2");
    expect(one?.[1]).not.toBe(other?.[1]);
    const same = { same: ["plate", "trip"] };
    const [ab] = await keys(same, { plate: "a b", trip: "c" });
    const [bc] = await keys(same, { plate: "a", trip: "b c" });
    expect(ab?.[1]).not.toBe(bc?.[1]);
  });

  it("of a rule whose question the form does not ask any more, there are none", async () => {
    expect(await keys({ same: ["gone"] }, { gone: "x" })).toEqual([]);
  });
});
