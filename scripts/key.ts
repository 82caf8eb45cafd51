/** `npm run key -- "Name of the workspace"`: a workspace and its first key, locally or (with --url) on an installation. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { url: { type: "string" } },
});
const root = path.resolve(import.meta.dirname, "..");
const state = path.resolve(root, process.env.FORMLOG_STATE ?? ".formlog");
const url = values.url ?? `http://localhost:${process.env.PORT ?? 8787}`;
const name = positionals[0];

function rootKey(): string | undefined {
  const file = path.join(state, "secrets.json");
  if (process.env.FORMLOG_ROOT_KEY) return process.env.FORMLOG_ROOT_KEY;
  return values.url || !existsSync(file) ? undefined : JSON.parse(readFileSync(file, "utf8")).rootKey;
}

const key = rootKey();
if (!name || !key) {
  console.error(
    name
      ? "The root key is not known: set FORMLOG_ROOT_KEY, or start the local installation first (npm start)."
      : 'Say the name of the workspace: npm run key -- "My team"   [--url https://your-installation]',
  );
  process.exit(2);
}
const response = await fetch(`${url}/v1/workspaces`, {
  method: "POST",
  headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
  body: JSON.stringify({ name }),
}).catch(() => null);
if (!response?.ok) {
  console.error(response ? `${response.status}: ${await response.text()}` : `${url} does not answer. Is it running?`);
  process.exit(1);
}
const made = (await response.json()) as { id: string; key: string };
console.log(`Workspace ${made.id}\nKey       ${made.key}\n\nKeep the key: it is shown only now.`);
