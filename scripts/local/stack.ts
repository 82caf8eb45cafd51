/** The workers of a local installation: `wrangler dev` over all of them, and the sweeper's clock. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { devNull } from "node:os";
import path from "node:path";
import { catalog } from "../../src/integrations/kinds";
import { API_CONFIG } from "../cloud/api-config";
import { wholeConfig } from "../cloud/config";
import { GATEWAY_CONFIG } from "../cloud/gateway-config";
import { kindConfigFile } from "../cloud/kind-config";
import { furtherShards } from "../cloud/shards";

export interface Stack {
  readonly url: string;
  readonly log: string;
  /** Resolves when the workers have ended, with their exit code. */
  readonly ended: Promise<number | null>;
  stop(): void;
}

interface StackOptions {
  readonly root: string;
  readonly state: string;
  readonly port: number;
  readonly vars: Readonly<Record<string, string>>;
  /** Databases beside DB that hold responses; those of wrangler.toml unless told. */
  readonly shards?: number;
  /** Of the workers to start, the first is the one that listens; all of them unless told. */
  readonly configs?: readonly string[];
}

const ALL = [GATEWAY_CONFIG, API_CONFIG, ...catalog.map(({ kind }) => kindConfigFile(kind))];

/**
 * A worker's config: one made for it in the state where there are more shards than wrangler.toml has, or than its own
 * file names, and for the gateway.
 */
function placed(
  { root, state, shards = furtherShards() }: Pick<StackOptions, "root" | "state" | "shards">,
  config: string,
): string {
  if (shards === 0 && config !== GATEWAY_CONFIG) return config;
  const folder = path.join(state, "configs");
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, config.replaceAll("/", "-"));
  const text = wholeConfig(root, config, shards);
  writeFileSync(file, config === GATEWAY_CONFIG ? withCron(text, root) : text);
  return file;
}

/** The gateway's config with an entry that hands the cron on. */
const withCron = (text: string, root: string): string =>
  text
    .replace(/^main = .*$/m, `main = ${JSON.stringify(path.join(root, "scripts/local/gateway-worker.ts"))}`)
    .replace(/^(compatibility_flags = \[.*)\]$/m, '$1, "service_binding_extra_handlers"]');

/** Starts the workers and waits until they answer. */
export async function startWorkers(options: StackOptions): Promise<Stack> {
  const { root, state, port, vars, configs = ALL } = options;
  const log = path.join(state, "workers.log");
  const args = [
    "dev",
    ...configs.flatMap((config) => ["-c", placed(options, config)]),
    "--port",
    String(port),
    // Any free port: of stacks that start beside one another, two would choose the same.
    "--inspector-port",
    "0",
    // An empty file: wrangler would read .dev.vars by itself, for one worker only, and then ignore the environment.
    "--env-file",
    devNull,
    "--persist-to",
    path.join(state, "workers"),
    "--show-interactive-dev-session=false",
  ];
  const child = wrangler(root, args, { log, vars });
  const ended = exitOf(child);
  const url = `http://localhost:${port}`;
  const stack = { url, log, ended, stop: () => void child.kill("SIGTERM") };
  await waitUntilUp(stack);
  // Cron triggers do not fire locally, and queues are lost with the process: the sweeper finds what is left.
  const sweep = () => void runCron(url).catch(() => {});
  sweep();
  const timer = setInterval(sweep, 10_000);
  void ended.then(() => clearInterval(timer));
  return stack;
}

/** Runs what the cron runs. Rejects when it fails. */
export async function runCron(url: string): Promise<void> {
  const answer = await fetch(`${url}/cdn-cgi/handler/scheduled`);
  const outcome = await answer.text();
  if (!answer.ok) throw new Error(`The cron ended with ${outcome}.`);
}

function wrangler(
  root: string,
  args: readonly string[],
  { log, vars }: { log: string; vars: Readonly<Record<string, string>> },
) {
  const out = openSync(log, "a", 0o600);
  const { PATH, HOME, TMPDIR, TEMP, SystemRoot } = process.env;
  const cli = path.join(root, "node_modules/wrangler/bin/wrangler.js");
  return spawn(process.execPath, [cli, ...args], {
    cwd: root,
    stdio: ["ignore", out, out],
    env: {
      PATH,
      HOME,
      TMPDIR,
      TEMP,
      SystemRoot,
      ...vars,
      CI: "true",
      WRANGLER_SEND_METRICS: "false",
      CLOUDFLARE_INCLUDE_PROCESS_ENV: "true",
    },
  });
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once("exit", (code) => resolve(code)));
}

/** Long enough for a machine that starts several beside one another. */
const START_MS = 240_000;

async function waitUntilUp({ url, log, ended }: Pick<Stack, "url" | "log" | "ended">): Promise<void> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && !over) {
    const up = await fetch(`${url}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const why = over ? "ended" : "do not answer";
  const last = readFileSync(log, "utf8").trimEnd().split("\n").slice(-15).join("\n");
  throw new Error(`The workers did not start: they ${why}. The end of ${log}:\n${last}`);
}
