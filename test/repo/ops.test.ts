/**
 * ops/: what Prometheus is told. Its own tool (Debian's package `prometheus`) checks the files, and the alerts against
 * made-up series.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ALERT_RULES } from "../../src/core/alert/alert";

const ops = path.resolve(import.meta.dirname, "../../ops");
const hasTool = spawnSync("promtool", ["--version"]).status === 0;

// Whoever works on this without Prometheus still has the rest; .ci/run installs it.
describe.runIf(hasTool)("promtool", () => {
  it.each([
    ["takes the alerts", ["check", "rules", "alerts.yml"]],
    ["takes the example of a configuration", ["check", "config", "--syntax-only", "prometheus.yml"]],
    ["sees each alert when it is due, and not before", ["test", "rules", "alerts.test.yml"]],
  ])("%s", (_, args) => {
    expect(execFileSync("promtool", args, { cwd: ops, encoding: "utf8", stdio: "pipe" })).toContain("SUCCESS");
  });
});

describe("the alerts", () => {
  const read = (file: string) => readFileSync(path.resolve(ops, file), "utf8");
  const inPrometheus = [...read("alerts.yml").matchAll(/- alert: (\w+)/g)].map(([, name]) => name ?? "");
  const documented = [...read("../docs/operating.md").matchAll(/^\| (\w+|–) \| (Formlog\w+|–) \|/gm)];

  it("of Formlog and of Prometheus are in docs/operating.md, each with what it means and what to do, and no others", () => {
    const rules = documented.flatMap(([, rule = ""]) => (rule === "–" ? [] : [rule]));
    expect(rules.toSorted()).toEqual(Object.keys(ALERT_RULES).toSorted());
    expect(documented.flatMap(([, , name]) => (name === "–" ? [] : [name])).toSorted()).toEqual(
      inPrometheus.toSorted(),
    );
  });

  it("have one name and one severity in both", () => {
    const rules = Object.entries(ALERT_RULES).filter(([rule]) => rule !== "key_expires");
    for (const [rule, severity] of rules) {
      const name = `Formlog${rule.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())}`;
      expect(documented.find(([, one]) => one === rule)?.[2], rule).toBe(name);
      const [, after = ""] = read("alerts.yml").split(`- alert: ${name}\n`);
      expect(/severity: (\w+)/.exec(after)?.[1], rule).toBe(severity);
    }
  });
});
