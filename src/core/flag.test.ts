import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { annotate, reviewAfterFlags } from "./annotation";
import { FLAGS_MAX, type Flag, flagsAppeared, flagsFromJson, flagsToJson, replaceFlags } from "./flag";
import { REVIEW_STATES } from "./review";

const flag = (rule: string, source?: string): Flag => ({
  rule,
  message: "m",
  questions: ["a"],
  ...(source && { source }),
});
const own = fc.uniqueArray(
  fc.constantFrom("a", "b", "c", "d").map((rule) => flag(rule)),
  { selector: (one) => one.rule },
);
const source = fc.constantFrom(null, "int_1", "int_2");
const from = (flags: readonly Flag[], who: string | null) => flags.filter((one) => (one.source ?? null) === who);

describe("flags", () => {
  it("of a source are replaced by itself alone; the same again changes nothing", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(source, own), { maxLength: 6 }), (steps) => {
        let flags: readonly Flag[] = [];
        for (const [who, said] of steps) {
          const next = replaceFlags(flags, who, said);
          expect(from(next, who).map(({ rule }) => rule)).toEqual(said.map(({ rule }) => rule));
          for (const other of [null, "int_1", "int_2"].filter((one) => one !== who)) {
            expect(from(next, other)).toEqual(from(flags, other));
          }
          expect(replaceFlags(next, who, said)).toEqual(next);
          expect(flagsAppeared(next, flags)).toBe(
            flags.some((one) => !next.some((two) => two.rule === one.rule && two.source === one.source)),
          );
          flags = next;
        }
        expect(flagsFromJson(flagsToJson(flags))).toEqual(flags);
      }),
    );
    expect(flagsToJson([])).toBeNull();
  });

  it("are no more than so many, and the form's own stay", () => {
    const many = Array.from({ length: FLAGS_MAX }, (_, i) => flag(`r${i}`));
    const flags = replaceFlags(replaceFlags([], "int_1", many), null, [flag("own")]);
    expect([flags.length, flags[0]?.rule]).toEqual([FLAGS_MAX, "own"]);
    expect(replaceFlags(many, "int_1", many)).toEqual(many);
  });
});

describe("the review, after flags without an edit", () => {
  const [none, one, two] = [[], [flag("a")], [flag("a"), flag("b")]];
  it.each(REVIEW_STATES)("of %s", (state) => {
    expect(reviewAfterFlags(state, none, one)).toBe(state === "rejected" ? "rejected" : "flagged");
    expect(reviewAfterFlags(state, one, two)).toBe(state === "rejected" ? "rejected" : "flagged");
    expect(reviewAfterFlags(state, two, one)).toBe(state);
    expect(reviewAfterFlags(state, one, none)).toBe(state === "flagged" ? "corrected" : state);
    // Flagged by a person, and no rule has anything to do with it.
    expect(reviewAfterFlags(state, none, none)).toBe(state);
  });
});

it("an annotation sets flags and metadata of its own, and leaves the rest", () => {
  const response = { flags: [flag("a")], metadata: { device: "t1", seen: true }, review: "approved" as const };
  const said = { flags: [{ rule: "dup", message: "Twice.", questions: [] }], metadata: { seen: null, score: 3 } };
  const after = annotate(response, "int_1", said);
  expect(after).toEqual({
    flags: [flag("a"), { rule: "dup", message: "Twice.", questions: [], source: "int_1" }],
    metadata: { device: "t1", score: 3 },
    review: "flagged",
  });
  expect(annotate(after, "int_1", said)).toEqual(after);
  expect(annotate(after, "int_1", { flags: [] })).toMatchObject({ flags: [flag("a")], review: "flagged" });
  expect(annotate(response, "int_1", {})).toEqual(response);
});
