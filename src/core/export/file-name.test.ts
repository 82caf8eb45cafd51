import { describe, expect, it } from "vitest";
import { attachment, fileName } from "./file-name";

describe("the name of a file", () => {
  it.each([
    ["Household survey", "Household survey"],
    ['a/b\\c:d*e?f"g<h>i|j', "a b c d e f g h i j"],
    ["../../etc/passwd", "etc passwd"],
    ["line\r\nSet-Cookie: a=b", "line Set-Cookie a=b"],
    ["invoice\u202Egpj.exe", "invoice gpj.exe"],
    [" ...", "responses"],
    ["\u0000", "responses"],
    ["क्षेत्र सर्वेक्षण", "क्षेत्र सर्वेक्षण"],
    ["👩‍👩‍👧", "👩‍👩‍👧"],
  ])("of a form called %j is %j", (title, name) => {
    expect(fileName(title)).toBe(name);
  });

  it("is cut between characters", () => {
    expect(fileName("😀".repeat(300))).toBe("😀".repeat(80));
  });

  it("stands in the header in ASCII and, for those who read it, in full", () => {
    expect(attachment("Visit (50%) 'ü'", "csv")).toBe(
      `attachment; filename="Visit (50_) '_'.csv"; filename*=UTF-8''Visit%20%2850%25%29%20%27%C3%BC%27.csv`,
    );
  });
});
