import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const USAGE = "npm run rotate [-- --url https://your-installation]\n";

function run(...args: readonly string[]) {
  const command = ["--import", "tsx", "scripts/rotate.ts", ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: "utf8" });
  return { status, stdout, stderr };
}

it.each([
  ["an option that there is not", ["--", "--adress", "x"], "Unknown option '--adress'"],
  ["an option without its value", ["--url"], "Option '--url <value>' argument missing"],
  ["a word too many", ["now"], "Unexpected argument 'now'"],
])("a script says of %s what is wrong and how it is used", (_, args, mistake) => {
  const { stderr, ...others } = run(...args);
  expect(others).toEqual({ status: 2, stdout: "" });
  expect(stderr.split("\n\n")).toEqual([expect.stringContaining(mistake), USAGE]);
});

it("a script asked for help says how it is used", () => {
  expect(run("--help")).toEqual({ status: 0, stdout: USAGE, stderr: "" });
});
