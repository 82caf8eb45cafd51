/** The workers of a fleet: those of `npm run serve`, those that are to be counted with counted.ts around them. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stop as stopBundler } from "esbuild";
import { Log, LogLevel, Miniflare } from "miniflare";
import { API, GATEWAY } from "../scripts/cloud/config";
import { workersOptions } from "../scripts/serve/workers";
import { catalog } from "../src/integrations/kinds";

const root = path.resolve(import.meta.dirname, "..");

export interface FleetWorkers {
  readonly state: string;
  readonly port: number;
  readonly vars: Record<string, string>;
  /** Whether gateway and API worker count too; else those of the kinds alone. */
  readonly countAll: boolean;
  /** Is told of each line that a worker logs. */
  readonly logged: (line: { readonly level: string; readonly event: string; readonly message: string }) => void;
}

/** Starts them; resolves when they answer. */
export async function startWorkers({ state, port, vars, countAll, logged }: FleetWorkers): Promise<Miniflare> {
  const kinds = catalog.map(({ kind }) => [workerOf(kind), `src/integrations/${kind}/worker.ts`] as const);
  const others = countAll
    ? ([
        [API, "src/worker.ts"],
        [GATEWAY, "src/gateway/worker.ts"],
      ] as const)
    : [];
  const entries = Object.fromEntries(
    [...kinds, ...others].map(([name, main]) => [name, countedEntry(state, name, main)]),
  );
  const miniflare = new Miniflare({
    ...(await workersOptions({ root, state, vars, port, privateNetwork: true, entries })),
    // Where test/support/heap.ts finds V8's own count.
    inspectorPort: 0,
    log: new Log(LogLevel.NONE),
    handleStructuredLogs({ level, message }) {
      const event = /"event":"(\w+)"/.exec(message)?.[1] ?? message.slice(0, 120);
      logged({ level, event, message });
    },
  });
  await miniflare.ready;
  // The bundler holds hundreds of megabytes.
  await stopBundler();
  return miniflare;
}

/** The name of a kind's worker. */
export const workerOf = (kind: string): string => `${API}-${kind}`;

/** The entry of a worker with counted.ts around it: a file of the state. */
function countedEntry(state: string, name: string, main: string): string {
  const folder = path.join(state, "entries");
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${name}.ts`);
  const from = (source: string) => JSON.stringify(path.join(root, source));
  const lines = [
    `import { counted } from ${from("bench/counted.ts")};`,
    `import worker from ${from(main)};`,
    `export default counted(worker, { isPublic: ${name === GATEWAY} });`,
  ];
  writeFileSync(file, lines.join("\n"));
  return file;
}
