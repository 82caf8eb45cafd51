/** Comments keep the width that the formatter gives to code, which it does not do itself. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const WIDTH = 120;
const COMMENT = /^\s*(\/\/|\/?\*)/;

it("no line of a comment is wider than the code", () => {
  const files = execFileSync("git", ["ls-files", "-z", "*.ts", "*.tsx"], { cwd: root, encoding: "utf8" }).split("\0");
  const wide = files.filter(Boolean).flatMap((file) =>
    readFileSync(path.join(root, file), "utf8")
      .split("\n")
      .flatMap((line, i) => (line.length > WIDTH && COMMENT.test(line) ? [`${file}:${i + 1}`] : [])),
  );
  expect(files.length).toBeGreaterThan(1_000);
  expect(wide).toEqual([]);
});
