/**
 * `npm run shards [status | add | open N | close N] [-- --url https://your-installation]`: the databases that hold
 * responses, and those of indexes. `add` says what the next one needs (--index: of indexes); with --write it creates it
 * in the Cloudflare account (--env staging: that of staging) and migrates it. The others ask the installation.
 * docs/operating.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { catalog } from "../src/integrations/kinds";
import type { ShardsView } from "../src/services/shards";
import { API_CONFIG, apiConfig } from "./cloud/api-config";
import { type WorkerConfig, writeConfig } from "./cloud/config";
import { ensureDatabases } from "./cloud/deploy";
import { furtherIndexes, indexBlock, indexDatabase, indexKinds, withIndex } from "./cloud/indexes";
import { kindBase, kindConfig, kindConfigFile } from "./cloud/kind-config";
import { countShards, shardBlock, shardDatabase } from "./cloud/shards";
import { named, stageOf } from "./cloud/stage";
import { orSay, requireLogin, wranglerIn } from "./cloud/wrangler";
import { readOptions } from "./options";
import { findInstallation, getAsRoot, postAsRoot, ROOT_KEY_UNKNOWN } from "./root-key";

const root = path.resolve(import.meta.dirname, "..");
const { values, positionals } = readOptions(
  "npm run shards [status | add | open N | close N] [-- --url https://your-installation --index --write --env staging]",
  {
    allowPositionals: true,
    options: {
      url: { type: "string" },
      write: { type: "boolean" },
      index: { type: "boolean" },
      env: { type: "string", default: "production" },
    },
  },
);
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

/** A database that is to be added: its files with it, by name, and the worker by which it is migrated. */
interface Addition {
  readonly name: string;
  readonly binding: string;
  /** What a person puts where. */
  readonly block: string;
  readonly place: string;
  readonly files: Readonly<Record<string, string>>;
  readonly worker: WorkerConfig;
  readonly locally: string;
}

const read = (file: string) => readFileSync(path.join(root, file), "utf8");

function nextShard(): Addition {
  const text = read("wrangler.toml");
  const next = countShards(text) + 1;
  const block = shardBlock(next);
  // Behind the first database: what follows in the file is another table.
  const base = text.replace(/^migrations_dir = .*\n(?![\s\S]*^migrations_dir)/m, (line) => `${line}\n${block}`);
  return {
    ...shardDatabase(next),
    block,
    place: "In wrangler.toml, behind the other databases",
    files: { "wrangler.toml": base, [API_CONFIG]: apiConfig(base, catalog) },
    worker: { name: "formlog", source: API_CONFIG },
    locally: "Locally nothing is needed: FORMLOG_SHARDS=3 npm start.",
  };
}

function nextIndex(): Addition {
  const next = furtherIndexes() + 1;
  const files = indexKinds.flatMap((kind) => {
    const own = withIndex(read(kindBase(kind)), next);
    return [
      [kindBase(kind), own],
      [kindConfigFile(kind), kindConfig(own, kind, catalog)],
    ];
  });
  const [kind = ""] = indexKinds;
  return {
    ...indexDatabase(next),
    block: indexBlock(next),
    place: `In ${indexKinds.map(kindBase).join(", ")}, behind the other databases`,
    files: Object.fromEntries(files),
    worker: { name: `formlog-${kind}`, source: kindConfigFile(kind) },
    locally: "Locally the same lines do, and a new start.",
  };
}

/** Without --write only says what is to be done. */
async function add(): Promise<void> {
  const { name, binding, block, place, files, worker, locally } = values.index ? nextIndex() : nextShard();
  const stage = stageOf(values.env);
  if (!values.write) {
    console.log(`The next database is ${binding}. ${place}:\n\n${block}`);
    const again = `npm run shards add -- ${values.index ? "--index " : ""}--write`;
    console.log(`\`${again}\` puts it there, creates the database on Cloudflare and migrates it.`);
    console.log(`Then \`npm run deploy\` binds all workers to it. ${locally}`);
    return;
  }
  const wrangler = wranglerIn(root);
  await requireLogin(wrangler);
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(root, file), text);
  const say = (line: string) => console.log(line);
  const ids = await ensureDatabases({ wrangler, say, stage });
  const account = { databases: ids, backups: false, stage };
  const config = writeConfig(root, { ...worker, name: named(worker.name, stage) }, account);
  say(`Applying migrations of ${binding}`);
  await wrangler(["d1", "migrations", "apply", binding, "--remote", "-c", config]);
  say(`${named(name, stage)} is ready. \`npm run deploy\` binds all workers to it; keep the changed files.`);
}

await orSay(async () => {
  if (verb === "status") show(await getAsRoot<ShardsView>(installation(), "/v1/shards"));
  else if (verb === "add") await add();
  else if ((verb === "close" || verb === "open") && no !== undefined && /^\d+$/.test(no)) {
    show(await postAsRoot<ShardsView>(installation(), `/v1/shards/${no}/${verb}`, {}));
  } else {
    console.error(
      "npm run shards [status | add [-- --index] [--write] | open N | close N] [-- --url https://your-installation]",
    );
    process.exit(2);
  }
});
