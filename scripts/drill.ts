/**
 * `npm run drill [-- --responses 20000 --forms 20]`: loads an installation through its API, exports and backs it up, restores the backup into
 * a second one, and compares the exports of all forms. Both on this machine, in a folder that is deleted afterwards.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { API_CONFIG } from "./cloud/api-config";
import { requireFreePort } from "./local/processes";
import { migrate, type Stack, startWorkers } from "./local/stack";

const { values } = parseArgs({
  options: {
    responses: { type: "string", default: "20000" },
    forms: { type: "string", default: "20" },
    port: { type: "string", default: process.env.PORT ?? "8787" },
  },
});
const RESPONSES = Number(values.responses);
const FORMS = Number(values.forms);
const root = path.resolve(import.meta.dirname, "..");
const folder = mkdtempSync(path.join(tmpdir(), "formlog-drill-"));
const ROOT_KEY = `root_${"d".repeat(40)}`;
const ENCRYPTION_KEY = `drill:${Buffer.alloc(32, 7).toString("base64")}`;
const stacks: Stack[] = [];

const began = Date.now();
const say = (line: string) => console.log(`${String(Math.round((Date.now() - began) / 1000)).padStart(5)} s  ${line}`);

async function install(name: string, port: number): Promise<Stack> {
  const state = path.join(folder, name);
  mkdirSync(state);
  await requireFreePort(port);
  await migrate({ root, state });
  const url = `http://localhost:${port}`;
  const vars = { FORMLOG_ROOT_KEY: ROOT_KEY, FORMLOG_ENCRYPTION_KEY: ENCRYPTION_KEY, PUBLIC_URL: url };
  const stack = await startWorkers({ root, state, port, vars, configs: [API_CONFIG] });
  stacks.push(stack);
  return stack;
}

async function call<T>(url: string, key: string, body: unknown): Promise<T> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

const QUESTIONS = [
  { ref: "name", type: "short_text", title: "Name" },
  { ref: "age", type: "integer", title: "Age" },
  { ref: "comment", type: "long_text", title: "Comment" },
];
const BATCH = 500;

/** Fills an installation; the ids of its forms, and a key. */
async function load(url: string): Promise<{ key: string; forms: string[] }> {
  const { key } = await call<{ key: string }>(`${url}/v1/workspaces`, ROOT_KEY, { name: "Drill" });
  const forms: string[] = [];
  for (let i = 0; i < FORMS; i += 1) {
    const { id } = await call<{ id: string }>(`${url}/v1/forms`, key, { title: `Form ${i}`, questions: QUESTIONS });
    forms.push(id);
  }
  let n = 0;
  for (const [i, form] of forms.entries()) {
    const end = Math.round(((i + 1) * RESPONSES) / FORMS);
    while (n < end) {
      const count = Math.min(BATCH, end - n);
      const responses = Array.from({ length: count }, (_, j) => ({
        answers: { name: `Person ${n + j}`, age: (n + j) % 100, comment: `"यह" ${"so ".repeat((n + j) % 40)}` },
      }));
      const { items } = await call<{ items: { status: number }[] }>(`${url}/v1/forms/${form}/responses/batch`, key, {
        responses,
      });
      if (items.some(({ status }) => status !== 201)) throw new Error("a response was refused");
      n += count;
    }
  }
  return { key, forms };
}

/** The export of each form, as a hash, and how many lines all have. */
async function exportAll(url: string, { key, forms }: { key: string; forms: readonly string[] }) {
  const hashes: string[] = [];
  let lines = 0;
  for (const form of forms) {
    const response = await fetch(`${url}/v1/forms/${form}/export.ndjson`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const hash = createHash("sha256");
    for await (const chunk of response.body ?? []) {
      const bytes = Buffer.from(chunk as Uint8Array);
      hash.update(bytes);
      for (const byte of bytes) if (byte === 10) lines += 1;
    }
    hashes.push(hash.digest("hex"));
  }
  return { hashes, lines };
}

function script(name: string, url: string, ...args: readonly string[]): void {
  const file = path.join(root, "scripts", `${name}.ts`);
  const env = { ...process.env, FORMLOG_ROOT_KEY: ROOT_KEY };
  const printed = execFileSync(process.execPath, ["--import", "tsx", file, "--url", url, ...args], { cwd: root, env });
  for (const line of printed.toString().trimEnd().split("\n").slice(-3)) say(line);
}

try {
  const port = Number(values.port);
  const first = await install("first", port);
  const loaded = await load(first.url);
  const before = await exportAll(first.url, loaded);
  say(`${before.lines} responses of ${FORMS} forms loaded and exported`);
  const kept = path.join(folder, "backup");
  script("backup", first.url, "--to", kept);
  first.stop();
  await first.ended;
  const second = await install("second", port + 10);
  script("restore", second.url, "--from", kept);
  const after = await exportAll(second.url, loaded);
  const other = before.hashes.filter((hash, i) => hash !== after.hashes[i]).length;
  if (after.lines !== before.lines || before.lines !== RESPONSES || other > 0) {
    throw new Error(`Not equal: ${after.lines} responses after, ${before.lines} before; ${other} forms differ.`);
  }
  say(`${after.lines} responses of ${FORMS} forms restored and exported: equal`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  for (const stack of stacks) stack.stop();
  await Promise.all(stacks.map(({ ended }) => ended));
  rmSync(folder, { recursive: true, force: true });
}
// The clock of the sweeper would hold the process.
process.exit();
