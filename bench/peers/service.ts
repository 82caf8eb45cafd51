/** Servers that a benchmark starts beside workerd, and ends. */
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

export interface Service {
  /** The processes at the top of it. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where it is to answer, whatever it answers. */
  readonly port: number;
}

const START_MS = 30_000;

/** Starts a server and waits until its port answers. Throws an Error when it ends or is not there in time. */
export async function startService({ file, args, cwd, env, port }: Command): Promise<Service> {
  const child = spawn(file, args, {
    cwd,
    stdio: ["ignore", "ignore", "inherit"],
    env: { PATH: process.env.PATH, ...env },
  });
  let over = false;
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve())).then(() => {
    over = true;
  });
  const deadline = Date.now() + START_MS;
  const isUp = () => fetch(`http://127.0.0.1:${port}/`).then(Boolean, () => false);
  while (!(await isUp())) {
    if (over || Date.now() > deadline) throw new Error(`${file} ${args.join(" ")} did not start`);
    await pause(100);
  }
  return {
    pids: [child.pid ?? 0],
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Stands for providers: answers 200 after so many milliseconds, whatever is asked. Its CPU is nobody's. */
export async function startStub(milliseconds: number): Promise<Service & { readonly url: string }> {
  const server = createServer((request, response) => {
    const answer = () => response.writeHead(200, { "content-type": "application/json" }).end("{}");
    request.resume();
    request.once("end", () => (milliseconds === 0 ? answer() : setTimeout(answer, milliseconds)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return {
    pids: [],
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
