import { describe, expect, it } from "vitest";
import type { Definition } from "../../core/form";
import type { Answers } from "../../core/response";
import { ConfigSchema } from "./manifest";
import { contentOf, prepareMessage } from "./message";
import { DEFINITION, makeWorld, phone, response, START } from "./testing";

const { deps } = makeWorld();

function prepare(answers: Answers, config: Record<string, unknown> = {}, record = response(1, answers)) {
  const parsed = ConfigSchema.parse({ ...deps.config, ...config });
  const entry = { position: 1, event: "created", response: record, delivery: "d1" } as const;
  return prepareMessage(entry, { ...deps, config: parsed });
}

describe("what is sent for a response", () => {
  it("is the template over its answers, to its number in E.164", () => {
    const body = '{{name}} ({{age >= 18 ? "adult" : "child"}}): {{response_id}}, {{form_title}}';
    const answers = { name: "Asha", phone: "098765-43210", age: 20 };
    expect(prepare(answers, { body, defaultCountry: "IN" })).toEqual({
      content: { to: "+919876543210", body: "Asha (adult): resp1, Savings" },
    });
  });

  it.each<[what: string, answers: Answers, config: Record<string, unknown>, type: string, says: string]>([
    ["without an answer to the question", { name: "A" }, {}, "skipped", "no phone number"],
    ["with a blank answer", { phone: "  " }, {}, "skipped", "no phone number"],
    ["with a number that is none", { phone: "12345" }, { defaultCountry: "IN" }, "rejected", "not valid"],
    ["with a number without its country", { phone: "9876543210" }, {}, "rejected", "default country"],
    ["with an empty text", { phone: phone(1), name: " " }, { body: "{{name}}" }, "rejected", "empty"],
    [
      "with a text that is too long",
      { phone: phone(1), name: "😀".repeat(1_601) },
      { body: "{{name}}" },
      "rejected",
      "1,600",
    ],
    ["under a template that names nothing", { phone: phone(1) }, { body: "{{gone}}" }, "rejected", "template"],
  ])("is nothing %s", (_, answers, config, type, says) => {
    const prepared = prepare(answers, config);
    expect(prepared).toEqual({ outcome: { type, reason: expect.stringContaining(says) } });
    expect(JSON.stringify(prepared)).not.toMatch(/12345|98765/);
  });

  it("is nothing for an erased response, and 1,600 characters are not too many", () => {
    const erased = { ...response(1), erasedAt: START };
    expect(prepare({}, {}, erased)).toMatchObject({ outcome: { type: "skipped" } });
    expect(prepare({ phone: phone(1), name: "😀".repeat(1_600) }, { body: "{{name}}" })).toHaveProperty("content");
  });

  it("may name questions of other versions: they show nothing", () => {
    const newer: Definition = {
      ...DEFINITION,
      questions: [...DEFINITION.questions, { ref: "crop", type: "short_text", title: "Crop" }],
    };
    const form = {
      ...deps.form,
      version: 2,
      definitions: new Map([
        [2, newer],
        [1, DEFINITION],
      ]),
    };
    const config = { ...deps.config, body: "{{name}} {{crop}}." };
    const entry = { position: 1, event: "created", response: response(1), delivery: "d1" } as const;
    expect(prepareMessage(entry, { ...deps, config, form })).toEqual({ content: { to: phone(1), body: "Name 1 ." } });
  });

  it("is not guessed when an entry brings none", () => {
    const entry = { position: 1, event: "created", response: response(1), delivery: "d1" } as const;
    expect(() => contentOf(entry)).toThrow();
  });
});
