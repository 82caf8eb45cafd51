/** The pure parts, case by case: cells, columns, fence ids, what errors mean, what a config may be. */
import { describe, expect, it } from "vitest";
import type { Question } from "../../core/form";
import type { Answer } from "../../core/response";
import { answerCell, CELL_CHARACTERS_MAX, momentCell } from "./cells";
import { columnsOf, placeColumns } from "./columns";
import { classify } from "./errors";
import { type Fence, fenceId, findFences, nextFence } from "./fence";
import { ConfigSchema, manifest, SecretsSchema } from "./manifest";
import { at, DEFINITION, EMAIL, privateKey, SEGMENT, START } from "./testing";

const question = (type: Question["type"], more: Partial<Question> = {}): Question => ({
  ref: "q",
  type,
  title: "Q",
  ...more,
});
const choices = [{ id: "a", label: "Apple" }];

describe("answers become typed cells", () => {
  const cases: [string, Question, Answer | undefined, unknown][] = [
    ["text", question("short_text"), "=1+1", { userEnteredValue: { stringValue: "=1+1" } }],
    [
      "a phone number stays text",
      question("phone_number"),
      "+919876543210",
      { userEnteredValue: { stringValue: "+919876543210" } },
    ],
    ["a number", question("rating"), 4, { userEnteredValue: { numberValue: 4 } }],
    ["yes and no", question("yes_no"), false, { userEnteredValue: { boolValue: false } }],
    ["a choice by its label", question("dropdown", { choices }), "a", { userEnteredValue: { stringValue: "Apple" } }],
    [
      "choices, unknown ones by id",
      question("multiple_choice", { choices }),
      ["a", "z"],
      { userEnteredValue: { stringValue: "Apple, z" } },
    ],
    ["a time", question("time"), "14:05", { userEnteredValue: { stringValue: "14:05" } }],
    [
      "a place",
      question("location"),
      { latitude: 18.5, longitude: 73.8, accuracy: 5 },
      { userEnteredValue: { stringValue: "18.5, 73.8" } },
    ],
    ["a date before 1900 as text", question("date"), "1850-01-01", { userEnteredValue: { stringValue: "1850-01-01" } }],
    ["no answer", question("short_text"), undefined, {}],
  ];
  for (const [name, asked, answer, cell] of cases) {
    it(name, () => expect(answerCell(asked, answer)).toEqual(cell));
  }

  it("a date as the serial number that Sheets counts from 1899-12-30", () => {
    expect(answerCell(question("date"), "2026-11-23").userEnteredValue).toEqual({ numberValue: 46349 });
    expect(momentCell(Date.UTC(1970, 0, 1, 12)).userEnteredValue).toEqual({ numberValue: 25569.5 });
  });

  it("a text too long for a cell is cut with a note, never inside a character", () => {
    const text = answerCell(question("long_text"), "😀".repeat(30_001)).userEnteredValue?.stringValue ?? "";
    expect(text.length).toBeLessThanOrEqual(CELL_CHARACTERS_MAX);
    expect(text).toContain("60002 characters in all");
    expect(text.isWellFormed()).toBe(true);
    expect(
      answerCell(question("long_text"), `x${"😀".repeat(30_001)}`).userEnteredValue?.stringValue?.isWellFormed(),
    ).toBe(true);
  });
});

describe("columns", () => {
  it("are the newest version's questions, then those of older versions, without statements", () => {
    const newest = { ...DEFINITION, questions: [{ ref: "new", type: "number" as const, title: "New" }] };
    const keys = columnsOf(
      new Map([
        [1, DEFINITION],
        [2, newest],
      ]),
    ).map(({ key }) => key);
    expect(keys).toEqual(["#id", "#at", "new", "name", "age", "crops"]);
  });

  it("are found by metadata first, then by title, equal titles in order", () => {
    const wanted = [
      { key: "a", title: "Same" },
      { key: "b", title: "Same" },
      { key: "c", title: "C" },
    ];
    const found = [
      { title: "Same", keys: [] },
      { title: "Renamed", keys: ["a"] },
      { title: "Same", keys: [] },
    ];
    const placed = placeColumns(wanted, found);
    expect([...placed.at]).toEqual([
      ["a", 1],
      ["b", 0],
    ]);
    expect(placed.missing).toEqual([{ key: "c", title: "C" }]);
  });
});

