import { describe, expect, it } from "vitest";
import { responseId } from "../../src/core/ids";
import { type Found, formatVerdict, isClean, type Parked, type Submitted, verify } from "./verify";

const id = (n: number) => responseId({ shard: 0, position: n });

const response = (n: number, change: Partial<Submitted> = {}): Submitted => ({
  id: id(n),
  sheet: 0,
  cells: [id(n), 46_000.5, "Asha", null, true],
  to: `+9198765${n}`,
  text: `Thanks Asha, receipt ${id(n)}`,
  erased: false,
  parkedAtSheet: null,
  parkedAtPhone: null,
  ...change,
});

/** Five responses that all came to what they must: one has a bad number, one was erased before its turn. */
function world() {
  const submitted = [
    response(1),
    response(2),
    response(3),
    response(4, { parkedAtPhone: /not valid/ }),
    response(5, { erased: true }),
  ];
  const parkedAtSheet: Parked[] = [];
  const rows = submitted.slice(0, 4).map(({ cells }) => cells);
  const others: (typeof rows)[number][] = [];
  const found = {
    submitted,
    sheets: [rows, others],
    texts: submitted.slice(0, 3).map(({ to, text }) => ({ to, body: text })),
    parkedAtSheet,
    parkedAtPhone: [{ response: id(4), reason: "The number is not valid." }],
  } satisfies Found;
  return { ...found, rows, others };
}

describe("the verifier", () => {
  it("finds nothing where nothing is wrong, and says what is parked and why", () => {
    const verdict = verify(world());
    expect(verdict.examples).toEqual([]);
    expect(isClean(verdict)).toBe(true);
    expect(verdict.sheet).toMatchObject({ there: 4, erased: 1 });
    expect(verdict.phone).toMatchObject({ there: 3, erased: 1, parked: { "The number is not valid.": 1 } });
    expect(formatVerdict(verdict)).toContain("| **missing** | 0 | 0 |");
    expect(formatVerdict(verdict)).toContain("- parked 1: The number is not valid.");
  });

  const cases: readonly (readonly [string, (found: ReturnType<typeof world>) => void, object])[] = [
    ["a missing row", ({ rows }) => rows.splice(1, 1), { sheet: { missing: 1 } }],
    ["a doubled row", ({ rows }) => rows.push(rows[3] ?? []), { sheet: { doubled: 1, outOfOrder: 0 } }],
    ["swapped rows", ({ rows }) => rows.splice(0, 2, rows[1] ?? [], rows[0] ?? []), { sheet: { outOfOrder: 1 } }],
    ["a wrong cell", ({ rows }) => rows.splice(2, 1, [id(3), 46_000.5, "Asha", null, false]), { sheet: { wrong: 1 } }],
    [
      "a text that became a formula",
      ({ rows }) => rows.splice(2, 1, [id(3), 46_000.5, { formula: "Asha" }, null, true]),
      { sheet: { wrong: 1 } },
    ],
    ["a cell too many", ({ rows }) => rows.splice(2, 1, [...(rows[2] ?? []), "x"]), { sheet: { wrong: 1 } }],
    [
      "answers of an erased response",
      ({ submitted, rows }) => {
        submitted[3] = response(4, { erased: true, cells: [id(4), 46_000.5], parkedAtPhone: /not valid/ });
        rows[3] = response(4).cells;
      },
      { sheet: { wrong: 1 } },
    ],
    [
      "a row in another form's sheet",
      ({ rows, others }) => others.push(...rows.splice(3)),
      { sheet: { wrong: 1, outOfOrder: 0 } },
    ],
    ["a row of nobody", ({ rows }) => rows.push([id(9), 1]), { sheet: { strange: 1 } }],
    ["a missing text", ({ texts }) => texts.pop(), { phone: { missing: 1 } }],
    [
      "a doubled text",
      ({ texts }) => texts.push({ to: "+91987651", body: `Thanks Asha, receipt ${id(1)}` }),
      { phone: { doubled: 1 } },
    ],
    [
      "a text to another number",
      ({ texts }) => texts.splice(0, 1, { to: "+1", body: `Thanks Asha, receipt ${id(1)}` }),
      { phone: { wrong: 1 } },
    ],
    ["a text of nobody", ({ texts }) => texts.push({ to: "+1", body: "hello" }), { phone: { strange: 1 } }],
    [
      "one parked that must not be",
      ({ parkedAtSheet }) => parkedAtSheet.push({ response: id(1), reason: "because" }),
      { sheet: { parkedWrongly: 1 } },
    ],
    ["one not parked that must be", ({ parkedAtPhone }) => parkedAtPhone.pop(), { phone: { parkedWrongly: 1 } }],
    [
      "another reason than meant",
      ({ parkedAtPhone }) => parkedAtPhone.splice(0, 1, { response: id(4), reason: "Given up" }),
      { phone: { parkedWrongly: 1 } },
    ],
    [
      "a text to a bad number",
      ({ texts }) => texts.push({ to: "+91987654", body: `Thanks Asha, receipt ${id(4)}` }),
      { phone: { parkedWrongly: 1 } },
    ],
  ];

  it.each(cases)("finds %s", (_, harm, expected) => {
    const found = world();
    harm(found);
    const verdict = verify(found);
    expect(isClean(verdict)).toBe(false);
    expect(verdict).toMatchObject(expected);
    expect(verdict.examples.length).toBeGreaterThan(0);
  });
});
