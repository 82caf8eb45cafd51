/** `npm start` as a process of its own that can be killed hard, and what stands in its emulated sheet and phone. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./stack";

export interface Demo {
  readonly key: string;
  readonly form: string;
  readonly sheets: string;
  readonly sms: string;
}

/** Starts the local stack in a process group of its own; resolves when it has printed its links. */
export async function startLocal(state: string, port: number, vars: Record<string, string> = {}) {
  const child = spawn(process.execPath, ["--import", "tsx", "scripts/start.ts"], {
    cwd: root,
    detached: true,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, FORMLOG_STATE: state, PORT: String(port), ...vars },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = await untilReady(child);
  const url = `http://localhost:${port}`;
  const demo = JSON.parse(readFileSync(path.join(state, "demo.json"), "utf8")) as Demo;
  return {
    url,
    printed,
    demo,
    /** kill -9 of the whole group: start script, emulators, wrangler, workerd. */
    async kill(): Promise<void> {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      if (child.pid) process.kill(-child.pid, "SIGKILL");
      await gone;
    },
    async stop(): Promise<void> {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await gone;
    },
    async submit(name: string, phone: string): Promise<string | null> {
      const response = await fetch(`${url}/v1/forms/${demo.form}/responses`, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": name.replaceAll(" ", "-") },
        body: JSON.stringify({ answers: { name, phone } }),
      }).catch(() => null);
      if (response?.status !== 201) return null;
      return ((await response.json().catch(() => null)) as { id: string } | null)?.id ?? null;
    },
    /** Ids in the sheet's first column, in order. */
    async rows(): Promise<string[]> {
      const page = await (await fetch(`http://127.0.0.1:${port + 1}/sheets/demo-spreadsheet`)).text();
      return [...page.matchAll(/<tr>(?:<th[^>]*>[^<]*<\/th>)?<td[^>]*>([a-z0-9]{10,})<\/td>/g)].map(
        (match) => match[1] ?? "",
      );
    },
    /** Receipt numbers in the texts that were sent. */
    async receipts(): Promise<string[]> {
      const { accountSid, authToken } = JSON.parse(readFileSync(path.join(state, "secrets.json"), "utf8")).twilio;
      const found: string[] = [];
      let next: string | null = `/2010-04-01/Accounts/${accountSid}/Messages.json?PageSize=1000`;
      while (next) {
        const headers = { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` };
        const list = (await (await fetch(`http://127.0.0.1:${port + 2}${next}`, { headers })).json()) as {
          messages: { body: string }[];
          next_page_uri: string | null;
        };
        found.push(...list.messages.map((message) => /Receipt ([a-z0-9]+)$/.exec(message.body)?.[1] ?? message.body));
        next = list.next_page_uri;
      }
      return found;
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
