/** What the workers log: through one function per event, each of which docs/operating.md lists as it is. */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const files = globSync("src/**/*.{ts,tsx}", { cwd: root }).filter((file) => !/\.test\.tsx?$/.test(file));
const elsewhere = (pattern: RegExp, allowed: RegExp) =>
  files.filter((file) => !allowed.test(file) && pattern.test(read(file)));

const LEVELS = ["info", "warn", "error"];

interface Event {
  readonly means: string;
  readonly levels: readonly string[];
  readonly names: readonly string[];
}

/** The events of a file: what its functions say of themselves, and what they write. */
function eventsIn(file: string): Event[] {
  const functions = read(file).matchAll(/\/\*\*((?:(?!\*\/)[\s\S])+)\*\/\nexport function \w+\([\s\S]*?\n\}\n/g);
  return [...functions].map(([text, doc = ""]) => {
    const means = doc
      .replace(/\n \* ?/g, " ")
      .replace(/\s+/g, " ")
      .trim();
    const call = /logEvent\(([\s\S]*?)\b(?:fields|rest),?\s*\);/.exec(text)?.[1] ?? "";
    const words = [...call.matchAll(/"(\w+)"/g)].map(([, word = ""]) => word);
    const said = words.filter((word) => LEVELS.includes(word));
    // Without one its caller says it.
    const levels = said.length > 0 ? said : LEVELS;
    return {
      means,
      levels,
      names: words.filter((word) => word.includes("_") || word === "swept" || word === "reconciled"),
    };
  });
}

const events = globSync("src/telemetry/events/*.ts", { cwd: root }).toSorted().flatMap(eventsIn);

describe("the log", () => {
  it("is written by the functions of events.ts alone", () => {
    expect(elsewhere(/\blogEvent\b/, /^src\/telemetry\//)).toEqual([]);
    expect(
      elsewhere(/\bconsole(\.(log|debug|info|warn|error)\b|\[)/, /^src\/(telemetry\/log\.ts|pages\/form\/client\/)/),
    ).toEqual([]);
  });

  it("has a function for each event, and says in the guide what each means", () => {
    const functions = globSync("src/telemetry/events/*.ts", { cwd: root }).map(
      (file) => read(file).split("export function").length - 1,
    );
    expect(events).toHaveLength(functions.reduce((sum, count) => sum + count, 0));
    const names = events.flatMap((event) => event.names);
    expect(new Set(names).size).toBe(names.length);
    const rows = events.map(
      ({ names, levels, means }) =>
        `| ${names.map((name) => `\`${name}\``).join(", ")} | ${levels.join(", ")} | ${means} |`,
    );
    const table = read("docs/operating.md")
      .split("\n")
      .filter((line) => /^\| `\w+`.* \| (info|warn|error)/.test(line));
    expect(table.toSorted()).toEqual(rows.toSorted());
  });
});
