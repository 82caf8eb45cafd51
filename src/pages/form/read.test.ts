import { describe, expect, it } from "vitest";
import type { Question, QuestionType } from "../../core/form";
import { groupEntries, readAnswers } from "./read";

const question = (type: QuestionType, ref = "q"): Question => ({
  ref,
  type,
  title: "Title",
  ...(type.includes("choice") || type === "dropdown" ? { choices: [{ id: "a", label: "A" }] } : {}),
});

const read = (type: QuestionType, ...entries: [string, string][]) =>
  readAnswers({ title: "Form", questions: [question(type)] }, groupEntries(entries));

describe("what a browser sends becomes what the API takes", () => {
  it.each([
    ["short_text", " kept as typed ", " kept as typed "],
    ["long_text", "one\r\ntwo", "one\ntwo"],
    ["number", " 12.50 ", 12.5],
    ["number", "-.5", -0.5],
    ["number", "1e3", 1000],
    ["integer", "007", 7],
    ["rating", "4", 4],
    ["opinion_scale", "0", 0],
    ["yes_no", "yes", true],
    ["yes_no", "no", false],
    ["email", " a@b.example ", "a@b.example"],
    ["dropdown", "a", "a"],
    ["multiple_choice", "a", ["a"]],
    ["date", "2026-11-23", "2026-11-23"],
    ["time", "14:05", "14:05"],
    ["datetime", "2026-11-23T14:05", "2026-11-23T14:05:00Z"],
    ["datetime", "2026-11-23T14:05:09", "2026-11-23T14:05:09Z"],
  ] as const)("%s %j", (type, typed, answer) => {
    expect(read(type, ["q_q", typed])).toEqual({ q: answer });
  });

  it("a datetime takes the offset that the script sent, and no other text", () => {
    const typed = ["q_q", "2026-11-23T14:05"] as [string, string];
    expect(read("datetime", typed, ["q_q.offset", "+05:30"])).toEqual({ q: "2026-11-23T14:05:00+05:30" });
    expect(read("datetime", typed, ["q_q.offset", "Mars"])).toEqual({ q: "2026-11-23T14:05:00Z" });
  });

  it("a location is made of its parts, without the accuracy that was not measured", () => {
    const parts: [string, string][] = [
      ["q_q.latitude", "12.97"],
      ["q_q.longitude", "77.59"],
      ["q_q.accuracy", ""],
    ];
    expect(read("location", ...parts)).toEqual({ q: { latitude: 12.97, longitude: 77.59 } });
    expect(read("location", ...parts.slice(0, 2), ["q_q.accuracy", "8"])).toEqual({
      q: { latitude: 12.97, longitude: 77.59, accuracy: 8 },
    });
    expect(read("location", ["q_q.latitude", ""], ["q_q.longitude", ""])).toEqual({ q: null });
  });
});

describe("what does not convert is kept for checkAnswers to refuse", () => {
  it.each([
    ["number", "12,5"],
    ["number", "0x10"],
    ["number", "1e999"],
    ["integer", "twelve"],
    ["yes_no", "maybe"],
    ["datetime", "tomorrow"],
  ] as const)("%s %j", (type, typed) => {
    expect(read(type, ["q_q", typed])).toEqual({ q: typed });
  });

  it("half a location, or one typed as a whole", () => {
    expect(read("location", ["q_q.latitude", "12"])).toEqual({ q: { latitude: 12, longitude: "" } });
    expect(read("location", ["q_q", "12.97, 77.59"])).toEqual({ q: ["12.97, 77.59"] });
  });

  it("two values for one answer", () => {
    expect(read("short_text", ["q_q", "a"], ["q_q", "b"])).toEqual({ q: ["a", "b"] });
  });

  it("filled-in inputs of questions that the form does not have; empty ones are nothing", () => {
    expect(read("short_text", ["q_old", "typed"], ["q_older", ""], ["other", "x"])).toEqual({ q: "", old: ["typed"] });
  });
});

it("a name like __proto__ is a key like any other", () => {
  const answers = read("short_text", ["q___proto__", "x"]);
  expect(Object.keys(answers)).toEqual(["q", "__proto__"]);
  expect(Object.getPrototypeOf(answers)).toBe(Object.prototype);
});

it.each([
  ["१२.५", 12.5],
  ["١٢٫٥", 12.5],
  ["۱۲", 12],
  ["௧௨", 12],
  ["−3", -3],
  ["1,200", "1,200"],
  ["12 acres", "12 acres"],
])("the number %s is read as %j", (typed, number) => {
  const definition = { title: "N", questions: [{ ref: "n", type: "number" as const, title: "N" }] };
  expect(readAnswers(definition, groupEntries([["q_n", typed]]))).toEqual({ n: number });
});
