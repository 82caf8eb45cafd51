/** `npm run serve` as a process of its own that can be killed hard. */
import { type ChildProcess, spawn } from "node:child_process";
import { root } from "./stack";

/** Starts it in a process group of its own; resolves when it serves. Its folder, port and variables are in `vars`. */
export async function startServe(vars: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, ["--import", "tsx", "scripts/serve.ts"], {
    cwd: root,
    detached: true,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...vars },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const lines: string[] = [];
  await untilServing(child, lines);
  return {
    url: `http://127.0.0.1:${vars.PORT}`,
    /** Of the service itself. */
    pid: child.pid ?? 0,
    /** What it wrote to stdout. */
    lines,
    /** With its exit code; null: it was killed. */
    ended,
    /** kill -9 of the whole group: the service and workerd. */
    async kill(): Promise<void> {
      if (child.exitCode !== null || child.signalCode !== null) return;
      if (child.pid) process.kill(-child.pid, "SIGKILL");
      await ended;
    },
  };
}

export type Serving = Awaited<ReturnType<typeof startServe>>;

function untilServing(child: ChildProcess, lines: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let rest = "";
    let errors = "";
    child.stdout?.on("data", (data: Buffer) => {
      const parts = `${rest}${data}`.split("\n");
      rest = parts.pop() ?? "";
      lines.push(...parts);
      if (parts.some((line) => line.includes('"event":"serving"'))) resolve();
    });
    child.stderr?.on("data", (data: Buffer) => {
      errors += data;
    });
    child.once("exit", (code) => reject(new Error(`npm run serve ended with ${code}: ${errors}${lines.join("\n")}`)));
  });
}
