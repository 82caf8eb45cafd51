/**
 * docs/adding-an-integration.md, word for word: in a copy of the repository one kind is generated and left as it is, another one is
 * built of the guide's blocks, and both keep the contract on workerd.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { refuseName } from "../../scripts/new-integration/names";
import { catalog } from "../../src/integrations/kinds";
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

it("both keep the contract, and all that is made of manifests knows them", { timeout: LONG }, async () => {
  const kinds = [built, "as-it-stands"];
  const files = [
    ...kinds.map((kind) => `src/integrations/${kind}`),
    "test/api/kinds.test.ts",
    "test/repo/catalog.test.ts",
  ];
  const how = [
    "--project",
    "workers",
    "--project",
    "repo",
    "--reporter",
    "verbose",
    "--no-isolate",
    "--testTimeout",
    "60000",
  ];
  const { code, text } = await copy.run("vitest", "run", ...how, ...files);
  expect(code, text).toBe(0);
  for (const kind of kinds) {
    const passed = text.split("\n").filter((line) => line.includes(`the contract of ${kind} `) && line.includes("✓"));
    expect(passed.length, `the contract of ${kind} was run`).toBeGreaterThan(12);
    expect(text).toMatch(new RegExp(`✓.*the manifest of ${kind} `));
    expect(text).toMatch(new RegExp(`✓.*the kind ${kind} `));
  }
});

it("a kind that there is can't be made again, and it says so", { timeout: LONG }, async () => {
  const { code, text } = await copy.run("npm", "run", "--silent", "new:integration", "--", "webhook");
  expect([code, text]).toEqual([2, expect.stringContaining("There is a kind webhook already. Choose another name.")]);
});

it.each([
  ["nothing", undefined, "npm run new:integration -- my-kind"],
  ["capitals", "My-Kind", "no name of a kind"],
  ["dashes that join nothing", "my--kind", "no name of a kind"],
  ["a path", "../my-kind", "no name of a kind"],
  ["a name too long for a queue", "k".repeat(51), "at most 50 characters"],
  ["a folder without a line", "half-made", "Remove it"],
  ["an integration of the demo", "sms", "a meaning of its own"],
  ["a word of JavaScript", "delete", "a meaning of its own"],
  ["a word of the template", "deliver", "a meaning of its own"],
  ["the queue of submissions", "intake", "a meaning of its own"],
  ["the installation's own variable", "turnstile", "TURNSTILE_URL"],
  ["a variable of another kind", "twilio-api", "TWILIO_API_URL"],
])("a kind can't be called as %s", (_, kind, words) => {
  expect(refuseName(kind, { catalog, folders: ["half-made"], demos: ["sms"] })).toContain(words);
});
