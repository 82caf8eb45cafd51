/** Processes of the local stack: finds what a killed one left behind, and whether a port is free. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function listProcesses(): Process[] {
  const text = execFileSync("ps", ["-A", "-o", "pid=,ppid=,command="], { encoding: "utf8", maxBuffer: 16e6 });
  return text.split("\n").flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid && parent && command ? [{ pid: Number(pid), parent: Number(parent), command }] : [];
  });
}

/** The processes that a process started. */
export const childrenOf = (parent: number): Process[] => listProcesses().filter((one) => one.parent === parent);

/**
 * Ends what a stack that was killed hard left running: its start script, its wrangler (known by the state folder in its
 * command) and workerd processes of this project without a parent. A stack that runs is not touched.
 */
export function endLeftovers(root: string, state: string): void {
  const all = listProcesses();
  const orphaned = (p: Process) => p.parent === 1 || !all.some((other) => other.pid === p.parent);
  const wrangler = all.filter((p) => p.command.includes(`--persist-to ${state}`));
  const tops = wrangler.flatMap((p) => orphanedTop(all, p, orphaned) ?? []);
  const below = all.filter((p) => tops.some((top) => descends(all, p, top.pid)));
  const workerd = all.filter((p) => p.command.startsWith(root) && p.command.includes("/workerd serve") && orphaned(p));
  for (const { pid } of [...tops, ...below, ...workerd]) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself in between.
    }
  }
}

/** The uppermost process of a stack that lost its parent (npm, a shell), or null while somebody holds it. */
function orphanedTop(all: readonly Process[], wrangler: Process, orphaned: (p: Process) => boolean): Process | null {
  let top = wrangler;
  for (;;) {
    if (orphaned(top)) return top;
    const parent = all.find((p) => p.pid === top.parent);
    if (!parent || !/scripts\/start\.ts|wrangler/.test(parent.command) || parent.pid === process.pid) return null;
    top = parent;
  }
}

/** Calls back once when the process that started us, or the one that started it (npm and its shell), is gone. */
export function whenAbandoned(done: () => void): void {
  const parent = process.ppid;
  const grandparent = parentOf(parent);
  const timer = setInterval(() => {
    if (process.ppid === parent && parentOf(parent) === grandparent) return;
    clearInterval(timer);
    done();
  }, 500);
  timer.unref();
}

/** The parent of a process where /proc tells it; null elsewhere. */
function parentOf(pid: number): number | null {
  try {
    // The second field is the name in parentheses, which may hold anything; the fourth is the parent (proc(5)).
    return Number(
      readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ")[1],
    );
  } catch {
    return null;
  }
}

function descends(all: readonly Process[], process: Process, ancestor: number): boolean {
  for (let at: Process | undefined = process; at; at = all.find((p) => p.pid === at?.parent)) {
    if (at.parent === ancestor) return true;
    if (at.parent <= 1) return false;
  }
  return false;
}

/** A stack that is just ending gives its ports back within this time. */
const PATIENCE_MS = 5_000;

/** Throws an Error with one clear line when somebody else has the port, and keeps it. */
export async function requireFreePort(port: number): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await tryPort(port);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

async function tryPort(port: number): Promise<void> {
  for (const host of ["127.0.0.1", "::1"]) {
    const code = await new Promise<string | null>((resolve) => {
      const server = createServer();
      server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "unknown"));
      server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
    });
    if (code === "EADDRINUSE") {
      throw new Error(`Port ${port} is taken. Stop what uses it, or choose another: PORT=${port + 10}`);
    }
    if (code === "EACCES") throw new Error(`Port ${port} needs more rights. Choose another: PORT=8787`);
  }
}
