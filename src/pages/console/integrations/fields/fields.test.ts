import { describe, expect, it } from "vitest";
import * as z from "zod";
import { field } from "../../../../core/config-field";
import { AppError } from "../../../../core/errors";
import type { Question } from "../../../../core/form";
import { toJsonSchema } from "../../../../core/json-schema";
import { mistakesIn } from "./mistakes";
import { type Control, controlsOf, partAt, secretControls } from "./model";
import { readControls, textOf } from "./values";

const QUESTIONS = [
  { ref: "name", type: "short_text", title: "Name" },
  { ref: "note", type: "statement", title: "Note" },
  { ref: "born", type: "date", title: "Born" },
] as readonly Question[];

/** Of every shape that a config may have. */
const SCHEMA = toJsonSchema(
  z.strictObject({
    on: z.boolean().default(true),
    off: z.boolean().optional(),
    shape: z.literal("round").optional(),
    about: z.string().meta(field("About", "Which question.", "question")),
    dates: z
      .array(z.string())
      .meta(field("Dates", undefined, "question", ["date"]))
      .optional(),
    mixed: z.array(z.union([z.string(), z.strictObject({ question: z.string() })])).optional(),
    odd: z.union([z.number(), z.strictObject({ deep: z.array(z.number()) })]).optional(),
    rules: z
      .array(
        z.strictObject({
          name: z.string().meta(field("Name")),
          texts: z.record(z.string(), z.string()).optional(),
          within: z.strictObject({ days: z.int().meta(field("Days")) }).optional(),
        }),
      )
      .optional(),
    connection: z
      .string()
      .meta(field("Connection", undefined, "connection"))
      .optional(),
  }),
);
const controls = controlsOf(SCHEMA, QUESTIONS, { at: "config" });
const control = (key: string): Control => {
  const found = controls.find((one) => one.key === key);
  if (!found) throw new Error(`there is no control ${key}`);
  return found;
};
const read = (...sent: [name: string, value: string][]) => readControls(controls, new URLSearchParams(sent));

describe("the controls of a schema", () => {
  it("are of the type that each property needs, by its hints first", () => {
    const types = controls.map(({ key, type }) => [key, type]);
    expect(Object.fromEntries(types)).toEqual({
      on: "switch",
      off: "switch",
      shape: "choice",
      about: "choice",
      dates: "choices",
      mixed: "lines",
      odd: "json",
      rules: "groups",
    });
    expect(control("about").options).toEqual([
      { value: "name", label: "Name" },
      { value: "born", label: "Born" },
    ]);
    expect(control("dates").options).toEqual([{ value: "born", label: "Born" }]);
  });

  it("of what may be left out as a whole ask for nothing", () => {
    expect(control("about").required).toBe(true);
    expect(control("rules").parts.map(({ required }) => required)).toEqual([false, false, false]);
  });

  it("of secrets have no text, whatever is put into them", () => {
    const secrets = z.strictObject({
      token: z.string(),
      headers: z.record(z.string(), z.string()).optional(),
      before: z.array(z.strictObject({ token: z.string() })).optional(),
    });
    for (const one of secretControls(toJsonSchema(secrets, { secret: true }))) {
      expect([one.key, one.secret, textOf(one, { a: "b" })]).toEqual([one.key, true, ""]);
    }
    const file = z.object({ token: z.string() }).meta(field("File", undefined, "file"));
    expect(secretControls(toJsonSchema(file, { secret: true }))).toMatchObject([
      { name: "secrets", type: "text", secret: true },
    ]);
  });
});

describe("what was entered", () => {
  it("is read as the schema has it, and what was left empty is left out", () => {
    expect(read()).toEqual({ values: { on: false }, problems: [] });
    const { values, problems } = read(
      ["config.on", "yes"],
      ["config.shape", "round"],
      ["config.dates", "born"],
      ["config.mixed", 'name\r\n\r\n{"question":"born"}'],
      ["config.odd", '{"deep":[1]}'],
      ["config.rules.0.name", " "],
      ["config.rules.2.name", "First"],
      ["config.rules.2.texts", "hi: नाम: तीन\n__proto__: x"],
      ["config.rules.7.within.days", "3"],
    );
    expect(problems).toEqual([]);
    expect(values).toEqual({
      on: true,
      shape: "round",
      dates: ["born"],
      mixed: ["name", { question: "born" }],
      odd: { deep: [1] },
      rules: [
        {
          name: "First",
          texts: Object.fromEntries([
            ["hi", "नाम: तीन"],
            ["__proto__", "x"],
          ]),
        },
        { within: { days: 3 } },
      ],
    });
    for (const key of ["mixed", "odd"]) {
      const again = read([`config.${key}`, textOf(control(key), values[key])]);
      expect(again.values[key]).toEqual(values[key]);
    }
  });

  it("stays as it is where it can't be read, with what to do", () => {
    const { values, problems } = read(["config.odd", "{"], ["config.rules.0.texts", "no pair"]);
    expect(values).toMatchObject({ odd: "{", rules: [{ texts: "no pair" }] });
    expect(problems.map(({ pointer }) => pointer)).toEqual(["/config/odd", "/config/rules/0/texts"]);
  });
});

describe("mistakes", () => {
  const found = (pointer: string, detail = "bad value") =>
    mistakesIn(new AppError("invalid_request", { errors: [{ pointer, code: "x", detail }] }), controls).all[0];

  it("belong to the innermost control that their pointer leads to", () => {
    expect(found("/config/rules/1/within/days")).toEqual({
      name: "config.rules.1.within.days",
      title: "Days",
      detail: "Bad value",
    });
    expect(partAt(control("rules"), control("rules").parts[0] as Control, 1).name).toBe("config.rules.1.name");
    expect(found("/config/mixed/2")).toMatchObject({ name: "config.mixed", detail: "3: bad value" });
    expect(found("/config/rules")).toMatchObject({ name: "config.rules", detail: "Bad value" });
  });

  it("of no control say where they are", () => {
    expect(found("/start")).toEqual({ name: null, title: null, detail: "start: bad value" });
    expect(mistakesIn(undefined, controls).all).toEqual([]);
  });
});
