import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SEGMENT_SIZE } from "../../src/core/ids";
import { parseCsv, readSheet, unzip } from "../support/files";
import { FORM, type Stack, startStack } from "../support/stack";

const COUNT = 6_000;
let stack: Stack;
let key = "";
let form = "";
let segment = 0;

beforeAll(async () => {
  stack = await startStack(mkdtempSync(path.join(tmpdir(), "formlog-")));
  key = await stack.workspace();
  form = (await stack.call("POST", "/v1/forms", { key, body: FORM })).body.id;
  const db = await stack.db();
  segment = (await db.prepare("SELECT no FROM segments WHERE form = ?").bind(form).first<{ no: number }>())?.no ?? 0;
  await db
    .prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
       INSERT INTO responses (id, nonce, version, revision, received_at, answers, metadata)
       SELECT ?1 * ${SEGMENT_SIZE} + i, 'n' || i, 1, 1, 1795000000000 + i, json_object('name', 'Name ' || i), '{}' FROM n`,
    )
    .bind(segment, COUNT)
    .run();
});
afterAll(() => stack?.close());

const open = (file: string) => stack.open(`/v1/forms/${form}/export.${file}`, key);
const nameOf = (i: number) => `Name ${i + 1}`;

describe("an export over HTTP", () => {
  it("brings every response, in order, as CSV, NDJSON and XLSX", async () => {
    const names = Array.from({ length: COUNT }, (_, i) => nameOf(i));
    const rows = parseCsv(await (await open("csv?header=none")).text());
    expect(rows.map((row) => row[4])).toEqual(names);
    const lines = (await (await open("ndjson")).text()).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).answers.name)).toEqual(names);
    const files = await unzip(new Uint8Array(await (await open("xlsx")).arrayBuffer()));
    const sheet = readSheet(files.get("xl/worksheets/sheet1.xml") ?? "").slice(1);
    expect(sheet.map((row) => row.E?.value)).toEqual(names);
  });

  it("is broken off when it fails in the middle, and goes on after the last whole row", async () => {
    const db = await stack.db();
    const spoil = (version: number) =>
      db
        .prepare("UPDATE responses SET version = ? WHERE id = ?")
        .bind(version, segment * SEGMENT_SIZE + 5_000)
        .run();
    await spoil(99);
    for (const file of ["csv", "ndjson", "xlsx"]) {
      const response = await open(file);
      expect(response.status).toBe(200);
      await expect(response.arrayBuffer()).rejects.toThrow("terminated");
    }
    let got = "";
    const broken = await open("csv?header=none");
    const read = async () => {
      const decoder = new TextDecoder();
      for await (const chunk of broken.body ?? []) got += decoder.decode(chunk, { stream: true });
    };
    await expect(read()).rejects.toThrow("terminated");
    await spoil(1);
    const whole = got.slice(0, got.lastIndexOf("\r\n") + 2);
    const last = parseCsv(whole).at(-1)?.[0];
    const rest = await (await open(`csv?header=none&after=${last}`)).text();
    expect(parseCsv(whole + rest).map((row) => row[4])).toEqual(Array.from({ length: COUNT }, (_, i) => nameOf(i)));
  });
});
