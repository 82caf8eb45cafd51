/** Processes of the local stack: finds what a killed one left behind, and whether a port is free. */
import { execFileSync } from "node:child_process";
import { createServer } from "node:net";

interface Process {
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

/**
 * Ends what a stack that was killed hard left running: its wrangler (known by the state folder in its command) and workerd
 * processes of this project without a parent. A stack that runs is not touched.
 */
export function endLeftovers(root: string, state: string): void {
  const all = listProcesses();
  const orphaned = (p: Process) => p.parent === 1 || !all.some((other) => other.pid === p.parent);
  const wrangler = all.filter((p) => p.command.includes(`--persist-to ${state}`) && orphaned(p));
  const below = all.filter((p) => wrangler.some((w) => descends(all, p, w.pid)));
  const workerd = all.filter((p) => p.command.startsWith(root) && p.command.includes("/workerd serve") && orphaned(p));
  for (const { pid } of [...wrangler, ...below, ...workerd]) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself in between.
    }
  }
}

function descends(all: readonly Process[], process: Process, ancestor: number): boolean {
  for (let at: Process | undefined = process; at; at = all.find((p) => p.pid === at?.parent)) {
    if (at.parent === ancestor) return true;
    if (at.parent <= 1) return false;
  }
  return false;
}

/** Throws an Error with one clear line when somebody else has the port. */
export async function requireFreePort(port: number): Promise<void> {
  for (const host of ["127.0.0.1", "::1"]) {
    const code = await new Promise<string | null>((resolve) => {
      const server = createServer();
      server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "unknown"));
      server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
    });
    if (code === "EADDRINUSE") {
      throw new Error(`Port ${port} is taken. Stop what uses it, or choose another: PORT=${port + 10} npm start`);
    }
    if (code === "EACCES") throw new Error(`Port ${port} needs more rights. Choose another: PORT=8787 npm start`);
  }
}
