/**
 * `npm run shards [status | add | open N | close N] [-- --url https://your-installation]`: the databases that hold
 * responses. `add` says what the next one needs; with --write it creates it in the Cloudflare account (--env staging:
 * that of staging) and migrates it. The others ask the installation. docs/operating.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { catalog } from "../src/integrations/kinds";
import type { ShardsView } from "../src/services/shards";
import { API_CONFIG, apiConfig } from "./cloud/api-config";
import { writeConfig } from "./cloud/config";
import { ensureDatabases } from "./cloud/deploy";
import { countShards, shardBlock, shardDatabase } from "./cloud/shards";
import { named, stageOf } from "./cloud/stage";
import { orSay, requireLogin, wranglerIn } from "./cloud/wrangler";
import { findInstallation, getAsRoot, postAsRoot, ROOT_KEY_UNKNOWN } from "./root-key";

const root = path.resolve(import.meta.dirname, "..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { url: { type: "string" }, write: { type: "boolean" }, env: { type: "string", default: "production" } },
});
const [verb = "status", no] = positionals;

const sizeOf = (bytes: number | null) => (bytes === null ? "unknown" : `${(bytes / 1e6).toFixed(1)} MB`);

function show({ capBytes, items, indexes }: ShardsView): void {
  console.log("shard  state   size       of cap  segments  forms");
  for (const { shard, state, sizeBytes, segments, forms } of items) {
    const part = sizeBytes === null ? "" : `${Math.round((100 * sizeBytes) / capBytes)} %`;
    const cells = [
      String(shard).padEnd(5),
      state.padEnd(6),
      sizeOf(sizeBytes).padEnd(9),
      part.padEnd(6),
      String(segments).padEnd(8),
    ];
    console.log([...cells, forms].join("  "));
  }
  for (const { database, sizeBytes } of indexes) {
    console.log(`Indexes, database ${database}: ${sizeOf(sizeBytes)}; D1 takes 10 GB.`);
  }
}

function installation() {
  const found = findInstallation(values.url);
  if (found.rootKey) return found;
  console.error(ROOT_KEY_UNKNOWN);
  process.exit(2);
}

/** Without --write only says what is to be done. */
async function add(): Promise<void> {
  const file = path.join(root, "wrangler.toml");
  const text = readFileSync(file, "utf8");
  const next = countShards(text) + 1;
  const { binding, name } = shardDatabase(next);
  const stage = stageOf(values.env);
  if (!values.write) {
    console.log(`The next shard is ${binding}. In wrangler.toml, behind the other databases:\n\n${shardBlock(next)}`);
    console.log("`npm run shards add -- --write` puts it there, creates the database on Cloudflare and migrates it.");
    console.log(
      "Then `npm run deploy` binds all workers to it. Locally nothing is needed: FORMLOG_SHARDS=3 npm start.",
    );
    return;
  }
  const wrangler = wranglerIn(root);
  await requireLogin(wrangler);
  // Behind the first database: what follows in the file is another table.
  writeFileSync(
    file,
    text.replace(/^migrations_dir = .*\n(?![\s\S]*^migrations_dir)/m, (line) => `${line}\n${shardBlock(next)}`),
  );
  const say = (line: string) => console.log(line);
  writeFileSync(path.join(root, API_CONFIG), apiConfig(readFileSync(file, "utf8"), catalog));
  const ids = await ensureDatabases({ wrangler, say, stage });
  const worker = { name: named("formlog", stage), source: API_CONFIG };
  const config = writeConfig(root, worker, { databases: ids, backups: false, stage });
  say(`Applying migrations of ${binding}`);
  await wrangler(["d1", "migrations", "apply", binding, "--remote", "-c", config]);
  say(`${named(name, stage)} is ready. \`npm run deploy\` binds all workers to it; keep the change of wrangler.toml.`);
}

await orSay(async () => {
  if (verb === "status") show(await getAsRoot<ShardsView>(installation(), "/v1/shards"));
  else if (verb === "add") await add();
  else if ((verb === "close" || verb === "open") && no !== undefined && /^\d+$/.test(no)) {
    show(await postAsRoot<ShardsView>(installation(), `/v1/shards/${no}/${verb}`, {}));
  } else {
    console.error("npm run shards [status | add [-- --write] | open N | close N] [-- --url https://your-installation]");
    process.exit(2);
  }
});
