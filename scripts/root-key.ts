/** The installation that a script speaks to, and the key that it does so with. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

export interface Installation {
  readonly url: string;
  /** Undefined: it is not known. */
  readonly rootKey: string | undefined;
}

/** The local one, whose key its state has, or the one at `url`, whose key the environment must have. */
export function findInstallation(given: string | undefined): Installation {
  const root = path.resolve(import.meta.dirname, "..");
  const file = path.resolve(root, process.env.FORMLOG_STATE ?? ".formlog", "secrets.json");
  const known = given === undefined && existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).rootKey : undefined;
  return {
    url: given ?? `http://localhost:${process.env.PORT ?? 8787}`,
    rootKey: process.env.FORMLOG_ROOT_KEY ?? known,
  };
}

export const ROOT_KEY_UNKNOWN =
  "The root key is not known: set FORMLOG_ROOT_KEY, or start the local installation first (npm start).";

const ELSEWHERE =
  "Is it running? On another port of this machine: PORT=… before the command. Elsewhere: -- --url https://your-installation.";

/** An answer to a request with the root key. Ends the script, in words, when it is not what was wanted. */
export async function askAsRoot({ url, rootKey }: Installation, at: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${rootKey}`, ...(init.headers as Record<string, string> | undefined) };
  const response = await fetch(`${url}${at}`, { ...init, headers }).catch(() => null);
  if (response?.ok) return response;
  console.error(response ? `${response.status}: ${await response.text()}` : `${url} does not answer. ${ELSEWHERE}`);
  process.exit(1);
}

/** What the installation answers to a GET with the root key; the script ends as above. */
export async function getAsRoot<T>(installation: Installation, at: string): Promise<T> {
  return (await (await askAsRoot(installation, at)).json()) as T;
}

/** What the installation answers to a POST with the root key; the script ends as above. */
export async function postAsRoot<T>(installation: Installation, at: string, body: unknown): Promise<T> {
  const headers = { "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  return (await (await askAsRoot(installation, at, init)).json()) as T;
}
