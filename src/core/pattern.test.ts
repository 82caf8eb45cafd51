import { describe, expect, it } from "vitest";
import { createRandom } from "../../test/chaos/simulation/random";
import { compilePattern, PATTERN_COST_MAX } from "./pattern";

const compile = (source: string) => {
  const pattern = compilePattern(source);
  if (!pattern.ok) throw new Error(`${source}: ${pattern.detail}`);
  return pattern;
};

describe("patterns", () => {
  it.each([
    ["[A-Z]{3}-\\d{4}", "ABC-1234", true],
    ["[A-Z]{3}-\\d{4}", "ABC-12345", false],
    ["^[A-Z]+$", "ABC", true],
    ["a|bc|d*", "bc", true],
    ["a|bc|d*", "ddd", true],
    ["a|bc|d*", "abc", false],
    ["(ab){2,3}", "ababab", true],
    ["(ab){2,3}", "ab", false],
    ["(ab){2,}", "abababab", true],
    ["x?y*?z+", "zz", true],
    ["[^0-9]+", "abc", true],
    ["[^0-9]+", "ab1", false],
    ["[\\w.-]+", "a.b-c_9", true],
    ["[a\\]-]+", "a]-", true],
    ["\\p{L}+", "नाम", false],
    ["[\\p{L}\\p{M}]+", "नाम", true],
    ["\\p{Script=Devanagari}+", "नाम", true],
    [".", "😀", true],
    ["..", "😀", false],
    ["", "", true],
    ["(|a)+", "aa", true],
    ["a\\.b", "axb", false],
  ])("%s on %j is %j", (source, text, fits) => {
    expect(compile(source).test(text, true)).toBe(fits);
  });

  it("fit a part of a text where a part is asked for", () => {
    expect(compile("b+").test("abc", false)).toBe(true);
    expect(compile("^b").test("abc", false)).toBe(false);
    expect(compile("c$").test("abc", false)).toBe(true);
    expect(compile("b+").test("abc", true)).toBe(false);
  });

  it.each([
    ["(a", /never closed/],
    ["a)", /character 2 .*closes nothing/],
    ["[a", /never closed/],
    ["*a", /nothing to repeat/],
    ["a**", /one repetition stands after another/],
    ["a{3,2}", /below/],
    ["a{999}", /at most 200/],
    ["(?=a)b", /look-ahead/],
    ["(?<name>a)", /named groups/],
    ["(a)\\1", /back-references/],
    ["\\bfoo", /\\b is not available/],
    ["\\p{Nonsense}", /no property/],
    ["[z-a]", /no order/],
    ["a\\", /can't end/],
    ["((a{100}){100}){100}", /too large/],
    ["((((){100}){100}){100}){100}", /too large/],
    ["a".repeat(501), /at most 500/],
  ])("%s is refused with a reason", (source, reason) => {
    const pattern = compilePattern(source);
    expect(pattern.ok ? "" : pattern.detail).toMatch(reason);
  });

  // What keeps JavaScript's own engine busy for longer than the universe has existed.
  it.each(["(a+)+", "(a*)*b", "(a|a)*b", "(a|aa)+$", "(.*a){20}", "([a-zA-Z]+)*", "(x+x+)+y", "((a?){30})a{30}"])(
    "%s takes a number of steps in proportion to the text",
    (source) => {
      const pattern = compile(source);
      expect(pattern.cost).toBeLessThanOrEqual(PATTERN_COST_MAX);
      for (const text of ["a".repeat(2_000), `${"a".repeat(2_000)}!`, "x".repeat(2_000)]) {
        for (const whole of [true, false]) {
          expect(pattern.run(text, whole).steps).toBeLessThanOrEqual(2 * pattern.cost * (text.length + 1));
        }
      }
    },
  );

  it("agree with JavaScript's engine on random patterns and texts", () => {
    const pick = createRandom(20261123).below;
    const atom = (depth: number): string => {
      const kind = pick(depth > 2 ? 5 : 7);
      if (kind < 3) return "ab1"[kind] ?? "a";
      if (kind === 3) return pick(2) ? "[ab]" : "[^a1]";
      if (kind === 4) return pick(2) ? "\\d" : ".";
      return kind === 5 ? `(?:${sequence(depth + 1)})` : `(?:${sequence(depth + 1)}|${sequence(depth + 1)})`;
    };
    const sequence = (depth: number): string =>
      Array.from(
        { length: pick(4) },
        () => atom(depth) + (["", "", "*", "+", "?", "{2}", "{1,3}"][pick(7)] ?? ""),
      ).join("");
    let fits = 0;
    for (let round = 0; round < 2_000; round += 1) {
      const source = sequence(0);
      const text = Array.from({ length: pick(7) }, () => "ab1"[pick(3)]).join("");
      const pattern = compile(source);
      const wanted = [new RegExp(`^(?:${source})$`, "u").test(text), new RegExp(source, "u").test(text)];
      expect([source, text, pattern.test(text, true), pattern.test(text, false)]).toEqual([source, text, ...wanted]);
      if (wanted[0]) fits += 1;
    }
    expect(fits).toBeGreaterThan(100);
  });
});
