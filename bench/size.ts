/**
 * Bytes of every worker as it is deployed, minified as `npm run deploy` does and gzipped, and how long workerd takes
 * from its start to the first answer of the gateway, over that of an empty Hono worker.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import type { Metafile } from "esbuild";
import { GATEWAY, workerConfigs } from "../scripts/cloud/config";
import { bundled, GATEWAY_GZIPPED_MAX } from "./bundle";
import { circumstances } from "./installation";
import { type Figure, printTable } from "./report";
import { median, spread } from "./rounds";

/** The executable; the package has no types. */
const workerd: string = createRequire(import.meta.url)("workerd").default;
const root = path.resolve(import.meta.dirname, "..");
/** Start-up over that of an empty Hono worker. */
const START_MAX = 1.5;

/** `--starts 9`, `--parts`: what the gateway is made of. Whether size and start are within their limits. */
export async function size(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: { starts: { type: "string", default: "9" }, parts: { type: "boolean", default: false } },
  });
  console.log(`\n${circumstances()}; npm run bench -- size ${args.join(" ")}\n`);
  const figures: Figure[] = [];
  for (const { name, source } of workerConfigs()) {
    const { bytes, zipped, metafile } = await bundled(entryOf(source));
    const limit =
      name === GATEWAY ? { limit: "≤ 100 KB gzipped", good: zipped <= GATEWAY_GZIPPED_MAX } : { good: true };
    figures.push({ what: `bytes, ${name}`, measured: `${kb(bytes)} KB, ${kb(zipped)} KB gzipped`, ...limit });
    if (name === GATEWAY && values.parts) printParts(metafile);
  }
  figures.push(await startUp(Number(values.starts)));
  return printTable(figures);
}

/** The entry of a config, from the root. */
function entryOf(source: string): string {
  const [, main = ""] = /^main = "(.*)"$/m.exec(readFileSync(path.join(root, source), "utf8")) ?? [];
  return path.join(path.dirname(source), main);
}

const kb = (bytes: number): string => (bytes / 1024).toFixed(0);

/** Prints minified bytes by package, or by folder of src. */
function printParts({ outputs }: Metafile): void {
  const parts = new Map<string, number>();
  for (const [file, { bytesInOutput }] of Object.entries(outputs).flatMap(([, { inputs }]) => Object.entries(inputs))) {
    const [, name] =
      /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? /^(src\/[^/]+(?:\/[^/.]+(?=\/))?)/.exec(file) ?? [];
    parts.set(name ?? file, (parts.get(name ?? file) ?? 0) + bytesInOutput);
  }
  for (const [name, bytes] of [...parts].sort(([, a], [, b]) => b - a).slice(0, 25))
    console.log(`${kb(bytes).padStart(6)} KB  ${name}`);
  console.log("");
}

/** Both workers are started in turn, each in a workerd of its own. */
async function startUp(starts: number): Promise<Figure> {
  const folder = mkdtempSync(path.join(tmpdir(), "formlog-bench-"));
  try {
    const configs = [await config(folder, "bench/routes.ts"), await config(folder, "src/gateway/worker.ts")];
    const found: number[] = [];
    for (let n = 0; n < starts; n += 1) {
      const [empty = 0, gateway = 0] = [await start(configs[0] ?? ""), await start(configs[1] ?? "")];
      found.push(gateway / empty);
    }
    return {
      what: "start to first answer over an empty Hono worker",
      measured: spread(found, 2),
      limit: `≤ ${START_MAX}`,
      good: median(found) <= START_MAX,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function config(folder: string, entry: string): Promise<string> {
  const name = entry.replaceAll(/\W/g, "-");
  writeFileSync(path.join(folder, `${name}.js`), (await bundled(entry)).text);
  const file = path.join(folder, `${name}.capnp`);
  writeFileSync(
    file,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (modules = [(name = "worker", esModule = embed "${name}.js")], compatibilityDate = "2026-11-01"))],
  sockets = [(name = "http", address = "127.0.0.1:PORT", http = (), service = "main")]);
`,
  );
  return file;
}

/** Milliseconds from the start of workerd until it answers anything. */
async function start(file: string): Promise<number> {
  const port = await freePort();
  const started = performance.now();
  const child = spawn(workerd, ["serve", file, "--socket-addr", `http=127.0.0.1:${port}`], { stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const answers = () => fetch(`http://127.0.0.1:${port}/healthz`).then(Boolean, () => false);
  while (!(await answers())) await new Promise((resolve) => setTimeout(resolve, 1));
  const took = performance.now() - started;
  child.kill("SIGKILL");
  await ended;
  return took;
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
