/**
 * `npm run drill [-- --responses 20000 --forms 20 --shards 3 --cap BYTES]`: loads an installation through its API,
 * exports and backs it up, restores the backup into a second one, and compares all forms. Both on this machine, in a
 * folder that is deleted afterwards.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { API_CONFIG } from "./cloud/api-config";
import { ask, type Target } from "./drill/client";
import { addMore, change, load } from "./drill/load";
import { differences, forgotten, layout, lookAtAll } from "./drill/look";
import { migrateState } from "./local/migrate";
import { requireFreePort } from "./local/processes";
import { type Stack, startWorkers } from "./local/stack";
import { readOptions } from "./options";

const { values } = readOptions(
  "npm run drill [-- --responses 20000 --forms 20 --shards 3 --cap BYTES --parallel 4 --port 8787]",
  {
    options: {
      responses: { type: "string", default: "20000" },
      forms: { type: "string", default: "20" },
      shards: { type: "string", default: "3" },
      cap: { type: "string" },
      parallel: { type: "string", default: "4" },
      port: { type: "string", default: process.env.PORT ?? "8787" },
    },
  },
);
const plan = {
  responses: Number(values.responses),
  forms: Number(values.forms),
  shards: Number(values.shards),
  parallel: Number(values.parallel),
};
/** Bytes of a response in the database, about; and of a database without any. */
const [RESPONSE_BYTES, EMPTY_BYTES] = [270, 300_000];
/** A shard is full with its share, so that all of them get theirs. */
const cap = values.cap ?? String(EMPTY_BYTES + Math.round((0.7 * RESPONSE_BYTES * plan.responses) / plan.shards));
const root = path.resolve(import.meta.dirname, "..");
const folder = mkdtempSync(path.join(tmpdir(), "formlog-drill-"));
const ROOT_KEY = `root_${"d".repeat(40)}`;
const ENCRYPTION_KEY = `drill:${Buffer.alloc(32, 7).toString("base64")}`;
const stacks: Stack[] = [];

const began = Date.now();
const say = (line: string) => console.log(`${String(Math.round((Date.now() - began) / 1000)).padStart(5)} s  ${line}`);

async function install(name: string, port: number): Promise<Stack> {
  const [state, shards] = [path.join(folder, name), plan.shards - 1];
  mkdirSync(state);
  await requireFreePort(port);
  await migrateState(root, state, shards);
  const url = `http://localhost:${port}`;
  const own = { FORMLOG_ROOT_KEY: ROOT_KEY, FORMLOG_ENCRYPTION_KEY: ENCRYPTION_KEY, PUBLIC_URL: url };
  const vars = { ...own, FORMLOG_SHARD_CAP_BYTES: cap };
  const stack = await startWorkers({ root, state, port, shards, vars, configs: [API_CONFIG] });
  stacks.push(stack);
  say(`an empty installation of ${plan.shards} shards runs on ${url}`);
  return stack;
}

/** Runs one of our scripts, and says the end of what it printed. Connections that end meanwhile are noticed. */
async function script(name: string, url: string, ...args: readonly string[]): Promise<void> {
  const file = path.join(root, "scripts", `${name}.ts`);
  const env = { ...process.env, FORMLOG_ROOT_KEY: ROOT_KEY };
  const call = ["--import", "tsx", file, "--url", url, ...args];
  const { stdout } = await promisify(execFile)(process.execPath, call, { cwd: root, env });
  for (const line of stdout.trimEnd().split("\n").slice(-3)) say(line);
}

async function drill(): Promise<void> {
  const first = await install("first", Number(values.port));
  const rootOf = ({ url }: Stack): Target => ({ url, key: ROOT_KEY });
  const { key } = await ask<{ key: string }>(rootOf(first), "POST", "/v1/workspaces", { name: "Drill" });
  const source = { url: first.url, key };
  const forms = await load(source, rootOf(first), plan, say);
  const { edited, reviewed, erased } = await change(source, forms, plan.parallel);
  say(`${edited} edited, ${reviewed} reviewed, ${erased} erased`);
  const before = await lookAtAll(source, forms, plan.parallel);
  const lines = before.reduce((sum, one) => sum + one.lines, 0);
  say(`${lines} responses of ${forms.length} forms exported`);
  for (const line of await layout(rootOf(first), before)) say(line);
  const kept = path.join(folder, "backup");
  await script("backup", first.url, "--to", kept);
  const sizes = readdirSync(kept).map((name) => statSync(path.join(kept, name)).size);
  say(`the copy has ${sizes.length} files of ${sizes.reduce((sum, size) => sum + size, 0)} bytes`);
  const lost = await addMore(source, forms, plan.parallel);
  say(`${lost.length} more responses, which no backup has`);
  first.stop();
  await first.ended;

  const second = await install("second", Number(values.port) + 10);
  await script("restore", second.url, "--from", kept);
  const target = { url: second.url, key };
  const after = await lookAtAll(target, forms, plan.parallel);
  say(`${after.reduce((sum, one) => sum + one.lines, 0)} responses of ${after.length} forms exported`);
  const other = differences(before, after);
  const unknown = await forgotten(target, forms, plan.parallel);
  const known = new Set(lost);
  const twice = (await addMore(target, forms, plan.parallel)).filter((id) => known.has(id));
  if (other.length > 0 || unknown.length > 0 || twice.length > 0 || lines !== plan.responses) {
    const found = `${lines} of ${plan.responses} responses, ${unknown.length} keys forgotten, ${twice.length} ids given twice`;
    throw new Error(`Not equal: ${found}; forms that differ: ${other.join("; ")}`);
  }
  say(
    `${lines} responses of ${forms.length} forms restored and exported, form by form: equal; ${known.size} lost ids, none given again`,
  );
}

try {
  await drill();
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