describe("fences", () => {
  const owner = { integration: "int_abc", segment: SEGMENT, feed: "responses" as const };
  const fence = (position: number, nonce = 0, closed = false): Fence => ({
    id: fenceId(owner, { position, nonce, closed }),
    position,
    nonce,
    sheetId: 9,
    closed,
  });

  it("are read back as they were written, those of others left out", () => {
    const ids = [
      fence(at(7)).id,
      fence(at(8), 40).id,
      fence(at(6), 0, true).id,
      "formlog_int_abc_4_9",
      "formlog_int_abc_3_r9",
      "formlog_int_xyz_3_99",
      "other",
    ];
    const found = findFences(
      owner,
      ids.map((namedRangeId) => ({ namedRangeId, range: { sheetId: 9 } })),
    );
    expect(found).toEqual([fence(at(8), 40), fence(at(7)), fence(at(6), 0, true)]);
  });

  it("never repeat an id, also when the position stays", () => {
    const ids = new Set<string>();
    let current = fence(at(1));
    for (const position of [at(2), at(2), at(1), at(2), at(3)]) {
      const next = nextFence(current, position, 0);
      current = fence(next.position, next.nonce);
      ids.add(current.id);
    }
    expect(ids.size).toBe(5);
    expect(current.position).toBe(at(3));
  });
});

describe("what answers of Google mean", () => {
  const meaning = (status: number, body = "", call: "read" | "write" = "write") => {
    const failure = classify({ call, status, body, email: EMAIL, now: START + 42_000 });
    return failure.type === "halt" ? failure.halt.type : failure.type;
  };
  const cases: [number, string, string][] = [
    [400, "Invalid requests[0].updateNamedRange: No NamedRange with id: x", "stale"],
    [400, "Unable to parse range: 'Responses'!1:1", "stale"],
    [400, "Invalid requests[3].appendCells: anything", "refused"],
    [400, "This action would increase the number of cells in the workbook above the limit of 10000000 cells.", "full"],
    [400, "You are trying to edit a protected cell or object.", "blocked"],
    [403, "The caller does not have permission", "blocked"],
    [403, "rateLimitExceeded", "retry"],
    [404, "", "blocked"],
    [429, "", "retry"],
    [500, "", "unknown"],
    [502, "<html>", "unknown"],
    [409, "ABORTED", "unknown"],
    [301, "", "blocked"],
  ];
  for (const [status, body, type] of cases)
    it(`${status} ${body} is ${type}`, () => expect(meaning(status, body)).toBe(type));

  it("a read that failed left nothing in doubt", () => expect(meaning(503, "", "read")).toBe("retry"));
});

describe("configuration", () => {
  it("takes a pasted address and makes Responses the tab", () => {
    const url = "https://docs.google.com/spreadsheets/d/1AbC_d-E/edit?gid=0#gid=0";
    expect(ConfigSchema.parse({ spreadsheetId: url })).toEqual({
      spreadsheetId: "1AbC_d-E",
      sheet: "Responses",
      deletedRows: "restore",
    });
    expect(ConfigSchema.parse({ spreadsheetId: "a", overflow: [url] }).overflow).toEqual(["1AbC_d-E"]);
    expect(ConfigSchema.safeParse({ spreadsheetId: url, overflow: ["1AbC_d-E"] }).success).toBe(false);
    expect(ConfigSchema.safeParse({ spreadsheetId: "a", overflow: ["b", "b"] }).success).toBe(false);
    expect(ConfigSchema.safeParse({ spreadsheetId: "https://evil.test/x" }).success).toBe(false);
    expect(ConfigSchema.safeParse({ spreadsheetId: "a", sheet: "_Formlog" }).success).toBe(false);
  });

  it("takes the service account as JSON text or object, from the environment too", () => {
    const account = { type: "service_account", client_email: EMAIL, private_key: privateKey };
    const secrets = { client_email: EMAIL, private_key: privateKey };
    expect(SecretsSchema.parse(account)).toEqual(secrets);
    expect(SecretsSchema.parse(JSON.stringify(account))).toEqual(secrets);
    expect(SecretsSchema.safeParse("{").success).toBe(false);
    expect(manifest.secretsFromEnv({})).toBeNull();
    expect(manifest.secretsFromEnv({ GOOGLE_SERVICE_ACCOUNT: JSON.stringify(account) })).toEqual(secrets);
  });
});
