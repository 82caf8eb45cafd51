/** `npm start`: everything on this machine. Migrations, all workers, the emulators, a demo form; then the links. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { type Demo, ensureDemo } from "./local/demo";
import { migrateState } from "./local/migrate";
import { endLeftovers, requireFreePort, whenAbandoned } from "./local/processes";
import { findProviders, type Provider, startProvider, urlOf } from "./local/providers";
import { localSecrets } from "./local/secrets";
import { type LocalSettings, readSettings } from "./local/settings";
import { type Stack, startWorkers } from "./local/stack";

const root = path.resolve(import.meta.dirname, "..");

async function start(): Promise<Stack> {
  const settings = readSettings(root, process.env);
  const { port, state, shards } = settings;
  const providers = await findProviders(settings.vars);
  mkdirSync(state, { recursive: true, mode: 0o700 });
  endLeftovers(root, state);
  await requireFreePort(port);
  const secrets = await localSecrets(state);
  console.log("Formlog is starting …");
  const ofKinds = await Promise.all(providers.map((provider) => startProvider(provider, { state, secrets, port })));
  const vars = {
    FORMLOG_ROOT_KEY: secrets.rootKey,
    FORMLOG_ENCRYPTION_KEY: secrets.encryptionKey,
    PUBLIC_URL: `http://localhost:${port}`,
    ...Object.assign({}, ...ofKinds),
    ...settings.vars,
  };
  await migrateState(root, state, shards);
  console.log("The databases are ready; now the workers …");
  const stack = await startWorkers({ root, state, port, vars, shards });
  if (!settings.demo) {
    console.log(`${stack.url} answers, without a demo. Root key: ${vars.FORMLOG_ROOT_KEY}`);
    return stack;
  }
  const demo = await ensureDemo(stack.url, { state, rootKey: vars.FORMLOG_ROOT_KEY, providers, port });
  printLinks(settings, stack, { demo, rootKey: vars.FORMLOG_ROOT_KEY, providers });
  return stack;
}

function printLinks(
  settings: LocalSettings,
  { url, log }: Stack,
  { demo, rootKey, providers }: { demo: Demo; rootKey: string; providers: readonly Provider[] },
): void {
  const { state } = settings;
  const lines = [
    "",
    `  Hosted form     ${url}/f/${demo.form}`,
    `  Console         ${url}/console  (sign in with the key below)`,
    ...providers.flatMap((provider) => lineOf(provider, settings)),
    `  API             ${url}/v1`,
    `  API, described  ${url}/docs`,
    `  Key             ${demo.key}`,
    `  Root key        ${rootKey}`,
    `  Log             ${log}`,
    `  State           ${state} (names for the shell: source ${path.relative(process.cwd(), path.join(state, "demo.env"))})`,
    "",
    "Submit a response from another terminal:",
    "",
    `  curl -X POST ${url}/v1/forms/${demo.form}/responses \\`,
    "    -H 'Content-Type: application/json' \\",
    `    -d '{"answers":{"name":"Asha","phone":"+919876543210","city":"pune","rating":5}}'`,
    "",
    "Ctrl-C stops; the next start goes on where this one ended.",
    "",
  ];
  console.log(lines.join("\n"));
}

/** Where a provider is to be seen. */
function lineOf(provider: Provider, { port, vars }: LocalSettings): string[] {
  const { title, place, local } = provider;
  const line = (label: string, text: string) => [`  ${label.padEnd(15)} ${text}`];
  if (place === "off") return [];
  if (place === "emulated") return line(local.page.label, `${urlOf(provider, port)}${local.page.path}`);
  return line(title, vars[local.address ?? ""] ?? "the real one");
}

try {
  const stack = await start();
  let stopping = false;
  const stop = () => {
    stopping = true;
    stack.stop();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  // When npm is killed hard, nobody would stop us.
  if (process.env.npm_lifecycle_event) whenAbandoned(stop);
  const code = await stack.ended;
  if (!stopping) console.error(`The workers ended (${code}); see ${stack.log}`);
  process.exit(stopping ? 0 : 1);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
