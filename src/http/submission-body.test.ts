import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../core/errors";
import { checkMetadata } from "../core/metadata";
import { MetadataSchema } from "../core/metadata-schema";
import { findProblems } from "../services/check";
import { BatchBody, SubmitBody } from "./openapi/schemas/submission-bodies";
import { readBatch, readSubmission } from "./submission-body";

/** What a reader that checks by hand says of a body; empty: it takes it. */
function mistakes(read: (value: unknown) => unknown, value: unknown): unknown {
  try {
    read(value);
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.code).toBe("invalid_request");
    return error.details.errors;
  }
}

const json = fc.jsonValue({ maxDepth: 2 });
const text = fc.oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.constantFrom("x".repeat(2049), "k", "", "é"));
const field = fc.oneof(json, text);
const submission = fc.oneof(
  json,
  fc.record(
    { answers: json, metadata: json, submittedAt: json, turnstileToken: field, idempotencyKey: field, other: json },
    { requiredKeys: [] },
  ),
);
const batch = fc.oneof(
  json,
  fc.record({ responses: fc.oneof(json, fc.array(submission)), other: json }, { requiredKeys: [] }),
);
/** Of what has a length and is no text or list as it should be, zod says besides that it is too long or too short. */
const hasLength = (value: { readonly length?: unknown } | null | undefined): boolean => value?.length !== undefined;
const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("the hand-made check of a body says what the documented schema says, word for word", () => {
  it("of a submission", () => {
    fc.assert(
      fc.property(submission, (value) => {
        const { turnstileToken } = Object(sent(value));
        fc.pre(typeof turnstileToken === "string" || !hasLength(turnstileToken));
        expect(mistakes(readSubmission, sent(value))).toEqual(findProblems(SubmitBody, sent(value)));
      }),
      { numRuns: 2_000 },
    );
  });

  it("of a batch", () => {
    fc.assert(
      fc.property(batch, (value) => {
        const { responses } = Object(sent(value));
        fc.pre(Array.isArray(responses) || !hasLength(responses));
        expect(mistakes(readBatch, sent(value))).toEqual(findProblems(BatchBody, sent(value)));
      }),
      { numRuns: 1_000 },
    );
    const many = { responses: Array.from({ length: 150 }, () => 1) };
    expect(mistakes(readBatch, many)).toEqual(findProblems(BatchBody, many));
    expect(mistakes(readBatch, many)).toHaveLength(100);
  });
});

describe("the hand-made check of metadata", () => {
  const name = fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("", "e\u0301", "\u00e9", "n".repeat(65)));
  const value = fc.oneof(
    json,
    fc.constantFrom("e\u0301", "e\u0301".repeat(1_000), "x".repeat(1_001), Number.POSITIVE_INFINITY),
  );
  const metadata = fc.oneof(
    json,
    fc.dictionary(name, value),
    fc.dictionary(name, fc.integer(), { minKeys: 45, maxKeys: 60 }),
  );

  it("takes what the schema takes, as the schema takes it, and says where each mistake is", () => {
    fc.assert(
      fc.property(metadata, (input) => {
        // No body with such a key comes this far (body.ts), and zod drops it.
        fc.pre(!Object.hasOwn(Object(input), "__proto__"));
        const checked = checkMetadata(input);
        const parsed = MetadataSchema.safeParse(input ?? {});
        expect(checked.value).toEqual(parsed.data ?? {});
        const places = parsed.error?.issues.map(({ path }) => ["/metadata", ...path.map(String)].join("/")) ?? [];
        expect(checked.problems.map(({ pointer }) => pointer)).toEqual(places);
      }),
      { numRuns: 2_000 },
    );
  });
});
