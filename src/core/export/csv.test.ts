import { describe, expect, it } from "vitest";
import { csvRecord } from "./csv";

describe("csvRecord", () => {
  it.each([
    ["plain", "a b", "a b"],
    ["a comma", "a,b", '"a,b"'],
    ["quotes", 'a "b"', '"a ""b"""'],
    ["a line feed", "a\nb", '"a\nb"'],
    ["a carriage return", "a\rb", '"a\rb"'],
    ["spaces at the ends", " a ", " a "],
    ["nothing", "", ""],
  ])("writes a text with %s as RFC 4180 wants it", (_, text, written) => {
    expect(csvRecord([text, 1], true)).toBe(`${written},1\r\n`);
  });

  it("writes numbers, truth, days, moments and empty cells", () => {
    const cells = [-1.5, 1e21, true, false, { day: "1899-01-01" }, { moment: Date.UTC(2026, 10, 23) }, null];
    expect(csvRecord(cells, true)).toBe("-1.5,1e+21,TRUE,FALSE,1899-01-01,2026-11-23T00:00:00.000Z,\r\n");
  });

  it.each([
    ["=1", "'=1"],
    ["+A1", "'+A1"],
    ["-A1", "'-A1"],
    ["@A1", "'@A1"],
    ["\t=1", "'\t=1"],
    ["＋1", "'＋1"],
    ["－1", "'－1"],
    ["＠1", "'＠1"],
    ["-1", "'-1"],
    ["a=1", "a=1"],
    ["+919876543210", "+919876543210"],
    ["+91 (98765) 43-210", "+91 (98765) 43-210"],
    ["+1+9198765", "'+1+9198765"],
  ])("guards %s as %s, unless told not to", (text, written) => {
    expect(csvRecord([text], true)).toBe(`${written}\r\n`);
    expect(csvRecord([text], false)).toBe(`${text}\r\n`);
  });

  it("guards before it quotes", () => {
    expect(csvRecord(['=A("b",1)'], true)).toBe(`"'=A(""b"",1)"\r\n`);
  });
});
