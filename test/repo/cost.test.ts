/**
 * The cost table of docs/operating.md: computed, and what issue 7 wants of it. Its counts are measured in
 * test/api/cost.test.ts.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { costTable, countsOf, dollarsPerMillion } from "../../bench/cost";
import { type CostedKind, KINDS, SUBMISSION } from "../../bench/cost-kinds";
import { PRICES } from "../../bench/prices";
import { findKind } from "../../src/integrations/kinds";

const docs = readFileSync(path.resolve(import.meta.dirname, "../../docs/operating.md"), "utf8");
const at100 = (...kinds: CostedKind[]) => dollarsPerMillion(countsOf(100, kinds));

it("stands in the docs as it is computed, with the date of its prices", () => {
  expect(docs).toContain(costTable());
  expect(docs).toContain(PRICES.date);
});

it("takes pages as large as they are, at their pace", () => {
  for (const [kind, { page, cycleSeconds, ...more }] of Object.entries(KINDS)) {
    const policy = findKind(kind)?.policy;
    expect({ kind, page }).toEqual({ kind, page: policy?.pageSize });
    // A queue counts in whole seconds (docs/decisions/037).
    expect({ kind, cycleSeconds }).toEqual({ kind, cycleSeconds: Math.ceil(policy?.pageGapSeconds ?? 0) });
    const checks = "checks" in more ? more.checks : undefined;
    const { pageSize, everySeconds } = policy?.checks ?? {};
    expect({ kind, pageSize: checks?.page, everySeconds: checks?.everySeconds }).toEqual({
      kind,
      pageSize,
      everySeconds,
    });
  }
});

it("is a sum over prices: a row more is a dollar more", () => {
  const more = { ...SUBMISSION, rowsWritten: SUBMISSION.rowsWritten + 1 };
  expect(dollarsPerMillion(more) - dollarsPerMillion(SUBMISSION)).toBeCloseTo(1);
});

it("at 100 responses a second: Sheets alone at most $2.10, a webhook or a text adds at most $2.50", () => {
  expect(at100("google-sheets")).toBeLessThanOrEqual(2.1);
  for (const kind of ["webhook", "twilio-sms"] as const)
    expect(at100("google-sheets", kind) - at100("google-sheets")).toBeLessThanOrEqual(2.5);
});
