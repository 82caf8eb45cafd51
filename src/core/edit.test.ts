import { describe, expect, it } from "vitest";
import { compileDefinition } from "./compiled";
import { checkEdit } from "./edit";
import { DefinitionSchema } from "./form-schema";
import type { Answers } from "./response";

const NAME = { ref: "name", type: "short_text", title: "Name", required: true };
const choices = (...ids: string[]) => ids.map((id) => ({ id, label: id.toUpperCase() }));
const CITY = { ref: "city", type: "dropdown", title: "City", choices: choices("delhi") };
const AGE = { ref: "age", type: "integer", title: "Age", max: 50 };

const compiled = (...questions: unknown[]) => compileDefinition(DefinitionSchema.parse({ title: "T", questions }));
const codes = (result: ReturnType<typeof checkEdit>) =>
  result.ok ? result.answers : result.problems.map(({ question, code }) => `${question} ${code}`);

/** Stored under an older version: the form has no pune and no ages beyond 50 any more, and asks for a phone. */
const STORED: Answers = { name: "Asha", city: "pune", age: 70, old: "gone" };
const newest = compiled(NAME, CITY, AGE, { ref: "phone", type: "phone_number", title: "Phone", required: true });
const edit = (patch: Record<string, unknown>, of = newest, stored = STORED) => codes(checkEdit(of, stored, patch));

describe("an edit", () => {
  it("leaves what it does not touch as it is, also what the newest version would not take or does not ask", () => {
    expect(edit({ name: "Mira" })).toEqual({ ...STORED, name: "Mira" });
    expect(edit({})).toEqual(STORED);
  });

  it("checks what it touches against the newest version", () => {
    expect(edit({ city: "agra" })).toEqual(["city invalid_choice"]);
    expect(edit({ age: 71 })).toEqual(["age out_of_range"]);
    expect(edit({ phone: "x" })).toEqual(["phone invalid_phone"]);
    expect(edit({ old: "other" })).toEqual(["old unknown_question"]);
    expect(edit({ name: null })).toEqual(["name required"]);
    expect(edit({ name: "" })).toEqual(["name required"]);
    expect(edit({ city: "delhi", age: 7, phone: "+91 98765 43210", old: null })).toEqual({
      name: "Asha",
      city: "delhi",
      age: 7,
      phone: "+91 98765 43210",
    });
  });

  it("touches nothing where it sends what is there: a response that was read can be sent back with one answer changed", () => {
    expect(edit({ ...STORED, name: "Mira" })).toEqual({ ...STORED, name: "Mira" });
  });

  it("names refs that never were, also with null, and takes away what the form does not take any more", () => {
    expect(edit({ nmae: "x", agee: null })).toEqual(["nmae unknown_question", "agee unknown_question"]);
    expect(edit({ city: null, age: null, old: null })).toEqual({ name: "Asha" });
  });

  it("merges into objects, and judges the whole", () => {
    const spot = compiled({ ref: "spot", type: "location", title: "Where" });
    const stored = { spot: { latitude: 1, longitude: 2, accuracy: 5 } };
    expect(edit({ spot: { accuracy: null } }, spot, stored)).toEqual({ spot: { latitude: 1, longitude: 2 } });
    expect(edit({ spot: { latitude: null } }, spot, stored)).toEqual(["spot invalid_location"]);
    expect(edit({ spot: { latitude: 1 } }, spot, stored)).toEqual(stored);
  });
});

describe("what follows from an edit", () => {
  const logic = compiled(
    NAME,
    CITY,
    AGE,
    { ref: "guardian", type: "short_text", title: "Guardian", requiredIf: "age < 18" },
    { ref: "ward", type: "short_text", title: "Ward", visibleIf: 'city == "pune"' },
    { ref: "door", type: "short_text", title: "Door", visibleIf: 'city == "delhi"' },
    { ref: "double", type: "integer", title: "Double", calculated: "age * 2" },
  );
  const stored: Answers = { name: "Asha", city: "pune", age: 30, ward: "7", double: 60 };

  it("is demanded, dropped and calculated; kept answers count in conditions though they would not be taken", () => {
    expect(edit({ name: "Mira" }, logic, stored)).toEqual({ ...stored, name: "Mira" });
    expect(edit({ age: 12 }, logic, stored)).toEqual(["guardian required"]);
    expect(edit({ age: 12, guardian: "Uma" }, logic, stored)).toEqual({
      ...stored,
      age: 12,
      guardian: "Uma",
      double: 24,
    });
    const { ward: _, ...moved } = stored;
    expect(edit({ city: "delhi" }, logic, stored)).toEqual({ ...moved, city: "delhi" });
  });

  it("is not demanded when it was owed before, until it is touched", () => {
    const owing = { ...stored, age: 12, double: 24 };
    expect(edit({ name: "Mira" }, logic, owing)).toEqual({ ...owing, name: "Mira" });
    expect(edit({ guardian: "" }, logic, owing)).toEqual(["guardian required"]);
  });

  it("keeps an answer that the newest version does not ask for in this case, while it does not ask for it", () => {
    const before = { ...stored, door: "green" };
    expect(edit({ name: "Mira" }, logic, before)).toEqual({ ...before, name: "Mira" });
    expect(edit({ door: "red" }, logic, before)).toEqual(stored);
  });
});
