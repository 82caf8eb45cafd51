import { describe, expect, it } from "vitest";
import { QuietHoursSchema, quietSecondsLeft } from "./quiet-hours";

const night = (timeZone: string, from = "21:00", to = "08:00") => ({ from, to, timeZone });
/** When it ends, as an ISO time; null: it is not quiet. */
function endOf(quiet: ReturnType<typeof night>, at: string): string | null {
  const now = Date.parse(at);
  const left = quietSecondsLeft(quiet, now);
  return left === 0 ? null : new Date(now + left * 1000).toISOString().replace(":00.000Z", "Z");
}

describe("quiet hours", () => {
  it.each([
    ["before they begin", "2026-11-23T15:29:59Z", null],
    ["at their first minute", "2026-11-23T15:30:00Z", "2026-11-24T02:30Z"],
    ["in the middle of a minute", "2026-11-23T20:00:30Z", "2026-11-24T02:30Z"],
    ["at their last second", "2026-11-24T02:29:59Z", "2026-11-24T02:30Z"],
    ["when they have ended", "2026-11-24T02:30:00Z", null],
    ["at noon", "2026-11-24T06:30:00Z", null],
  ])("over midnight in India, %s", (_, at, end) => {
    expect(endOf(night("Asia/Kolkata"), at)).toBe(end);
  });

  it("within a day", () => {
    const noon = night("UTC", "12:00", "14:00");
    expect(endOf(noon, "2026-11-23T13:59:59Z")).toBe("2026-11-23T14:00Z");
    expect(endOf(noon, "2026-11-23T14:00:00Z")).toBeNull();
    expect(endOf(noon, "2026-11-23T11:59:59Z")).toBeNull();
  });

  it.each([
    ["the clock leaps forward in spring", "2026-03-29T00:00:00Z", night("Europe/Berlin"), "2026-03-29T06:00Z"],
    ["the clock goes back in autumn", "2026-10-24T22:00:00Z", night("Europe/Berlin"), "2026-10-25T07:00Z"],
    // 02:30 does not exist on that morning: 01:59 is followed by 03:00.
    ["their end is leapt over", "2026-03-29T00:30:00Z", night("Europe/Berlin", "22:00", "02:30"), "2026-03-29T01:00Z"],
    ["the leap is half an hour", "2026-10-03T14:00:00Z", night("Australia/Lord_Howe"), "2026-10-03T21:00Z"],
    // 01:30 comes twice on that morning: the first one counts.
    ["their end comes twice", "2026-10-31T23:00:00Z", night("America/New_York", "18:00", "01:30"), "2026-11-01T05:30Z"],
  ])("end at the right time when %s", (_, at, quiet, end) => {
    expect(endOf(quiet, at)).toBe(end);
  });

  it.each([
    [{ from: "24:00" }, "from"],
    [{ to: "8:00" }, "to"],
    [{ to: "21:00" }, "to"],
    [{ timeZone: "Asia/Nowhere" }, "timeZone"],
    [{ timeZone: "+05:30" }, "timeZone"],
    [{ days: 7 }, ""],
  ])("may not have %j", (change, path) => {
    const parsed = QuietHoursSchema.safeParse({ ...night("Asia/Kolkata"), ...change });
    expect(parsed.error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });
});
