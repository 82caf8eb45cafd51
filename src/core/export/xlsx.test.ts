import { describe, expect, it } from "vitest";
import { readSheet, unzip } from "../../../test/support/files";
import type { Row } from "./columns";
import { CELL_CHARACTERS_MAX, columnLetters, fitCell, xmlText } from "./sheet";
import { xlsx } from "./xlsx";
import { crc32, deflate, zip } from "./zip";

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return new Uint8Array(await new Blob(all).arrayBuffer());
}

async function* batches(...rows: readonly (readonly Row[])[]): AsyncGenerator<readonly Row[]> {
  yield* rows;
}

const workbook = async (rows: readonly (readonly Row[])[], change: { sheetRows?: number; header?: null } = {}) =>
  unzip(
    await bytesOf(
      xlsx({ columns: 2, header: ["A", "B"], rows: batches(...rows), rowsMax: rows.flat().length, ...change }),
    ),
  );

describe("a workbook", () => {
  it("goes on in the next sheet when one is full, each with its header", async () => {
    const rows = Array.from({ length: 7 }, (_, i) => [i, `row ${i}`]);
    const files = await workbook([rows.slice(0, 2), rows.slice(2, 7), []], { sheetRows: 3 });
    const sheets = [1, 2, 3].map((n) => readSheet(files.get(`xl/worksheets/sheet${n}.xml`) ?? ""));
    expect(sheets.map((sheet) => sheet.map((row) => row.A?.value))).toEqual([
      ["A", "0", "1", "2"],
      ["A", "3", "4", "5"],
      ["A", "6"],
    ]);
    expect(files.get("xl/workbook.xml")).toContain('<sheet name="Responses 3" sheetId="3" r:id="rId3"/>');
    expect(files.get("[Content_Types].xml")).toContain("/xl/worksheets/sheet3.xml");
    expect(files.has("xl/worksheets/sheet4.xml")).toBe(false);
  });

  it("has a sheet even for no rows, and no header where none is wanted", async () => {
    const files = await workbook([], { header: null });
    expect(readSheet(files.get("xl/worksheets/sheet1.xml") ?? "")).toEqual([]);
  });

  it("knows days that Excel has, and keeps the others as texts", async () => {
    const days = ["1900-03-01", "1900-02-28", "0001-01-01", "9999-12-31"];
    const files = await workbook([days.map((day) => [{ day }, null])]);
    const cells = readSheet(files.get("xl/worksheets/sheet1.xml") ?? "").slice(1);
    expect(cells.map((row) => [row.A?.type, row.A?.value])).toEqual([
      ["number", "61"],
      ["text", "1900-02-28"],
      ["text", "0001-01-01"],
      ["number", "2958465"],
    ]);
  });

  it("is the same bytes for the same rows", async () => {
    const make = () => bytesOf(xlsx({ columns: 1, header: null, rows: batches([["a"], [1]]), rowsMax: 2 }));
    expect(await make()).toEqual(await make());
  });
});

describe("texts of a cell", () => {
  it("hold nothing that XML can't, and nothing that a reader takes for an escape", () => {
    expect(xmlText("a<b>&\"'")).toBe("a&lt;b&gt;&amp;&quot;'");
    expect(xmlText("\u0000\u0008\u000B\u001F\uFFFE\uFFFF")).toBe("_x0000__x0008__x000B__x001F__xFFFE__xFFFF_");
    expect(xmlText("a\tb\nc\r\nd\re")).toBe("a\tb\nc\nd\ne");
    expect(xmlText("_x0041_ _x_")).toBe("_x005F_x0041_ _x_");
    expect(xmlText("\ud83d\ude00\ud83d")).toBe("😀\uFFFD");
  });

  it("are cut at what a cell holds, between characters, with a note", () => {
    expect(fitCell("x".repeat(CELL_CHARACTERS_MAX))).toHaveLength(CELL_CHARACTERS_MAX);
    for (const text of ["x".repeat(40_000), `x${"😀".repeat(20_000)}`]) {
      const cut = fitCell(text);
      expect(cut.length).toBeLessThanOrEqual(CELL_CHARACTERS_MAX);
      expect(cut.isWellFormed()).toBe(true);
      expect(cut).toMatch(new RegExp(`… \\[cut: ${text.length} characters in all, a cell holds 32767\\]$`));
    }
  });

  it("have columns named as in Excel", () => {
    expect([0, 25, 26, 701, 702, 16_383].map(columnLetters)).toEqual(["A", "Z", "AA", "ZZ", "AAA", "XFD"]);
  });
});

describe("an archive", () => {
  it("has the checksum that everybody agrees on", () => {
    expect(crc32(0, new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
    expect(crc32(crc32(0, new TextEncoder().encode("1234")), new TextEncoder().encode("56789"))).toBe(0xcbf43926);
  });

  it("takes the next piece of an entry only when the one before is packed", async () => {
    let asked = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      for (; asked < 50; asked += 1) yield crypto.getRandomValues(new Uint8Array(65_536));
    }
    let given = 0;
    for await (const chunk of deflate(source())) {
      given += chunk.length;
      // Random bytes do not shrink: what was asked for and not given out is what waits in memory.
      expect(asked * 65_536 - given).toBeLessThanOrEqual(6 * 65_536);
    }
    expect(given).toBeGreaterThanOrEqual(50 * 65_536);
  });

  it("fails when its source does, and does not end", async () => {
    async function* source(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(100_000);
      throw new Error("the store is gone");
    }
    await expect(bytesOf(zip([{ name: "a", content: source() }]))).rejects.toThrow("the store is gone");
  });
});
