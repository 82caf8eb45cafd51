/** `npm start` as a process of its own that can be killed hard. What its emulators hold is read by emulated.ts. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { LocalSecrets } from "../../scripts/local/secrets";
import { root } from "./stack";

/** Starts the local stack in a process group of its own; resolves when it has printed its links. */
export async function startLocal(state: string, port: number, vars: Record<string, string> = {}) {
  const child = spawn(process.execPath, ["--import", "tsx", "scripts/start.ts"], {
    cwd: root,
    detached: true,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      FORMLOG_STATE: state,
      PORT: String(port),
      // As under npm: it ends by itself when the test that started it is gone.
      npm_lifecycle_event: "start",
      ...vars,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = await untilReady(child);
  const url = `http://localhost:${port}`;
  const secrets = JSON.parse(readFileSync(path.join(state, "secrets.json"), "utf8")) as LocalSecrets;
  return {
    url,
    printed,
    /** Of the start script, which is also the number of its process group. */
    pid: child.pid ?? 0,
    secrets,
    /** Where the emulators are, unless `vars` name other servers. */
    google: `http://127.0.0.1:${port + 1}`,
    twilio: `http://127.0.0.1:${port + 2}`,
    /** kill -9 of the whole group: start script, emulators, wrangler, workerd. */
    async kill(): Promise<void> {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      if (child.pid) process.kill(-child.pid, "SIGKILL");
      await gone;
    },
    async stop(): Promise<void> {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await gone;
    },
  };
}

export type Local = Awaited<ReturnType<typeof startLocal>>;

function untilReady(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const take = (data: Buffer) => {
      text += data;
      if (text.includes("Ctrl-C stops")) resolve(text);
    };
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    child.once("exit", (code) => reject(new Error(`npm start ended with ${code}: ${text}`)));
  });
}
