/** The workers of a fleet: those of `npm run serve`, those of the kinds with counted.ts around them. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stop as stopBundler } from "esbuild";
import { Log, LogLevel, Miniflare } from "miniflare";
import { API } from "../scripts/cloud/config";
import { workersOptions } from "../scripts/serve/workers";
import { catalog } from "../src/integrations/kinds";

const root = path.resolve(import.meta.dirname, "..");

export interface FleetWorkers {
  readonly state: string;
  readonly port: number;
  readonly vars: Record<string, string>;
  /** Error lines are counted here, by event. */
  readonly errors: Map<string, number>;
}

/** Starts them; resolves when they answer. */
export async function startWorkers({ state, port, vars, errors }: FleetWorkers): Promise<Miniflare> {
  const entries = Object.fromEntries(catalog.map(({ kind }) => [`${API}-${kind}`, countedEntry(state, kind)]));
  const miniflare = new Miniflare({
    ...(await workersOptions({ root, state, vars, port, privateNetwork: true, entries })),
    // Where test/support/heap.ts finds V8's own count.
    inspectorPort: 0,
    log: new Log(LogLevel.NONE),
    handleStructuredLogs({ level, message }) {
      if (level !== "error") return;
      const event = /"event":"(\w+)"/.exec(message)?.[1] ?? message.slice(0, 120);
      errors.set(event, (errors.get(event) ?? 0) + 1);
    },
  });
  await miniflare.ready;
  // The bundler holds hundreds of megabytes.
  await stopBundler();
  return miniflare;
}

/** The entry of a kind's worker with counted.ts around it: a file of the state. */
function countedEntry(state: string, kind: string): string {
  const folder = path.join(state, "entries");
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${kind}.ts`);
  const from = (name: string) => JSON.stringify(path.join(root, name));
  const lines = [
    `import { counted } from ${from("bench/counted.ts")};`,
    `import worker from ${from(`src/integrations/${kind}/worker.ts`)};`,
    "export default counted(worker);",
  ];
  writeFileSync(file, lines.join("\n"));
  return file;
}
