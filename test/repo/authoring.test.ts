/**
 * docs/adding-an-integration.md, word for word: in a copy of the repository one kind is generated and left as it is,
 * another one is built of the guide's blocks, and both keep the contract on workerd.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Copy, copyRepository } from "../support/copy";

const guide = readFileSync(path.resolve(import.meta.dirname, "../../docs/adding-an-integration.md"), "utf8");
/** Blocks that are marked with their file. */
const blocks = [...guide.matchAll(/^(`{3,})\w+ (src\/\S+)\n(.*?\n)\1$/gms)].map(([, , file = "", text = ""]) => ({
  file,
  text,
}));
const built = /npm run new:integration -- (\S+)/.exec(guide)?.[1] ?? "";
/** What `git diff --stat` says, as the guide shows it. */
const shown = /^```text\n(.*? changed, .*?)\n```$/ms.exec(guide)?.[1] ?? "";
const LONG = 300_000;

let copy: Copy;
let stat = "";
beforeAll(async () => {
  copy = await copyRepository();
  const made = await copy.run("npm", "run", "--silent", "new:integration", "--", built);
  if (made.code !== 0) throw new Error(made.text);
  await copy.git("add", "-A");
  stat = await copy.git("diff", "--cached", "--stat");
  for (const { file, text } of blocks) copy.write(file, text);
  const other = await copy.run("npm", "run", "--silent", "new:integration", "--", "as-it-stands");
  if (other.code !== 0) throw new Error(other.text);
}, LONG);
afterAll(() => copy?.remove());

it("the generated kind touches its own folder and one line of the catalog, as the guide shows", () => {
  const files = stat.split("\n").flatMap((line) => /^ (\S+) +\|/.exec(line)?.[1] ?? []);
  const elsewhere = files.filter((file) => !file.startsWith(`src/integrations/${built}/`));
  expect(elsewhere).toEqual(["src/integrations/catalog.ts"]);
  expect(stat).toMatch(/catalog\.ts +\| +1 \+$/m);
  expect(shown.trim(), "docs/adding-an-integration.md is stale: paste what it says now").toBe(stat.trim());
});

it("the guide's blocks are files of its kind", () => {
  expect(blocks.length).toBeGreaterThan(5);
  for (const { file } of blocks) expect(file.startsWith(`src/integrations/${built}/`), file).toBe(true);
});

it("the generated and the built kind pass npm run check", { timeout: LONG }, async () => {
  const { code, text } = await copy.run("npm", "run", "check");
  expect(code, text).toBe(0);
});

const KINDS = [built, "as-it-stands"];
/** Runs tests in the copy, all of which pass. Returns a line for each. */
async function runTests(...files: readonly string[]): Promise<string[]> {
  const projects = ["--project", "workers", "--project", "repo"];
  const how = [...projects, "--reporter", "verbose", "--no-isolate", "--testTimeout", "60000"];
  const { code, text } = await copy.run("vitest", "run", ...how, ...files);
  expect(code, text).toBe(0);
  return text.split("\n").filter((line) => line.includes("✓"));
}

it("both keep the contract, and all that is made of manifests knows both", { timeout: LONG }, async () => {
  const own = KINDS.map((kind) => `src/integrations/${kind}`);
  const passed = await runTests(...own, "test/api/kinds.test.ts", "test/repo/catalog.test.ts");
  for (const kind of KINDS) {
    const contract = passed.filter((line) => line.includes(`the contract of ${kind} `));
    expect(contract.length, `the contract of ${kind} was run`).toBeGreaterThan(12);
    expect(passed.join("\n")).toContain(`the manifest of ${kind} `);
    expect(passed.join("\n")).toContain(`the kind ${kind} `);
  }
});

it("a kind that there is can't be made again, and it says so", { timeout: LONG }, async () => {
  const { code, text } = await copy.run("npm", "run", "--silent", "new:integration", "--", "webhook");
  expect([code, text]).toEqual([2, expect.stringContaining("There is a kind webhook already. Choose another name.")]);
});
