import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCsv } from "./csv-reader";
import { csvRecord } from "./export/csv";

describe("readCsv", () => {
  it.each([
    [
      "line ends of all sorts",
      "a,b\r\nc,d\ne,f\rg,h",
      [
        [1, "a", "b"],
        [2, "c", "d"],
        [3, "e", "f"],
        [4, "g", "h"],
      ],
    ],
    [
      "lines inside of quotes, which count",
      'a,"b\r\nc"\nd,e',
      [
        [1, "a", "b\r\nc"],
        [3, "d", "e"],
      ],
    ],
    ["doubled quotes", '"say ""no""",""""', [[1, 'say "no"', '"']]],
    [
      "empty cells and lines",
      ",\n\n,a,\n",
      [
        [1, "", ""],
        [3, "", "a", ""],
      ],
    ],
    ["a byte order mark", "\uFEFFa\n", [[1, "a"]]],
    ["nothing", "", []],
  ])("takes %s", (_, text, records) => {
    const read = readCsv(text);
    expect("records" in read && read.records.map(({ line, cells }) => [line, ...cells])).toEqual(records);
  });

  it.each([
    ['a\n"b\nc', 2],
    ['a,b"c"', 1],
    ['"a"b', 1],
  ])("says where %j stops to be CSV", (text, line) => {
    expect(readCsv(text)).toEqual({ brokenAt: line });
  });

  it("reads whatever the export writes", () => {
    const cell = fc.string({ unit: fc.constantFrom(..."ab \"',;\r\n=य"), maxLength: 6 });
    // One empty cell is an empty line.
    const record = fc.array(cell, { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 5 }), (rows) => {
        const read = readCsv(rows.map((row) => csvRecord(row, false)).join(""));
        expect("records" in read && read.records.map(({ cells }) => cells)).toEqual(rows);
      }),
      { numRuns: 500 },
    );
  });
});
