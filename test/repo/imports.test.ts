import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { catalog } from "../../src/integrations/kinds";

const root = path.resolve(import.meta.dirname, "../..");

/** What each folder of src/ may import of ours (DESIGN.md section 7). A folder may always import itself. */
const ALLOWED: Record<string, readonly string[]> = {
  core: [],
  telemetry: ["core"],
  store: ["core"],
  dispatch: ["core", "store", "telemetry", "config", "traits"],
  services: ["core", "store", "dispatch", "telemetry", "catalog", "context", "context-submission"],
  http: ["core", "services", "telemetry", "context", "context-submission", "pages", "store"],
  pages: ["core", "services", "context"],
  config: ["core", "config-submission"],
  "config-submission": ["core"],
  catalog: ["core", "manifest"],
  context: ["config", "context-submission", "core", "store", "dispatch", "services", "catalog"],
  "context-submission": ["config-submission", "core", "store", "dispatch", "services", "traits"],
  worker: ["context", "core", "dispatch", "http"],
  gateway: ["config-submission", "context-submission", "core", "http", "telemetry"],
};

/** Imports that are only types may reach further: they are gone at run time. */
const TYPES_ONLY: Record<string, readonly string[]> = { http: ["store"] };

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(root, file), "utf8");
  return [...text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+"(\.[^"]+)"/gms)].map((match) => ({
    file,
    target: path.join(path.dirname(file), match[2] ?? ""),
    typeOnly: match[1] !== undefined,
  }));
}

/** The part of src/ that a path belongs to; an integration is its own folder. */
function partOf(file: string): string {
  const [, first = "", second = ""] = file.split("/");
  if (first !== "integrations") return first.replace(/\.tsx?$/, "");
  if (/^traits(\.ts)?$/.test(second)) return "traits";
  if (["catalog", "kinds", "traits"].includes(second.split(".")[0] ?? "")) return "catalog";
  return `integrations/${second}`;
}

const files = globSync("src/**/*.{ts,tsx}", { cwd: root }).filter((file) => !/\.test\.tsx?$/.test(file));
const all = files.flatMap(importsOf);

function isAllowed({ file, target, typeOnly }: Import): boolean {
  const [from, to] = [partOf(file), partOf(target)];
  if (from === to || to === "core") return true;
  if (from.startsWith("integrations/")) return path.basename(file) === "worker.ts" && to === "dispatch";
  if (from === "catalog") return path.basename(target) === "manifest";
  if (from === "traits") return path.basename(target) === "traits.gen.json";
  if (TYPES_ONLY[from]?.includes(to)) return typeOnly;
  return ALLOWED[from]?.includes(to) ?? false;
}

describe("imports", () => {
  it("go only where DESIGN.md section 7 lets them", () => {
    expect(all.length).toBeGreaterThan(50);
    const wrong = all.filter((one) => !isAllowed(one)).map(({ file, target }) => `${file} may not import ${target}`);
    expect(wrong).toEqual([]);
  });

  it("keep core pure: no clock, no randomness, no network", () => {
    const impure = /\b(Date\.now\(|new Date\(\)|Math\.random\(|crypto\.(randomUUID|getRandomValues)\(|fetch\()/;
    const core = files.filter((file) => file.startsWith("src/core/"));
    const wrong = core.filter((file) => impure.test(stripComments(readFileSync(path.join(root, file), "utf8"))));
    expect(wrong).toEqual([]);
  });

  it("keep SQL in store/, that of an index in its kind's tables.ts", () => {
    const sql = /\.prepare\(\s*["`]|["`]\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM) /;
    const indexes = new Set(
      catalog.filter(({ index }) => index).map(({ kind }) => `src/integrations/${kind}/tables.ts`),
    );
    const elsewhere = files.filter((file) => !file.startsWith("src/store/") && !indexes.has(file));
    const wrong = elsewhere.filter((file) => sql.test(readFileSync(path.join(root, file), "utf8")));
    expect(wrong).toEqual([]);
  });

  it("leave no timer behind: a call's time limit is core/time-limit.ts's, which ends with the call", () => {
    const sources = [...files, ...globSync("scripts/new-integration/template/*.ts", { cwd: root })];
    const wrong = sources.filter((file) =>
      stripComments(readFileSync(path.join(root, file), "utf8")).includes("AbortSignal.timeout"),
    );
    expect(wrong).toEqual([]);
  });

  it("stay in files of a size that one reads at once", () => {
    const long = files
      .map((file) => ({ file, lines: readFileSync(path.join(root, file), "utf8").split("\n").length }))
      .filter(({ lines }) => lines > 300);
    expect(long).toEqual([]);
  });
});

function stripComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}
