import { describe, expect, it } from "vitest";
import doc from "../../docs/forms.md?raw";
import { QUESTION_TYPES } from "../../src/core/form";
import { DefinitionSchema, QuestionSchema } from "../../src/core/form-schema";
import { SettingsSchema } from "../../src/core/form-settings-schema";
import { call, newWorkspace } from "../support/api";

const examples = [...doc.matchAll(/```json\n(.*?)```/gs)].map(
  (match) => JSON.parse(match[1] ?? "") as { title: string },
);

describe("docs/forms.md", () => {
  it("has examples", () => {
    expect(examples.length).toBeGreaterThanOrEqual(5);
  });

  it.each(examples.map((example) => [example.title, example] as const))(
    "%s can be posted as it stands",
    async (_, body) => {
      const made = await call("POST", "/v1/forms", { key: await newWorkspace(), body });
      expect([made.status, made.body.errors]).toEqual([201, undefined]);
      const {
        draft: _draft,
        questions: _questions,
        ...kept
      } = body as { draft?: boolean; questions?: unknown; title: string };
      expect(made.body).toMatchObject(kept);
    },
  );

  it("names every member, setting and type", () => {
    const shapes = [DefinitionSchema.shape, QuestionSchema.shape, SettingsSchema.shape];
    const names = [...shapes.flatMap((shape) => Object.keys(shape)), ...QUESTION_TYPES];
    expect(names.filter((name) => !new RegExp(`[\`\\s"]${name}[\`\\s"]`).test(doc))).toEqual([]);
  });
});
