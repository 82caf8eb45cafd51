import { describe, expect, it } from "vitest";
import { closedAt, findSettingsMistake } from "./form-settings";
import { patchSettings, SettingsSchema } from "./form-settings-schema";
import { nextOpening, type OpeningHours, opensWithin } from "./opening-hours";

const at = (text: string) => Date.parse(text);
const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString());

// 2026-11-23 is a Monday. India is five and a half hours ahead of UTC all year.
const office: OpeningHours = {
  timeZone: "Asia/Kolkata",
  hours: [{ days: ["mon", "tue"], from: "09:00", to: "17:30" }],
};

describe("opening hours", () => {
  it.each([
    ["2026-11-23T03:29:59Z", false],
    ["2026-11-23T03:30:00Z", true],
    ["2026-11-23T11:59:59Z", true],
    ["2026-11-23T12:00:00Z", false],
    ["2026-11-25T05:00:00Z", false],
  ])("%s is within them: %j", (time, open) => {
    expect(opensWithin(office, at(time))).toBe(open);
  });

  it.each([
    ["2026-11-23T00:00:00Z", "2026-11-23T03:30:00.000Z"],
    ["2026-11-23T05:00:00Z", "2026-11-23T05:00:00.000Z"],
    ["2026-11-23T12:00:00Z", "2026-11-24T03:30:00.000Z"],
    ["2026-11-24T12:00:00Z", "2026-11-30T03:30:00.000Z"],
  ])("after %s it opens at %s", (time, next) => {
    expect(iso(nextOpening(office, at(time)))).toBe(next);
  });

  it("follow the clock of the place over its changes", () => {
    const berlin: OpeningHours = { timeZone: "Europe/Berlin", hours: [{ days: ["sun"], from: "02:30", to: "24:00" }] };
    // The clock goes from 02:00 to 03:00 on 28 March 2027: there is no 02:30 that day, and 03:00 is within the hours.
    expect(opensWithin(berlin, at("2027-03-28T00:59:00Z"))).toBe(false);
    expect(opensWithin(berlin, at("2027-03-28T01:00:00Z"))).toBe(true);
    expect(iso(nextOpening(berlin, at("2027-03-27T12:00:00Z")))).toMatch(/^2027-03-28T01:/);
    expect(iso(nextOpening(berlin, at("2027-03-29T12:00:00Z")))).toBe("2027-04-04T00:30:00.000Z");
    expect(opensWithin(berlin, at("2027-04-04T21:59:59Z"))).toBe(true);
    expect(opensWithin(berlin, at("2027-04-04T22:00:00Z"))).toBe(false);
  });
});

describe("a form by its settings", () => {
  const now = at("2026-11-23T05:00:00Z");
  it.each([
    ["nothing set", {}, null],
    ["open already", { opensAt: "2026-11-23T10:30:00+05:30" }, null],
    ["not yet", { opensAt: "2026-11-24T00:00:00Z" }, "This form takes responses from 2026-11-24T00:00:00Z on."],
    ["over", { closesAt: "2026-11-23T05:00:00Z" }, "This form takes no more responses."],
    [
      "its words",
      { closesAt: "2026-11-23T05:00:00Z", closedMessage: "See you." },
      "See you. This form takes no more responses.",
    ],
    ["within its hours", { openingHours: office }, null],
    [
      "not yet, and then in its hours",
      { openingHours: office, opensAt: "2026-11-23T20:00:00Z" },
      "This form takes responses from 2026-11-24T03:30:00Z on, in its opening hours (Asia/Kolkata).",
    ],
    [
      "never again",
      { openingHours: office, opensAt: "2026-11-24T20:00:00Z", closesAt: "2026-11-25T00:00:00Z" },
      "This form takes no more responses.",
    ],
  ])("%s", (_, settings, detail) => {
    expect(closedAt(SettingsSchema.parse(settings), now)?.detail ?? null).toBe(detail);
  });

  it("takes changes one by one", () => {
    const settings = patchSettings(
      { responsesMax: 5, closedMessage: "x" },
      { closedMessage: null, redirectUrl: "/done" },
    );
    expect(settings).toEqual({ responsesMax: 5, redirectUrl: "/done" });
    expect(findSettingsMistake({ opensAt: "2026-11-24T00:00:00Z", closesAt: "2026-11-23T00:00:00Z" })?.key).toBe(
      "closesAt",
    );
  });

  it.each(["https://example.org/thanks?x=1", "/f/other", "HTTPS://example.org"])("may lead to %s", (redirectUrl) => {
    expect(SettingsSchema.safeParse({ redirectUrl }).success).toBe(true);
  });

  it.each([
    "javascript:alert(1)",
    "http://example.org",
    "//example.org",
    "/\\example.org",
    "https:/example.org",
    "https://user:pw@example.org",
    "data:text/html,x",
    "thanks",
    "/a b",
    " https://example.org",
    "/\t/example.org",
  ])("may not lead to %j", (redirectUrl) => {
    expect(SettingsSchema.safeParse({ redirectUrl }).success).toBe(false);
  });
});
