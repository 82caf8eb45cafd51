import { describe, expect, it } from "vitest";
import type { Alert, OpenAlert } from "./alert";
import { courseOf, messagesOf, SETTLED_MS } from "./course";

const NOW = 1_000_000_000;
const HOUR = 3_600_000;
const alert = (no: number, change: Partial<Alert> = {}): Alert => ({
  workspace: "ws_1",
  cause: `parked_grows/int_${no}`,
  rule: "parked_grows",
  subject: `Behind: ${no}`,
  text: `${no} is behind.`,
  form: "form_1",
  integration: `int_${no}`,
  ...change,
});
const open = (no: number, change: Partial<OpenAlert> = {}): OpenAlert => ({
  ...alert(no),
  since: NOW - HOUR,
  told: 1,
  toldAt: NOW - HOUR,
  goneAt: null,
  ...change,
});
const look = { now: NOW, repeatMs: 4 * HOUR, complete: true };
const courses = (known: OpenAlert[], found: Alert[], change: Partial<typeof look> = {}) => {
  const course = courseOf(known, found, { ...look, ...change });
  const causes = (of: readonly OpenAlert[]) => of.map(({ cause }) => cause.replace("parked_grows/int_", ""));
  return Object.fromEntries(
    Object.entries(course).flatMap(([name, of]) => (of.length > 0 ? [[name, causes(of)]] : [])),
  );
};

describe("the course of an alert", () => {
  it.each<[what: string, known: OpenAlert[], found: Alert[], course: object]>([
    ["begins, and is told at once", [], [alert(1)], { begun: ["1"], due: ["1"] }],
    ["is one, however often it is found", [], [alert(1), alert(1)], { begun: ["1"], due: ["1"] }],
    ["lasts, and is told already", [open(1)], [alert(1)], {}],
    ["lasts, and could not be told", [open(1, { told: 0, toldAt: null })], [alert(1)], { due: ["1"] }],
    ["lasts until it is told again", [open(1, { toldAt: NOW - 4 * HOUR })], [alert(1)], { due: ["1"] }],
    ["was not seen", [open(1)], [], { gone: ["1"] }],
    ["is not over yet", [open(1, { goneAt: NOW - SETTLED_MS + 1 })], [], {}],
    ["is over", [open(1, { goneAt: NOW - SETTLED_MS })], [], { over: ["1"] }],
    ["is back before it was over", [open(1, { goneAt: NOW - 1 })], [alert(1)], { back: ["1"] }],
    ["is of two workspaces", [open(1)], [alert(1), alert(1, { workspace: "ws_2" })], { begun: ["1"], due: ["1"] }],
  ])("%s", (_, known, found, course) => {
    expect(courses(known, found)).toEqual(course);
  });

  it("does not end because not everything could be looked at", () => {
    const gone = open(2, { goneAt: NOW - SETTLED_MS });
    expect(courses([open(1), gone], [], { complete: false })).toEqual({});
  });

  it("is told of a lag only when that has lasted: who resumes an integration knows that it is behind", () => {
    const lag = alert(1, { rule: "lag" });
    expect(courses([], [lag])).toEqual({ begun: ["1"] });
    const since = (ms: number) => open(1, { rule: "lag", told: 0, toldAt: null, since: NOW - ms });
    expect(courses([since(299_999)], [lag])).toEqual({});
    expect(courses([since(300_000)], [lag])).toEqual({ due: ["1"] });
  });

  it("is told in the words of the last look", () => {
    const known = open(1, { toldAt: null });
    const { due } = courseOf([known], [alert(1, { text: "It is further behind." })], look);
    expect(due).toMatchObject([{ text: "It is further behind.", since: known.since }]);
  });
});

describe("messages", () => {
  it("tell at once what one rule has in one workspace", () => {
    const many = [open(1), open(2), open(3, { workspace: "ws_2" }), open(4, { rule: "error_rate" })];
    const messages = messagesOf("alert.raised", many, NOW);
    expect(messages.map(({ alerts }) => alerts.map(({ cause }) => cause))).toEqual([
      ["parked_grows/int_1", "parked_grows/int_2"],
      ["parked_grows/int_3"],
      ["parked_grows/int_4"],
    ]);
    expect(messages[0]?.message).toMatchObject({
      event: "alert.raised",
      rule: "parked_grows",
      severity: "ticket",
      workspace: "ws_1",
      subject: "Behind: 1, and 1 more",
      text: "1 is behind.\n2 is behind.",
    });
  });

  it("name five, and of more their number", () => {
    const many = Array.from({ length: 300 }, (_, i) => open(i + 100));
    const [first] = messagesOf("alert.raised", many, NOW);
    expect(first?.message.text.split("\n")).toHaveLength(6);
    expect(first?.message.text).toContain("And 295 more");
  });

  it("have the same id when they are told again because nobody noted it, and another one each time after that", () => {
    const id = (of: OpenAlert, now = NOW) => messagesOf("alert.raised", [of], now)[0]?.message.id;
    expect(id(open(1), NOW + 60_000)).toBe(id(open(1)));
    expect(id(open(1, { told: 2 }))).not.toBe(id(open(1)));
    expect(id(open(1, { since: 5 }))).not.toBe(id(open(1)));
    expect(messagesOf("alert.resolved", [open(1)], NOW)[0]?.message.id).not.toBe(id(open(1)));
  });

  it("say of what is over for how long it lasted", () => {
    const [over] = messagesOf("alert.resolved", [open(1, { goneAt: NOW - HOUR + 600_000 })], NOW);
    expect(over?.message).toMatchObject({ subject: "Over: Behind: 1", text: "Over after 10 min: Behind: 1." });
  });
});
