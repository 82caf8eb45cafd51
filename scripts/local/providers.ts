/**
 * The providers of the kinds as `npm start` has them: emulated on this machine, at another address, or the real ones.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Journal, LocalKind } from "../../src/core/local";
import type { Settings } from "../../src/core/setting";
import { catalog } from "../../src/integrations/kinds";
import { requireFreePort } from "./processes";
import type { LocalSecrets } from "./secrets";
import { serveEmulator } from "./serve";

export interface Provider {
  readonly kind: string;
  readonly title: string;
  readonly local: LocalKind;
  /** `off`: it is not wanted, and nothing stands in its place. */
  readonly place: "emulated" | "elsewhere" | "real" | "off";
}

/** The `local.ts` of each kind that has one, in the order of their ports. */
export async function localKinds(): Promise<readonly Pick<Provider, "kind" | "title" | "local">[]> {
  const found = catalog.map(async ({ kind, title }) => {
    const file = path.resolve(import.meta.dirname, `../../src/integrations/${kind}/local.ts`);
    if (!existsSync(file)) return [];
    const { local } = (await import(file)) as { local: LocalKind };
    return [{ kind, title, local }];
  });
  return (await Promise.all(found)).flat().toSorted((a, b) => a.local.port - b.local.port);
}

/** Where each provider is, by what the shell and .dev.vars say. Throws a TypeError when credentials are not whole. */
export async function findProviders(given: Settings): Promise<readonly Provider[]> {
  return (await localKinds()).map((one) => ({ ...one, place: placeOf(one.local, given) }));
}

function placeOf({ credentials, address, isWanted }: LocalKind, given: Settings): Provider["place"] {
  const missing = credentials.filter((name) => !given[name]);
  if (missing.length > 0 && missing.length < credentials.length) {
    throw new TypeError(`${missing.join(", ")} is missing: ${credentials.join(" and ")} go together.`);
  }
  if (isWanted?.(given) === false) return "off";
  if (address !== undefined && given[address]) return "elsewhere";
  return credentials.length > 0 && missing.length === 0 ? "real" : "emulated";
}

/** The address of an emulator. */
export const urlOf = ({ local }: Pick<Provider, "local">, port: number): string =>
  `http://127.0.0.1:${port + local.port}`;

interface On {
  readonly state: string;
  readonly secrets: LocalSecrets;
  /** Of the API. */
  readonly port: number;
}

/** Starts the emulator, if it is one; returns the variables that the workers need. Throws when its port is taken. */
export async function startProvider(provider: Provider, { state, secrets, port }: On) {
  const { kind, local, place } = provider;
  const own = secrets.kinds[kind];
  if (place === "elsewhere") return local.variables(own, null);
  if (place !== "emulated") return {};
  await requireFreePort(port + local.port);
  const emulator = local.emulate(own, journalOf(state, kind));
  await serveEmulator((request) => emulator.fetch(request), port + local.port);
  setInterval(() => void emulator.advance?.(), 1_000).unref();
  return local.variables(own, urlOf(provider, port));
}

/** What an emulator did survives a kill. */
function journalOf(state: string, kind: string): Journal {
  const file = path.join(state, `${kind}.jsonl`);
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  return { lines, append: (line) => appendFileSync(file, `${line}\n`) };
}
