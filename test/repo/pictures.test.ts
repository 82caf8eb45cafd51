import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const PICTURES = path.join(root, "docs/screenshots");
/** Of all of them together: whoever clones the repository takes them along. */
const BYTES_MAX = 8_000_000;

it("each picture is shown somewhere, each that is shown is there, and all of them together are small", () => {
  const texts = execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" }).trim().split("\n");
  const shown = texts.flatMap((file) =>
    [...readFileSync(path.join(root, file), "utf8").matchAll(/screenshots\/([\w-]+\.png)/g)].map(([, name]) => name),
  );
  const kept = readdirSync(PICTURES);
  expect([...new Set(shown)].toSorted()).toEqual(kept.toSorted());
  const bytes = kept.reduce((sum, name) => sum + statSync(path.join(PICTURES, name)).size, 0);
  expect(bytes).toBeLessThan(BYTES_MAX);
});
