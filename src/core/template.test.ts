import { describe, expect, it } from "vitest";
import type { Definition } from "./form";
import type { Answers } from "./response";
import { compileTemplate } from "./template";

const definition: Definition = {
  title: "Loans",
  questions: [
    { ref: "name", type: "short_text", title: "Name" },
    { ref: "age", type: "integer", title: "Age" },
    { ref: "member", type: "yes_no", title: "Member" },
    {
      ref: "city",
      type: "dropdown",
      title: "City",
      choices: [{ id: "blr", label: "Bengaluru" }],
    },
    {
      ref: "needs",
      type: "multiple_choice",
      title: "Needs",
      choices: [
        { id: "w", label: "Water" },
        { id: "s", label: "Seeds" },
      ],
    },
    { ref: "type", type: "short_text", title: "A word of CEL" },
  ],
};
const answers = { name: "Asha", age: 18, member: true, city: "blr", needs: ["s", "w"], type: "small" };
const extras = { response_id: "r1", form_title: "Loans" };

function render(body: string, given: Answers = answers, of = definition): string {
  const template = compileTemplate(body, definition);
  if (!template.ok) throw new Error(template.detail);
  return template.render({ answers: given, metadata: { device: "t1" } }, of, extras);
}

describe("templates", () => {
  it.each([
    ["Thanks {{name}}!", "Thanks Asha!"],
    ["{{ name }}{{age}}", "Asha18"],
    ["{{city}}: {{needs}}, {{member}}", "Bengaluru: Seeds, Water, Yes"],
    ["{{type}}", "small"],
    ["{{form_title}} {{response_id}}", "Loans r1"],
    ['{{age >= 18 ? "adult" : "child"}}', "adult"],
    ["next year {{age + 1}}, {{age > 3}}", "next year 19, Yes"],
    ["{{metadata.device}}", "t1"],
    ['{{"}}" + name}}', "}}Asha"],
    ["no braces { } here", "no braces { } here"],
    ["", ""],
  ])("%j becomes %j", (body, text) => {
    expect(render(body)).toBe(text);
  });

  it("show what is missing as nothing", () => {
    expect(render("[{{name}}][{{needs}}][{{age + 1}}][{{metadata.zone}}]", {})).toBe("[][][][]");
  });

  it("never read braces in an answer", () => {
    expect(render("{{name}}", { name: "{{age}}", age: 3 })).toBe("{{age}}");
  });

  it("take labels from the version that was answered", () => {
    const before = {
      ...definition,
      questions: [{ ref: "city", type: "dropdown", title: "City", choices: [{ id: "blr", label: "Bangalore" }] }],
    } satisfies Definition;
    expect(render("{{city}} {{needs}}", answers, before)).toBe("Bangalore Seeds, Water");
  });

  it.each([
    ["Hi {{name", "At character 4: {{ is never closed by }}"],
    ["Hi name}} x", "At character 8: }} closes nothing"],
    ["{{}}", "At character 1: there is nothing between {{ and }}"],
    ["ab {{nmae}}", "At character 4: {{nmae}}: Unknown variable: nmae (at character 1)."],
    ["{{age >}}", "At character 1: {{age >}}: Unexpected token: EOF (at character 6)."],
  ])("report what is wrong in %j, with the place", (body, detail) => {
    expect(compileTemplate(body, definition)).toEqual({ ok: false, detail });
  });

  it("are bounded in length", () => {
    expect(compileTemplate("x".repeat(5_001), definition).ok).toBe(false);
  });
});
