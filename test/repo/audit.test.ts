import { expect, it } from "vitest";
import exceptions from "../../scripts/audit/exceptions.json" with { type: "json" };
import { ExceptionsSchema, judge } from "../../scripts/audit/judge";

const TODAY = "2026-11-29";
const advisory = (severity: string, id = "GHSA-aaaa-bbbb-cccc") => ({
  source: 1,
  name: "left",
  title: "It breaks",
  url: `https://github.com/advisories/${id}`,
  severity,
});
/** As npm 10 prints it, with what is not looked at. */
const report = (...via: readonly unknown[]) =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: {
      left: { name: "left", severity: "high", isDirect: false, via, effects: ["right"], fixAvailable: true },
      right: { name: "right", severity: "high", isDirect: true, via: ["left"], effects: [] },
    },
    metadata: { vulnerabilities: { total: 2 } },
  });
const reason = "Only its command line is affected, which nobody runs.";

it.each(["high", "critical"])("refuses a weakness of severity %s, once", (severity) => {
  const { refused } = judge(report(advisory(severity)), [], TODAY);
  expect(refused).toEqual([`left: It breaks (${severity}) https://github.com/advisories/GHSA-aaaa-bbbb-cccc`]);
});

it("lets lesser ones pass, and those that are excused, until their day is over", () => {
  expect(judge(report(advisory("moderate"), advisory("low")), [], TODAY)).toMatchObject({
    answered: true,
    refused: [],
  });
  const until = (day: string) => [{ advisory: "GHSA-aaaa-bbbb-cccc", reason, until: day }];
  const both = report(advisory("high"), advisory("high", "GHSA-dddd-eeee-ffff"));
  const { refused, excused } = judge(both, until(TODAY), TODAY);
  expect([refused, excused]).toEqual([[expect.stringContaining("dddd")], [expect.stringContaining("aaaa")]]);
  expect(judge(both, until("2026-11-28"), TODAY).refused).toHaveLength(2);
});

it.each([
  ["nothing", ""],
  ["no JSON", "npm error network"],
  ["an error", '{"message":"405 Method Not Allowed","statusCode":405,"error":{"summary":"","detail":""}}'],
])("knows nothing when npm prints %s", (_, output) => {
  expect(judge(output, [], TODAY)).toEqual({ answered: false, refused: [], excused: [] });
});

it("the exceptions are as they must be", () => {
  expect(ExceptionsSchema.safeParse(exceptions).success).toBe(true);
  expect(ExceptionsSchema.safeParse([{ advisory: "GHSA-aaaa-bbbb-cccc", reason: "", until: TODAY }]).success).toBe(
    false,
  );
});
