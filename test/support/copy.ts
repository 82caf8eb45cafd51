/** A copy of the repository as it stands, in which a test may build what it likes. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const root = path.resolve(import.meta.dirname, "../..");
const LEFT_OUT = new Set([".git", "node_modules", ".wrangler", ".formlog", ".dev.vars"]);

export interface Ran {
  readonly code: number;
  /** What it printed, on both streams. */
  readonly text: string;
}

/** Copies it to a folder of its own, under git with one commit, with the packages that are installed here. */
export async function copyRepository() {
  const folder = mkdtempSync(path.join(tmpdir(), "formlog-copy-"));
  cpSync(root, folder, { recursive: true, filter: (source) => !LEFT_OUT.has(path.basename(source)) });
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"), "dir");

  /** A command in the copy, with nothing of this process' environment that vitest put there. */
  async function run(command: string, ...args: readonly string[]): Promise<Ran> {
    const { HOME, TMPDIR } = process.env;
    const PATH = `${path.join(root, "node_modules/.bin")}:${process.env.PATH}`;
    const env = { PATH, HOME, TMPDIR, CI: "true", NO_COLOR: "1", WRANGLER_SEND_METRICS: "false" };
    try {
      const { stdout, stderr } = await promisify(execFile)(command, args, { cwd: folder, env, maxBuffer: 64e6 });
      return { code: 0, text: stdout + stderr };
    } catch (error) {
      if (!(error instanceof Error && "stdout" in error && "stderr" in error && "code" in error)) throw error;
      return { code: Number(error.code), text: `${error.stdout}${error.stderr}` };
    }
  }

  async function git(...args: readonly string[]): Promise<string> {
    const as = ["-c", "user.name=Test", "-c", "user.email=test@formlog.test"];
    const { code, text } = await run("git", ...as, ...args);
    if (code !== 0) throw new Error(text);
    return text;
  }

  await git("init", "-q");
  await git("add", "-A");
  await git("commit", "-qm", "As it stands");
  return {
    run,
    git,
    write(file: string, text: string): void {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), text);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export type Copy = Awaited<ReturnType<typeof copyRepository>>;
