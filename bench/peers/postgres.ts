/**
 * PostgreSQL of this machine (Debian's package), with a data folder of its own in the folder for temporary files; fsync
 * is on.
 */
import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Service } from "./service";

const BASE = "/usr/lib/postgresql";
/** PostgreSQL does not run as root: then it is Debian's user of it that does. */
const USER = process.getuid?.() === 0 ? "postgres" : "";

export interface Postgres extends Service {
  /** What the clients are to know. */
  readonly env: { readonly PGPORT: string; readonly PGUSER: string };
}

/** Null when it is not installed. */
export async function startPostgres(port: number): Promise<Postgres | null> {
  const newest = existsSync(BASE) ? readdirSync(BASE).toSorted((a, b) => Number(b) - Number(a))[0] : undefined;
  if (newest === undefined) return null;
  const bin = (name: string) => path.join(BASE, newest, "bin", name);
  const data = mkdtempSync(path.join(tmpdir(), "formlog-bench-postgres-"));
  if (USER) chownSync(data, idOf("-u"), idOf("-g"));
  const as = (file: string, args: readonly string[]): [string, string[]] =>
    USER ? ["setpriv", [`--reuid=${USER}`, `--regid=${USER}`, "--clear-groups", file, ...args]] : [file, [...args]];
  execFileSync(...as(bin("initdb"), ["-D", data, "-U", "bench", "--auth=trust"]), { stdio: "ignore", cwd: tmpdir() });
  const options = [
    "-D",
    data,
    "-p",
    String(port),
    "-k",
    data,
    "-c",
    "listen_addresses=127.0.0.1",
    "-c",
    "max_connections=200",
  ];
  const server = spawn(...as(bin("postgres"), options), { stdio: "ignore", cwd: tmpdir() });
  while (!(await answers(port))) await pause(100);
  return {
    pids: [server.pid ?? 0],
    env: { PGPORT: String(port), PGUSER: "bench" },
    async stop() {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGINT");
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

const idOf = (flag: string): number => Number(execFileSync("id", [flag, USER], { encoding: "utf8" }));

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
